"""Write the last event of a history on two threads in LocalStack's environment, and say as JSON what each met."""

from __future__ import annotations

import json
import threading
from importlib import import_module
from typing import Any, Final

from localstack_corrections.stepfunctions import ends, history_limit
from localstack_corrections.stepfunctions.asl import EVENT_MANAGER

ends._close_histories(import_module(EVENT_MANAGER))
history_limit._count_events(import_module(EVENT_MANAGER))
_SECONDS: Final = 60
_SOON: Final = 0.2
"""How long somebody who should wait is given not to."""
events: Any = import_module(EVENT_MANAGER)
manager = events.EventManager()
manager._event_id_gen.is_limited = True
manager._event_id_gen._next_id = history_limit.LIMIT
is_written, may_be_written = threading.Event(), threading.Event()
publish = manager._publish_history_event


def _publish_late(**event: Any) -> None:
    is_written.set()
    may_be_written.wait(_SECONDS)
    publish(**event)


def _end(seen: list[int]) -> None:
    manager.add_event(events.EventHistoryContext.of_program_start(), events.HistoryEventType.ExecutionFailed)
    seen.append(len(manager._history_event_list))


manager._publish_history_event = _publish_late
first: list[int] = []
second: list[int] = []
threads = [threading.Thread(target=_end, args=(seen,)) for seen in (first, second)]
threads[0].start()
is_written.wait(_SECONDS)
threads[1].start()
threads[1].join(_SOON)
may_be_written.set()
for thread in threads:
    thread.join(_SECONDS)
print(json.dumps({"first": first, "second": second, "ids": [event["id"] for event in manager.get_event_history()]}))
