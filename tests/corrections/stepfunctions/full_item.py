"""Fill a history in an item that another stops, in LocalStack's environment, and print what the history then has."""

from __future__ import annotations

import json
from importlib import import_module
from types import SimpleNamespace
from typing import Any

from localstack_corrections.stepfunctions import aborted_states, ends, history_limit
from localstack_corrections.stepfunctions.asl import EVENT_MANAGER

events: Any = import_module(EVENT_MANAGER)
for patch in (ends._close_histories, aborted_states._follow_states, history_limit._count_events):
    patch(events)
manager = events.EventManager()
manager._event_id_gen.is_limited = True
manager._event_id_gen._next_id = history_limit.LIMIT
item = events.EventHistoryContext.of_program_start()
told: list[list[str]] = []


def _stop_item(**_error: Any) -> None:
    item.muted = True


def _tell() -> None:
    told.append([event["type"] for event in manager.get_event_history()])


worker = SimpleNamespace(
    env=SimpleNamespace(set_error=_stop_item, event_manager=manager),
    _execution_communication=SimpleNamespace(terminated=_tell),
)
manager.when_full = lambda context: history_limit._fail(worker, context)
try:
    manager.add_event(item, events.HistoryEventType.PassStateEntered)
except history_limit.HistoryFullError:
    print(json.dumps(told))
