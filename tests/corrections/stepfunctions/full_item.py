"""Fill a history in two items at once, in LocalStack's environment, and say as JSON what each met."""

from __future__ import annotations

import json
import threading
from importlib import import_module
from types import SimpleNamespace
from typing import Any, Final

from localstack_corrections.stepfunctions import aborted_states, ends, history_limit
from localstack_corrections.stepfunctions.asl import EVENT_MANAGER

_SOON: Final = 0.2
"""How long an item that should wait is given not to."""
events: Any = import_module(EVENT_MANAGER)
for patch in (ends._close_histories, aborted_states._follow_states, history_limit._count_events):
    patch(events)
manager = events.EventManager()
manager._event_id_gen.is_limited = True
manager._event_id_gen._next_id = history_limit.LIMIT
first, second = (events.EventHistoryContext.of_program_start() for _ in range(2))
at_the_end: list[list[str]] = []
had_failed: list[bool] = []


class _Environment:
    """Fails as slowly as it can, and has the first item tell nothing any more, as the failure of another item does."""

    event_manager = manager
    _program_state = SimpleNamespace(error=None)

    def set_error(self, error: Any) -> None:
        beside.start()
        beside.join(_SOON)
        self._program_state = SimpleNamespace(error=error)
        first.muted = True


def _fill(context: Any) -> None:
    try:
        manager.add_event(context, events.HistoryEventType.PassStateEntered)
    except history_limit.HistoryFullError:
        had_failed.append(environment._program_state.error is not None)


def _terminated() -> None:
    at_the_end.append([event["type"] for event in manager.get_event_history()])


environment = _Environment()
beside = threading.Thread(target=_fill, args=(second,))
worker = SimpleNamespace(env=environment, _execution_communication=SimpleNamespace(terminated=_terminated))
manager.fail, manager.end = lambda: history_limit._fail(worker), lambda: history_limit._end(worker)
_fill(first)
beside.join()
print(json.dumps({"events": at_the_end, "had failed": had_failed}))
