"""An execution environment: one function version, one process at a time, its files and its log.

The thread that invokes does all the work: it hands the invocation to the waiting runtime and polls the runtime API,
the process's output and the deadline until there is an outcome. Between invocations nothing runs on our side, and a
process that writes more than a pipe holds waits, much as AWS freezes it.
"""

import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from localstack_process_executor import payloads
from localstack_process_executor.platform_log import PlatformLog, Report
from localstack_process_executor.process import Launch, RuntimeProcess, remaining
from localstack_process_executor.runtime_api import RuntimeApi, RuntimeMessage

INIT_SECONDS = 10.0
"""AWS gives a runtime ten seconds to start, beside the function's own timeout."""
_EXIT_SECONDS = 1.0


@dataclass(frozen=True)
class FunctionSpec:
    """What an environment has to know of its function."""

    timeout_seconds: float
    memory_size_mb: int
    response_limit_bytes: int = payloads.RESPONSE_LIMIT_BYTES


@dataclass(frozen=True)
class Invocation:
    """One event for the function."""

    request_id: str
    invoked_arn: str
    payload: bytes
    trace_id: str
    client_context: str | None = None


@dataclass(frozen=True)
class Outcome:
    """How an invocation ended: the caller's payload, and this invocation's own log."""

    payload: bytes
    is_error: bool
    log: str


@dataclass(frozen=True)
class _Ended:
    """What ended a wait: the runtime's message, the process's exit, or the deadline."""

    by: Literal["message", "exit", "deadline"]
    message: RuntimeMessage | None = None
    returncode: int = 0


class EnvironmentStoppedError(RuntimeError):
    """The environment was stopped while it worked."""


class ExecutionEnvironment:
    """Lives from :meth:`start` to :meth:`stop`; survives the end of its process.

    ``make_launch`` gives, for the address of the runtime API and the environment's folder, what to launch;
    it is called again for each new process of this environment.
    """

    def __init__(
        self,
        spec: FunctionSpec,
        log: PlatformLog,
        make_launch: Callable[[str, Path], Launch],
    ) -> None:
        self._spec = spec
        self._log = log
        self._make_launch = make_launch
        self._api = RuntimeApi()
        self._folder = Path(tempfile.mkdtemp(prefix="lambda-environment-"))
        self._process: RuntimeProcess | None = None
        self._process_lock = threading.Lock()
        self._working = threading.Lock()
        self._stopped = False
        self._output = bytearray()
        self._unreported_log = ""
        self._failed_init: _Ended | None = None
        self._init_duration_ms: float | None = None

    def start(self) -> None:
        """Start the process and wait until the runtime is ready, or is known not to become ready.

        Never raises for what the function does: the first invocation reports it.

        :raises EnvironmentStoppedError: :meth:`stop` was called meanwhile.
        """
        with self._work():
            self._unreported_log = self._log.init_start()
            started = time.monotonic()
            self._failed_init = self._initialize(started + INIT_SECONDS)
            self._init_duration_ms = (time.monotonic() - started) * 1000
            if self._failed_init and self._failed_init.by == "deadline":
                # AWS tries again, on the time of the first invocation
                self._failed_init = self._init_duration_ms = None
            self._unreported_log += self._take_output()

    @property
    def init_failed(self) -> bool:
        """Whether the runtime did not become ready, and no invocation has reported it yet."""
        return self._failed_init is not None

    def invoke(self, invocation: Invocation) -> Outcome:
        """Run one invocation to its end. Not to be called by two threads at once.

        :raises EnvironmentStoppedError: :meth:`stop` was called meanwhile.
        """
        with self._work():
            started = time.monotonic()
            log, self._unreported_log = self._unreported_log, ""
            log += self._log.start(invocation.request_id)
            ended = self._run(invocation, started + self._spec.timeout_seconds)
            return self._conclude(invocation, ended, log, started)

    def stop(self) -> None:
        """End the process and remove every trace of the environment. May be called from any thread, and again."""
        with self._process_lock:
            self._stopped = True
            if self._process:
                self._process.kill()
        with self._working:
            self._end_process()
            self._api.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    @contextmanager
    def _work(self) -> Iterator[None]:
        with self._working:
            if self._stopped:
                raise EnvironmentStoppedError("the execution environment has been stopped")
            yield

    def _initialize(self, deadline: float) -> _Ended | None:
        """Start a process; ``None`` once its runtime waits for work, else why it never will."""
        with self._process_lock:
            if self._stopped:
                raise EnvironmentStoppedError("the execution environment has been stopped")
            self._process = RuntimeProcess(self._make_launch(self._api.address, self._folder))
        ended = self._wait(self._process, deadline, "next", "init-error")
        if ended.message and ended.message.kind == "next":
            return None
        self._end_process()
        return ended

    def _run(self, invocation: Invocation, deadline: float) -> _Ended:
        """Hand the invocation over and wait for what becomes of it."""
        ended, self._failed_init = self._failed_init, None
        ended = ended or self._await_runtime(deadline)
        if ended is None and self._process:
            self._api.send_invocation(_headers(invocation, deadline), invocation.payload)
            ended = self._wait(self._process, deadline, "response", "error")
            if ended.by != "message":
                self._end_process()
        assert ended
        return ended

    def _await_runtime(self, deadline: float) -> _Ended | None:
        """``None`` once a runtime waits for work; a process that has ended gets a successor."""
        process = self._process
        if process and process.returncode() is None:
            if self._api.runtime_is_waiting:
                return None
            # it has answered and not yet come back for more
            ended = self._wait(process, deadline, "next")
            if ended.by != "exit":
                return None if ended.by == "message" else ended
        self._end_process()
        self._output.clear()
        return self._initialize(deadline)

    def _wait(self, process: RuntimeProcess, deadline: float, *kinds: str) -> _Ended:
        """Serve the runtime until one of these messages, the process's end or the deadline."""
        while True:
            for fileno in process.poll(self._api.filenos(), remaining(deadline)):
                for message in self._api.handle(fileno):
                    if message.kind in kinds:
                        self._output += process.read_output()
                        return _Ended("message", message)
            self._output += process.read_output()
            if (returncode := process.returncode()) is not None:
                if self._stopped:
                    raise EnvironmentStoppedError("stopped during an invocation")
                return _Ended("exit", returncode=returncode)
            if not remaining(deadline):
                return _Ended("deadline")

    def _conclude(self, invocation: Invocation, ended: _Ended, log: str, started: float) -> Outcome:
        """The caller's payload and the log, whichever way it ended."""
        request_id = invocation.request_id
        memory = self._process.max_memory_used_mb() if self._process else 0
        payload, status, error_type = self._judge(request_id, ended)
        log += self._take_output()
        if status in {"timeout", "failure"} and ended.by != "message":
            text = (
                payloads.timed_out_text(self._spec.timeout_seconds)
                if ended.by == "deadline"
                else payloads.exit_text(ended.returncode)
            )
            log += self._log.fault(request_id, str(error_type), text)
        duration_ms = (time.monotonic() - started) * 1000
        if ended.by == "deadline":
            duration_ms = self._spec.timeout_seconds * 1000
        report = Report(
            request_id,
            duration_ms,
            self._spec.memory_size_mb,
            memory,
            self._init_duration_ms,
            status,
            error_type,
        )
        self._init_duration_ms = None
        return Outcome(payload, status != "success", log + self._log.report(report))

    def _judge(self, request_id: str, ended: _Ended) -> tuple[bytes, str, str | None]:
        """Payload, status and error type of an ended invocation."""
        if ended.by == "deadline":
            timeout = self._spec.timeout_seconds
            return payloads.timed_out(request_id, timeout), "timeout", "Sandbox.Timedout"
        if ended.by == "exit":
            return payloads.exited(request_id, ended.returncode), "failure", "Runtime.ExitError"
        message = ended.message
        assert message
        if message.kind != "response":
            return message.payload, "error", payloads.error_type_of(message.payload)
        limit = self._spec.response_limit_bytes
        if len(message.payload) > limit:
            return (
                payloads.response_too_large(limit),
                "error",
                "Function.ResponseSizeTooLarge",
            )
        return message.payload, "success", None

    def _take_output(self) -> str:
        """What the function has written since this was last called, ending in a newline."""
        text = self._output.decode(errors="replace")
        self._output.clear()
        return text if not text or text.endswith("\n") else f"{text}\n"

    def _end_process(self) -> None:
        with self._process_lock:
            process, self._process = self._process, None
            if process:
                self._output += process.end()
        self._api.drop_connections()


def _headers(invocation: Invocation, deadline: float) -> dict[str, str]:
    """https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-next"""
    wall_clock_ms = (time.time() + remaining(deadline)) * 1000
    headers = {
        "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
        "Lambda-Runtime-Deadline-Ms": str(int(wall_clock_ms)),
        "Lambda-Runtime-Invoked-Function-Arn": invocation.invoked_arn,
        "Lambda-Runtime-Trace-Id": invocation.trace_id,
    }
    if invocation.client_context:
        headers["Lambda-Runtime-Client-Context"] = invocation.client_context
    return headers
