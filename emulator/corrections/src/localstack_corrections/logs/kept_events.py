"""A bound for the log events of a group: the newest stay, as with a retention setting."""

from __future__ import annotations

import bisect
import threading
from functools import wraps
from typing import TYPE_CHECKING, Any, Self

from localstack_corrections.correction import Correction
from localstack_corrections.settings import positive

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from types import ModuleType

VARIABLE, DEFAULT = "LOGS_KEPT_EVENTS", 100_000
SIZE_VARIABLE, SIZE_DEFAULT = "LOGS_KEPT_MEGABYTES", 128
_SLACK = 10
"""A group may exceed its bounds by this part of them, so that not every event has others removed."""
_MEGABYTE = 1024 * 1024


class Group:
    """The events of one log group, counted."""

    def __init__(self, most: int, most_characters: int) -> None:
        self._most = most
        self._most_characters = most_characters
        self._count = self._characters = 0
        self._lock = threading.Lock()

    def __deepcopy__(self, _memo: object) -> Group:
        """Return a count that nothing is added to: LocalStack copies groups to describe them."""
        return Group(self._most, self._most_characters)

    def added(self, events: Collection[Any], streams: dict[str, Any]) -> None:
        """Count events that were added to one of the streams, and remove the oldest ones when there are too many."""
        with self._lock:
            self._count += len(events)
            self._characters += sum(len(event.message) for event in events)
            if _exceeds(self._count, self._most) or _exceeds(self._characters, self._most_characters):
                self._count, self._characters = trim(streams, self._most, self._most_characters)


def _exceeds(number: int, most: int) -> bool:
    return number > most + most // _SLACK


def trim(streams: dict[str, Any], most: int, most_characters: int) -> tuple[int, int]:
    """Keep the newest events of some streams, and no stream that has lost all; return their number and length."""
    sizes = {event.event_id: len(event.message) for stream in list(streams.values()) for event in list(stream.events)}
    count, characters, first = 0, 0, 0
    # events are numbered as they come
    for number in sorted(sizes, reverse=True):
        if count and (count == most or characters + sizes[number] > most_characters):
            break
        count, characters, first = count + 1, characters + sizes[number], number
    for name, stream in list(streams.items()):
        old = bisect.bisect_left(stream.events, first, key=lambda event: event.event_id)
        del stream.events[:old]
        if old and not stream.events:
            streams.pop(name, None)
    return count, characters


class Events(list[Any]):
    """The events of a stream; adding some tells its group."""

    def __init__(self, log_group: Any) -> None:
        super().__init__()
        self._log_group = log_group

    def __iadd__(self, events: Iterable[Any]) -> Self:  # type: ignore[misc]
        """Add events, of which the oldest of the group may make way."""
        new = list(events)
        self.extend(new)
        self._log_group.counted.added(new, self._log_group.streams)
        return self


def _bound(module: ModuleType) -> None:
    most, most_characters = positive(VARIABLE, DEFAULT), positive(SIZE_VARIABLE, SIZE_DEFAULT) * _MEGABYTE
    group_init, stream_init = module.LogGroup.__init__, module.LogStream.__init__

    @wraps(group_init)
    def begin_group(self: Any, *arguments: Any, **options: Any) -> None:
        group_init(self, *arguments, **options)
        self.counted = Group(most, most_characters)

    @wraps(stream_init)
    def begin_stream(self: Any, *arguments: Any, **options: Any) -> None:
        stream_init(self, *arguments, **options)
        self.events = Events(self.log_group)

    module.LogGroup.__init__ = begin_group
    module.LogStream.__init__ = begin_stream


KEPT_EVENTS = Correction(
    "kept-log-events",
    "Keeps every log event in memory for as long as it runs.",
    f"Keeps the newest {DEFAULT:,} events of a log group, {SIZE_DEFAULT} MB at most (settings `{VARIABLE}`, "
    f"`{SIZE_VARIABLE}`); AWS keeps them on disk.",
    "a soak: memory grew with every order",
    {"moto.logs.models": _bound},
)
