"""An execution environment: one function version, one process at a time, its files and its log.

The thread that invokes does all the work: it hands the invocation to the waiting runtime and polls the runtime API,
the process's output and the deadline until there is an outcome. Between invocations nothing runs on our side, and a
process that writes more than a pipe holds waits, much as AWS freezes it.
"""

import logging
import math
import shutil
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Literal

from localstack_process_executor.environments import payloads, peers
from localstack_process_executor.environments.aws_paths import PathTranslation
from localstack_process_executor.environments.errors import EntrypointError, EnvironmentStoppedError
from localstack_process_executor.environments.forked import Forked
from localstack_process_executor.environments.forking import base_folder
from localstack_process_executor.environments.output import LogEvent, OutputReader
from localstack_process_executor.environments.platform_log import ON_DEMAND, PlatformLog, Report, ResponseTimes
from localstack_process_executor.environments.process import RuntimeProcess, remaining
from localstack_process_executor.environments.restarts import outlasting_kills
from localstack_process_executor.environments.runtime_api import RuntimeApi, RuntimeMessage
from localstack_process_executor.environments.tracing import Segment, segment

LOG = logging.getLogger(__name__)
_INIT_SECONDS, _PROVISIONED_INIT_SECONDS = 10.0, 130.0
_MEMORY_SECONDS = 0.02
"""How often a running invocation's memory is looked at; in between, the kernel keeps its peak for us."""
_BETWEEN_LOOKS = 5
"""The pause between two looks is at least so many times as long as one."""
_DELIVERY_SECONDS = 0.25
"""How often the log of an invocation that runs is handed on; one that is shorter has its log with its outcome."""
_DELIVERY_CHARACTERS = 1024 * 1024
"""As much is handed on at once; a function that writes more than can be stored waits."""
_KEPT_CHARACTERS = 64 * 1024
"""Of what was handed on, so much is kept for the tail that a caller may ask for, and that is shorter."""
_KB_PER_MB = 1024


@dataclass(frozen=True)
class FunctionSpec:
    """Settings of a function that its environment needs."""

    timeout_seconds: float
    """Infinite for a function that is being debugged."""
    memory_size_mb: int
    response_limit_bytes: int = payloads.RESPONSE_LIMIT_BYTES
    init_seconds: float = _INIT_SECONDS


@dataclass(frozen=True)
class Invocation:
    """One event for the function."""

    request_id: str
    invoked_arn: str
    payload: bytes
    trace_id: str
    client_context: str | None = None
    """A JSON document."""

    @property
    def segment(self) -> Segment | None:
        """Segment in its trace, if that is sampled."""
        return segment(self.trace_id, self.request_id)


@dataclass(frozen=True)
class Outcome:
    """Outcome of an invocation: the caller's payload, and this invocation's own log, event by event."""

    payload: bytes
    is_error: bool
    events: list[LogEvent] = field(default_factory=list)

    @property
    def log(self) -> str:
        """All of it, as text."""
        return "".join(event.text for event in self.events)


@dataclass(frozen=True)
class _Ended:
    """End of a wait: the runtime's message, the process's exit, too much memory, or the deadline."""

    by: Literal["message", "exit", "memory", "deadline", "entrypoint"]
    message: RuntimeMessage | None = None
    """Of a process that has exited after it, too."""
    returncode: int = 0
    entrypoint: EntrypointError | None = None
    """Why there is no process."""


def init_seconds(initialization_type: str, timeout_seconds: float) -> float:
    """Return how long a runtime may take to start; on demand that is beside the function's own timeout.

    https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
    """
    return _INIT_SECONDS if initialization_type == ON_DEMAND else max(_PROVISIONED_INIT_SECONDS, timeout_seconds)


type Launch = Callable[[str, Path], tuple[Forked, PathTranslation]]
"""Starts a process, for the address of the runtime API and the environment's folder."""


class ExecutionEnvironment:
    """Lives from :meth:`start` to :meth:`stop`; survives the end of its process.

    ``launch`` is called again for each new process of this environment. ``code_state`` gives a value that changes
    when the code does, for code that is edited while it runs; ``on_end`` is called once, when all is over.
    """

    def __init__(
        self,
        spec: FunctionSpec,
        log: PlatformLog,
        launch: Launch,
        *,
        code_state: Callable[[], object] = lambda: None,
        on_end: Callable[[], None] = lambda: None,
    ) -> None:
        self._spec = spec
        self._log = log
        self._launch = launch
        self._code_state = code_state
        self._on_end = on_end
        self._api = RuntimeApi(spec.response_limit_bytes, self._is_its_own)
        self._folder = Path(tempfile.mkdtemp(prefix="environment-", dir=base_folder()))
        self._folder.chmod(0o711)
        self._process: RuntimeProcess | None = None
        self._translation = PathTranslation()
        self._lock = threading.Lock()
        """Held for moments, to read or change what follows."""
        self._working = False
        self._initializing = False
        self._stopped = False
        self._output = OutputReader()
        self._unreported: list[LogEvent] = []
        self._reported: list[LogEvent] = []
        self._deliver: Callable[[list[LogEvent]], None] | None = None
        self._has_room: Callable[[], bool] = lambda: True
        self._deliver_at = math.inf
        self._init_failed = False
        self._init_duration_ms: float | None = None
        self._memory_kb = (0, 0)
        self._response_times: ResponseTimes | None = None
        self._running_code: object = None

    def start(self) -> None:
        """Start the process and wait until the runtime is ready, or is known not to become ready.

        Never raises for what the function does: the first invocation reports it.

        :raises EnvironmentStoppedError: :meth:`stop` was called meanwhile.
        """
        with self._work():
            self._unreported = _now(self._log.init_start(), in_tail=False)
            started, ended = self._timed(self._spec.init_seconds, partial(self._initialize, "init"))
            if ended is None:
                self._init_duration_ms = (time.monotonic() - started) * 1000
            # one that took too long may take less in an invocation
            self._init_failed = ended is not None and ended.by != "deadline"

    @property
    def init_failed(self) -> bool:
        """Return whether the function could not be initialised when the environment was started."""
        return self._init_failed

    def deliver_log_to(
        self, deliver: Callable[[list[LogEvent]], None], has_room: Callable[[], bool] = lambda: True
    ) -> None:
        """Hand on what an invocation logs while it runs; its outcome's log has the same events, marked as delivered.

        While ``has_room`` returns false, a function that goes on writing has to wait.
        """
        self._deliver, self._has_room = deliver, has_room

    def take_log(self) -> list[LogEvent]:
        """Return what has been logged and is of no invocation yet; the next one's log is without it."""
        events, self._unreported = self._unreported, []
        return events

    def invoke(self, invocation: Invocation) -> Outcome:
        """Run one invocation to its end. Not to be called by two threads at once.

        As on AWS, an initialisation that has failed is repeated as a part of the invocation, and on its time.

        :raises EnvironmentStoppedError: :meth:`stop` was called before.
        """
        with self._work():
            started, ended = self._timed(self._spec.timeout_seconds, self._await_runtime)
            deadline = started + self._spec.timeout_seconds
            self._reported = self.take_log() + _now(self._log.start(invocation.request_id, invocation.segment))
            if ended is None:
                ended = self._run(invocation, deadline)
            return self._conclude(invocation, ended, started)

    def stop(self) -> None:
        """End the process and remove every trace of the environment. May be called from any thread, and again.

        An invocation that is under way is not lost: as on AWS it runs to its end, and the environment ends after it.
        """
        with self._lock:
            if self._stopped:
                return
            self._stopped = True
            if self._working:
                if self._initializing and self._process:
                    self._process.kill()
                return
        self._clean_up()

    @contextmanager
    def _work(self) -> Iterator[None]:
        with self._lock:
            if self._stopped:
                raise EnvironmentStoppedError("the execution environment has been stopped")
            assert not self._working
            self._working = True
        try:
            yield
        finally:
            self._rest()

    def _rest(self) -> None:
        with self._lock:
            self._working = False
            stopped = self._stopped
        if stopped:
            self._clean_up()

    def _clean_up(self) -> None:
        self._end_process()
        self._api.close()
        shutil.rmtree(self._folder, ignore_errors=True)
        self._on_end()

    def _timed(self, seconds: float, begin: Callable[[float], _Ended | None]) -> tuple[float, _Ended | None]:
        """Return when ``begin`` began, with a deadline so much later, and its result.

        It begins anew, with all its time, when the fork server is killed under it.
        """

        def attempt() -> tuple[float, _Ended | None]:
            started = time.monotonic()
            return started, begin(started + seconds)

        return outlasting_kills(attempt)

    def _initialize(self, phase: str, deadline: float) -> _Ended | None:
        """Start a process; ``None`` once its runtime waits for work, else why it never will. Its log comes first."""
        started = time.monotonic()
        ended = self._start_process(deadline)
        duration_ms = (time.monotonic() - started) * 1000
        status, error_type = "success", None
        if ended and ended.by == "deadline":
            status, duration_ms = "timeout", (deadline - started) * 1000
        elif ended:
            status, error_type = "error", self._judge("", ended)[2]
        done = self._log.init_done(phase, duration_ms, status, error_type)
        self._unreported += self._take_output() + _now(done)
        return ended

    def _start_process(self, deadline: float) -> _Ended | None:
        self._running_code = self._code_state()
        try:
            forked, translation = self._launch(self._api.address, self._folder)
        except EntrypointError as error:
            return _Ended("entrypoint", entrypoint=error)
        process = RuntimeProcess(forked)
        with self._lock:
            self._process, self._translation = process, translation
            # the process of an invocation is not killed when the environment is stopped; one that only starts is
            self._initializing = not self._stopped
        ended = self._wait(process, deadline, "next", "init-error")
        with self._lock:
            self._initializing = False
        if ended.message and ended.message.kind == "next":
            return None
        self._end_process()
        return ended

    def _is_its_own(self, connection: socket.socket) -> bool:
        """Return whether a process of this environment has made a connection to its runtime API."""
        process = self._process
        return process is not None and peers.comes_from(connection, process.pids())

    def _run(self, invocation: Invocation, deadline: float) -> _Ended:
        """Hand the invocation over and wait for its result."""
        assert self._process
        handed_over, started = time.time(), time.monotonic()
        self._api.send_invocation(invocation.request_id, _headers(invocation, deadline), invocation.payload)
        if self._deliver:
            self._deliver_at = started + _DELIVERY_SECONDS
        ended = self._wait(self._process, deadline, "response", "too-large", "error")
        self._deliver_at = math.inf
        if message := ended.message:
            took = (message.began - started) * 1000, (time.monotonic() - message.began) * 1000
            self._response_times = ResponseTimes(handed_over, *took)
        if ended.message and ended.message.kind == "too-large" and not self._api.runtime_is_waiting:
            # Python's client writes the error into the log, and does not live on; that of Node.js comes back,
            # perhaps in the same moment
            afterwards = self._wait(self._process, deadline, "next")
            ended = replace(ended, by=afterwards.by, returncode=afterwards.returncode)
        self._memory_kb = self._process.peak_memory_kb()
        if ended.by == "message" and self._memory_kb[1] > self._spec.memory_size_mb * _KB_PER_MB:
            ended = _Ended("memory")
        if ended.by != "message":
            self._end_process()
        return ended

    def _await_runtime(self, deadline: float) -> _Ended | None:
        """``None`` once a runtime waits for work; a process that has ended, or runs old code, gets a successor."""
        process = self._process
        if process and process.returncode() is None and self._running_code == self._code_state():
            if self._api.runtime_is_waiting:
                return None
            # it has answered and not yet come back for more
            ended = self._wait(process, deadline, "next")
            if ended.by == "message":
                return None
            if ended.by != "exit":
                self._end_process()
                return ended
        self._end_process()
        self._take_output()
        return self._initialize("invoke", deadline)

    def _wait(self, process: RuntimeProcess, deadline: float, *kinds: str) -> _Ended:
        """Serve the runtime until one of these messages, the process's end, its memory's or the deadline."""
        began = time.monotonic()
        look_at_memory = began + _MEMORY_SECONDS
        while True:
            # asked once, and handed on before more is read: room may be gone by the next question
            reads = self._output.characters < _DELIVERY_CHARACTERS or self._deliver_log()
            ready = process.poll(self._api.filenos(), min(remaining(deadline), _MEMORY_SECONDS), began, reads=reads)
            messages = [message for fileno in ready.others for message in self._api.handle(fileno)]
            self._feed(ready.output)
            if asked_for := next((message for message in messages if message.kind in kinds), None):
                return _Ended("message", asked_for)
            if ready.may_have_ended and (returncode := process.returncode()) is not None:
                if self._stopped and self._initializing:
                    raise EnvironmentStoppedError("stopped while it started")
                return _Ended("exit", returncode=returncode)
            if not remaining(deadline):
                return _Ended("deadline")
            # a function that writes lines wakes us more often than that
            if (now := time.monotonic()) >= look_at_memory:
                self._deliver_log()
                if too_much := self._check_use(process):
                    return too_much
                # many processes take long to look at, and others need the time as well
                look_at_memory = now + max(_MEMORY_SECONDS, _BETWEEN_LOOKS * (time.monotonic() - now))

    def _check_use(self, process: RuntimeProcess) -> _Ended | None:
        """Return how a function has to end that uses more than it may: the machine is everybody's."""
        if process.exceeds(self._spec.memory_size_mb * _KB_PER_MB):
            return _Ended("memory")
        if not process.has_too_many_tasks:
            return None
        LOG.warning("A function has %d processes and threads, and is ended: Lambda allows fewer.", process.tasks)
        process.kill()
        return _Ended("exit", returncode=-signal.SIGKILL)

    def _feed(self, output: bytes) -> None:
        """Take what the function has written."""
        self._output.feed(output)
        if self._output.characters >= _DELIVERY_CHARACTERS:
            self._deliver_log()

    def _deliver_log(self) -> bool:
        """Hand on what was logged since the last time, if it is time, or so much that it cannot wait.

        Return whether there is room for more.
        """
        is_due = time.monotonic() >= self._deliver_at
        if not self._has_room():
            return False
        if not self._deliver or (not is_due and self._output.characters < _DELIVERY_CHARACTERS):
            return True
        written = self._kept(self._output.take_complete())
        if self._deliver_at == math.inf:
            # of an initialisation
            self._unreported = self._delivered([*self._unreported, *written], self._deliver)
            return True
        self._deliver_at = time.monotonic() + _DELIVERY_SECONDS
        self._reported = self._delivered([*self._reported, *written], self._deliver)
        return True

    @staticmethod
    def _delivered(events: list[LogEvent], deliver: Callable[[list[LogEvent]], None]) -> list[LogEvent]:
        """Hand events on, and return the last of them, marked."""
        if new := [event for event in events if not event.is_delivered]:
            deliver(new)
        return [event._replace(is_delivered=True) for event in _last(events, _KEPT_CHARACTERS)]

    def _conclude(self, invocation: Invocation, ended: _Ended, started: float) -> Outcome:
        """Hand the caller its payload and the log, whichever way the invocation ended."""
        request_id = invocation.request_id
        payload, status, error_type, sentence = self._judge(request_id, ended)
        if ended.message and ended.message.kind == "too-large":
            payload = payloads.response_too_large(self._spec.response_limit_bytes)
        events = [*self._reported, *self._take_output()]
        if sentence:
            events += _now(self._log.fault(request_id, str(error_type), sentence))
        duration_ms = (time.monotonic() - started) * 1000
        if ended.by == "deadline":
            duration_ms = self._spec.timeout_seconds * 1000
        memory_mb = self._memory_kb[0] // _KB_PER_MB
        if ended.by == "memory":
            memory_mb = self._spec.memory_size_mb
        report = Report(
            request_id,
            duration_ms,
            self._spec.memory_size_mb,
            min(memory_mb, self._spec.memory_size_mb),
            self._init_duration_ms,
            status,
            error_type,
            len(payload) if ended.message and ended.message.kind == "response" else 0,
            self._response_times,
            invocation.segment,
        )
        self._init_duration_ms = self._response_times = None
        return Outcome(payload, status != "success", events + _now(self._log.report(report)))

    def _judge(self, request_id: str, ended: _Ended) -> tuple[bytes, str, str | None, str]:
        """Payload, status, error type and the platform's sentence about an ended invocation."""
        if ended.by == "deadline":
            timeout = self._spec.timeout_seconds
            sentence = payloads.timed_out_text(timeout)
            return payloads.timed_out(request_id, timeout), "timeout", "Sandbox.Timedout", sentence
        if ended.entrypoint:
            error_type, sentence = ended.entrypoint.error_type, str(ended.entrypoint)
            payload = payloads.error_payload(error_type, f"RequestId: {request_id} Error: {sentence}")
            return payload, "failure", error_type, sentence
        if ended.by == "memory":
            return payloads.out_of_memory(request_id), "failure", payloads.OUT_OF_MEMORY, payloads.exit_text(-9)
        if ended.by == "exit":
            sentence = payloads.exit_text(ended.returncode)
            return payloads.exited(request_id, ended.returncode), "failure", "Runtime.ExitError", sentence
        message = ended.message
        assert message
        if message.kind in {"error", "init-error"}:
            payload = self._translation.apply(payloads.in_utf_8(message.payload))
            if message.kind == "init-error":
                return payload, "failure", payloads.init_error_type_of(payload), ""
            return payload, "error", payloads.error_type_of(payload), ""
        if message.kind == "too-large":
            return b"", "error", "Function.ResponseSizeTooLarge", ""
        return message.payload, "success", None, ""

    def _take_output(self) -> list[LogEvent]:
        """Return what the function has written since this was last called, as events."""
        return self._kept(self._output.take())

    def _kept(self, written: Iterable[LogEvent]) -> list[LogEvent]:
        """Return the events that the function's log level keeps, as AWS names their paths."""
        events = [event for event in written if self._log.keeps(event)]
        if not self._translation.names:
            return events
        return [event._replace(text=self._translation.apply(event.text.encode()).decode()) for event in events]

    def _end_process(self) -> None:
        with self._lock:
            process, self._process = self._process, None
        if process:
            process.peak_memory_kb()
            process.kill()
            # of a process that has ended it is the last value known
            self._memory_kb = (process.peak_memory_kb()[0], 0)
            self._output.feed(process.end())
        self._api.drop_connections()


def _last(events: list[LogEvent], characters: int) -> list[LogEvent]:
    """Return the last events that have so many characters together."""
    kept = 0
    while characters > 0 and kept < len(events):
        kept += 1
        characters -= len(events[-kept].text)
    return events[len(events) - kept :]


def _now(texts: Iterable[str], *, in_tail: bool = True) -> list[LogEvent]:
    """Return the platform's own events, of this moment."""
    moment = time.time()
    return [LogEvent(text, moment, in_tail=in_tail) for text in texts]


def _headers(invocation: Invocation, deadline: float) -> dict[str, str]:
    """Return the headers of https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-next."""
    # a function without a deadline gets one that it does not live to see
    seconds = min(remaining(deadline), 24 * 3600.0)
    headers = {
        "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
        "Lambda-Runtime-Deadline-Ms": str(int((time.time() + seconds) * 1000)),
        "Lambda-Runtime-Invoked-Function-Arn": invocation.invoked_arn,
        "Lambda-Runtime-Trace-Id": invocation.trace_id,
    }
    if invocation.client_context:
        headers["Lambda-Runtime-Client-Context"] = invocation.client_context
    return headers
