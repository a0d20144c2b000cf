"""Wait on an execution's own clock: Wait states, Retry, answers to task tokens, heartbeats, activities."""

from __future__ import annotations

import time
from functools import wraps
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

from localstack_rehearsals.clock import current
from localstack_rehearsals.patches.asl import CALLBACK, COMMON, STATE, TASK, clock_of
from localstack_rehearsals.rehearsal import REHEARSALS

if TYPE_CHECKING:
    from types import ModuleType

_FOR_EVER: Final = 99_999_999
"""LocalStack's word for no time-out."""


def _wait_in_its_time(module: ModuleType) -> None:
    function = module.WaitFunction
    wait_interval = function._wait_interval

    @wraps(wait_interval)
    def wait(self: Any, env: Any, wait_seconds: float) -> None:
        clock, worker = clock_of(env), current()
        if clock is None or worker is None:
            wait_interval(self, env=env, wait_seconds=wait_seconds)
            return
        fraction, worker.fraction = worker.fraction, 0.0
        if wait_seconds > 0:
            clock.pause(wait_seconds - fraction, env)

    function._wait_interval = wait


def _retry_in_its_time(module: ModuleType) -> None:
    retrier = module.RetrierDecl
    eval_body, sleep = retrier._eval_body, module.time.sleep
    pausing: dict[Any, Any] = {}

    @wraps(eval_body)
    def evaluate(self: Any, env: Any) -> None:
        worker = current()
        if worker is None or clock_of(env) is None:
            eval_body(self, env)
            return
        pausing[worker] = env
        try:
            eval_body(self, env)
        finally:
            del pausing[worker]

    def sleep_in_its_time(seconds: float) -> None:
        worker = current()
        env = pausing.get(worker)
        if worker is None or env is None:
            sleep(seconds)
        else:
            worker.clock.pause(seconds, env)

    retrier._eval_body = evaluate
    module.time = SimpleNamespace(sleep=sleep_in_its_time, time=time.time)  # type: ignore[attr-defined]


def _await_answers(module: ModuleType) -> None:
    endpoint, heartbeat, start = module.CallbackEndpoint, module.HeartbeatEndpoint, module.ActivityTaskStartEndpoint
    wait, clear_and_wait, wait_for_start = endpoint.wait, heartbeat.clear_and_wait, start.wait

    @wraps(wait)
    def wait_for_answer(self: Any, timeout: float | None = None) -> Any:
        worker = current()
        if worker is None:
            return wait(self, timeout=timeout)
        worker.clock.wait(_bounded(timeout), self._notify_event, outside=True)
        return self._outcome

    @wraps(clear_and_wait)
    def wait_for_heartbeat(self: Any) -> bool:
        worker = current()
        if worker is None:
            return bool(clear_and_wait(self))
        with self._mutex:
            if self._next_heartbeat_event.is_set():
                self._next_heartbeat_event.clear()
                return True
        return worker.clock.wait(self._heartbeat_seconds, self._next_heartbeat_event, outside=True)

    @wraps(wait_for_start)
    def wait_for_worker(self: Any, timeout_seconds: float) -> Any:
        worker = current()
        if worker is None:
            return wait_for_start(self, timeout_seconds=timeout_seconds)
        worker.clock.wait(_bounded(timeout_seconds), self._next_activity_task_start_event, outside=True)
        return self._outcome

    endpoint.wait, heartbeat.clear_and_wait, start.wait = wait_for_answer, wait_for_heartbeat, wait_for_worker


def _end_with_the_child(module: ModuleType) -> None:
    """Let the time pass that a child execution has taken on a clock of its own, before its parent goes on."""
    task = module.StateTaskServiceSfn

    def follow(name: str) -> None:
        build = getattr(task, name)

        @wraps(build)
        def build_in_its_time(self: Any, env: Any, *arguments: Any, **options: Any) -> Any:
            arn = env.stack[-1]["ExecutionArn"]
            resolve = build(self, env, *arguments, **options)

            # what others have put on it, such as how it is cancelled, is kept
            @wraps(resolve)
            def resolve_in_its_time() -> Any:
                try:
                    found = resolve()
                except Exception:
                    _catch_up(env, arn)
                    raise
                if found:
                    _catch_up(env, arn)
                return found

            return resolve_in_its_time

        setattr(task, name, build_in_its_time)

    follow("_build_sync_resolver")
    follow("_build_sync2_resolver")


def _catch_up(env: Any, child_arn: str) -> None:
    clock, child = clock_of(env), REHEARSALS.reported(child_arn)
    if clock is None or current() is None or child is None or child.clock is None or child.clock is clock:
        return
    if (seconds := child.clock.now() - clock.now()) > 0:
        clock.pause(seconds, env)


def _bounded(seconds: float | None) -> float | None:
    return None if seconds is None or seconds >= _FOR_EVER else seconds


PATCHES = (
    (f"{STATE}.state_wait.wait_function.wait_function", _wait_in_its_time),
    (f"{COMMON}.retry.retrier_decl", _retry_in_its_time),
    (CALLBACK, _await_answers),
    (f"{TASK}.service.state_task_service_sfn", _end_with_the_child),
)
