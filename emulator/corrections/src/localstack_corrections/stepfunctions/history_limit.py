"""A history has 25,000 events at most."""

from __future__ import annotations

import threading
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from localstack_corrections.correction import Correction
from localstack_corrections.stepfunctions.asl import EVENT_MANAGER, TERMINAL, WORKER

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

LIMIT: Final = 25_000
_ERROR: Final = {
    "error": "States.Runtime",
    "cause": f"The execution reached the maximum number of history events ({LIMIT}).",
}


class HistoryFullError(Exception):
    """The execution has failed for the length of its history."""


def _count_events(module: ModuleType) -> None:
    manager, numbers = module.EventManager, module.EventIdGenerator
    add_event: Callable[..., int] = manager.add_event
    next_number: Callable[..., int] = numbers.get
    manager.fail = manager.end = manager.last_context = None
    numbers.is_limited = False
    filling = threading.Lock()
    writing = threading.local()

    @wraps(next_number)
    def get(self: Any) -> int:
        # the last number is for the event that ends the history, whatever items and branches write beside it
        if self.is_limited and self._next_id >= LIMIT and not getattr(writing, "the_end", False):
            raise HistoryFullError
        return next_number(self)

    @wraps(add_event)
    def add(self: Any, context: Any, event_type: Any, *arguments: Any, **options: Any) -> int:
        writing.the_end = event_type in TERMINAL
        if writing.the_end and self.last_context is not None:
            # that of an item may be muted by another that fails as well
            context = self.last_context
        try:
            return add_event(self, context, event_type, *arguments, **options)
        except HistoryFullError:
            with filling:
                # nobody goes on, to fail with this exception, before the execution has failed for the limit
                if is_first := self.last_context is None:
                    self.last_context = type(context)(previous_event_id=context.last_published_event_id)
                    self.fail()
            if is_first:
                self.end()
            raise

    numbers.get, manager.add_event = get, add


def _fail_when_full(module: ModuleType) -> None:
    worker = module.ExecutionWorker
    make = worker._get_evaluation_environment

    @wraps(make)
    def make_limited(self: Any) -> Any:
        env = make(self)
        if env.is_standard_workflow() and env.event_manager.fail is None:
            env.event_manager.fail, env.event_manager.end = lambda: _fail(self), lambda: _end(self)
            env.event_manager._event_id_gen.is_limited = True
        return env

    worker._get_evaluation_environment = make_limited


def _fail(worker: Any) -> None:
    from localstack.aws.api.stepfunctions import ExecutionFailedEventDetails

    # an execution that has an error already keeps it
    worker.env.set_error(error=ExecutionFailedEventDetails(**_ERROR))


def _end(worker: Any) -> None:
    """End an execution that has failed, although its tasks still run."""
    from localstack.aws.api.stepfunctions import HistoryEventType

    manager = worker.env.event_manager
    error = getattr(worker.env._program_state, "error", None)
    if error != _ERROR:
        return
    manager.add_event(
        context=manager.last_context,
        event_type=HistoryEventType.ExecutionFailed,
        event_details={"executionFailedEventDetails": error},
    )
    worker._execution_communication.terminated()


CORRECTION = Correction(
    name="history-limit",
    localstack="Lets an execution's history grow without bound.",
    aws="A Standard execution whose 25,000th event is not `ExecutionSucceeded` fails with `States.Runtime`.",
    source="https://docs.aws.amazon.com/step-functions/latest/dg/bp-history-limit.html",
    patches={EVENT_MANAGER: _count_events, WORKER: _fail_when_full},
)
