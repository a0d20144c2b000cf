"""A bound for the log events of a group: the newest stay, as with a retention setting."""

from __future__ import annotations

import bisect
import threading
from functools import wraps
from typing import TYPE_CHECKING, Any, Self

from localstack_corrections.correction import Correction
from localstack_corrections.settings import positive

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType

VARIABLE, DEFAULT = "LOGS_KEPT_EVENTS", 100_000
_SLACK = 10
"""A group may exceed its bound by this part of it, so that not every event has others removed."""


class Group:
    """The events of one log group, counted."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._count = 0
        self._lock = threading.Lock()

    def __deepcopy__(self, _memo: object) -> Group:
        """Return a count that nothing is added to: LocalStack copies groups to describe them."""
        return Group(self._most)

    def added(self, count: int, streams: dict[str, Any]) -> None:
        """Count events that were added to one of the streams, and remove the oldest ones when there are too many."""
        with self._lock:
            self._count += count
            if self._count > self._most + self._most // _SLACK:
                self._count = trim(streams, self._most)


def trim(streams: dict[str, Any], most: int) -> int:
    """Keep the newest events of some streams, and no stream that has lost all; return how many events there are."""
    ids = sorted(event.event_id for stream in list(streams.values()) for event in list(stream.events))
    first = ids[-most] if len(ids) > most else 0
    for name, stream in list(streams.items()):
        # events are numbered as they come
        count = bisect.bisect_left(stream.events, first, key=lambda event: event.event_id)
        del stream.events[:count]
        if count and not stream.events:
            streams.pop(name, None)
    return min(len(ids), most)


class Events(list[Any]):
    """The events of a stream; adding some tells its group."""

    def __init__(self, log_group: Any) -> None:
        super().__init__()
        self._log_group = log_group

    def __iadd__(self, events: Iterable[Any]) -> Self:  # type: ignore[misc]
        """Add events, of which the oldest of the group may make way."""
        new = list(events)
        self.extend(new)
        self._log_group.counted.added(len(new), self._log_group.streams)
        return self


def _bound(module: ModuleType) -> None:
    most = positive(VARIABLE, DEFAULT)
    group_init, stream_init = module.LogGroup.__init__, module.LogStream.__init__

    @wraps(group_init)
    def begin_group(self: Any, *arguments: Any, **options: Any) -> None:
        group_init(self, *arguments, **options)
        self.counted = Group(most)

    @wraps(stream_init)
    def begin_stream(self: Any, *arguments: Any, **options: Any) -> None:
        stream_init(self, *arguments, **options)
        self.events = Events(self.log_group)

    module.LogGroup.__init__ = begin_group
    module.LogStream.__init__ = begin_stream


KEPT_EVENTS = Correction(
    "kept-log-events",
    "Keeps every log event in memory for as long as it runs.",
    f"Keeps the newest {DEFAULT:,} events of a log group (setting `{VARIABLE}`); AWS keeps them on disk.",
    "a soak: memory grew with every order",
    {"moto.logs.models": _bound},
)
