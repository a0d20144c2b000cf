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
    manager.when_full, manager.is_full = None, False
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
        try:
            return add_event(self, context, event_type, *arguments, **options)
        except HistoryFullError:
            with filling:
                is_first, self.is_full = not self.is_full, True
            if is_first:
                self.when_full(context)
            raise

    numbers.get, manager.add_event = get, add


def _fail_when_full(module: ModuleType) -> None:
    worker = module.ExecutionWorker
    make = worker._get_evaluation_environment

    @wraps(make)
    def make_limited(self: Any) -> Any:
        env = make(self)
        if env.is_standard_workflow() and env.event_manager.when_full is None:
            env.event_manager.when_full = lambda context: _fail(self, context)
            env.event_manager._event_id_gen.is_limited = True
        return env

    worker._get_evaluation_environment = make_limited


def _fail(worker: Any, context: Any) -> None:
    from localstack.aws.api.stepfunctions import ExecutionFailedEventDetails, HistoryEventType

    env = worker.env
    details = ExecutionFailedEventDetails(**_ERROR)
    # an item that fails beside this one has this one tell nothing any more: what ends the execution is still told
    at_the_end = type(context)(previous_event_id=context.last_published_event_id)
    env.set_error(error=details)
    env.event_manager.add_event(
        context=at_the_end,
        event_type=HistoryEventType.ExecutionFailed,
        event_details={"executionFailedEventDetails": details},
    )
    worker._execution_communication.terminated()


CORRECTION = Correction(
    name="history-limit",
    localstack="Lets an execution's history grow without bound.",
    aws="A Standard execution whose 25,000th event is not `ExecutionSucceeded` fails with `States.Runtime`.",
    source="https://docs.aws.amazon.com/step-functions/latest/dg/bp-history-limit.html",
    patches={EVENT_MANAGER: _count_events, WORKER: _fail_when_full},
)
