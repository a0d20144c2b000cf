"""Turn a function's output into log events.

Its standard output and error arrive as bytes, a line an event. Between them arrive the frames of the runtime client's
own log, each an event however many lines it has: four bytes of type, four of length and eight of time, then the text
(see ``FramedTelemetryLogSink`` of awslambdaric). Both come through one pipe, so that they keep their order.
"""

import time
from collections.abc import Iterable
from typing import Any, NamedTuple, Self

_HEADER_BYTES = 16
_MAGIC = b"\xa5\x5a\x00"
_MAX_LINE_BYTES = 256 * 1024
"""A longer line is several events, and no function fills the emulator's memory with one."""
_MAX_FRAME_BYTES = 64 * 1024 * 1024
_CLOCK_SECONDS = 7 * 24 * 3600
_LEVELS = {0x08: 10, 0x0C: 20, 0x10: 30, 0x14: 40, 0x18: 50}
"""Of a frame's type, in :mod:`logging`'s numbers (see ``lambda_runtime_log_utils`` of awslambdaric)."""


class LogEvent(NamedTuple):
    """One entry of a log."""

    text: str
    """A line with the newline that ends it; a frame of the runtime client's as that has written it."""
    moment: float
    """When it was read, in seconds since the epoch."""
    level: int | None = None
    """As :mod:`logging` counts, where the runtime client has said so."""
    in_tail: bool = True
    """Whether the tail that a caller may ask for has it."""
    is_delivered: bool = False
    """Whether it was handed on while its invocation ran."""


class OutputReader:
    """Makes events of bytes; what is not complete stays until it is, or until :meth:`take`."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._line = bytearray()
        self._events: list[LogEvent] = []
        self.characters = 0
        """Length of the complete events that nobody has taken."""

    def feed(self, data: bytes) -> None:
        """Read what was written just now."""
        if data:
            self._bytes += data
            self._read(time.time())

    def take_complete(self) -> list[LogEvent]:
        """Return all events since the last time; a line without an end waits for it."""
        events, self._events, self.characters = self._events, [], 0
        return events

    def take(self) -> list[LogEvent]:
        """Return all events since the last time, a line without an end included: the invocation is over."""
        if self._bytes:
            # a frame that was cut off when its process was killed is text like any other
            self._line += self._bytes
            self._bytes.clear()
        if self._line:
            lines = _text(self._line).split("\n")
            self._line.clear()
            self._add([f"{line}\n" for line in lines if line], time.time())
        return self.take_complete()

    def _read(self, now: float) -> None:
        while self._bytes:
            start = self._bytes.find(_MAGIC)
            if start != 0:
                # a frame may begin in the very last bytes
                end = start if start > 0 else len(self._bytes) - _beginning_of_magic(self._bytes)
                self._read_lines(bytes(self._bytes[:end]), now)
                del self._bytes[:end]
                if start < 0:
                    return
                continue
            size = _frame_size(self._bytes)
            if size is None:
                return
            if size == 0:
                # no frame, just bytes that begin like one
                self._read_lines(bytes(self._bytes[: len(_MAGIC)]), now)
                del self._bytes[: len(_MAGIC)]
                continue
            # the last two bits of its type tell the format
            level = self._bytes[len(_MAGIC)] & ~3
            self._append(LogEvent(_text(self._bytes[_HEADER_BYTES:size]), now, _LEVELS.get(level)))
            del self._bytes[:size]

    def _read_lines(self, data: bytes, now: float) -> None:
        first, *others = data.split(b"\n")
        self._line += first
        if others:
            *complete, rest = [bytes(self._line), *others]
            self._line = bytearray(rest)
            self._add((f"{_text(line)}\n" for line in complete), now)
        while len(self._line) > _MAX_LINE_BYTES:
            self._add([_text(self._line[:_MAX_LINE_BYTES])], now)
            del self._line[:_MAX_LINE_BYTES]

    def _add(self, lines: Iterable[str], now: float) -> None:
        for line in lines:
            self._append(LogEvent(line, now))

    def _append(self, event: LogEvent) -> None:
        self._events.append(event)
        self.characters += len(event.text)


def _frame_size(data: bytearray) -> int | None:
    """Return the size of the frame that data begins with, header included; 0 for none, ``None`` while incomplete."""
    if len(data) < _HEADER_BYTES:
        return None
    length, moment = int.from_bytes(data[4:8]), int.from_bytes(data[8:16]) / 1e6
    if length > _MAX_FRAME_BYTES or abs(moment - time.time()) > _CLOCK_SECONDS:
        return 0
    size = _HEADER_BYTES + length
    return size if len(data) >= size else None


def _beginning_of_magic(data: bytearray) -> int:
    """Return how many bytes at the end may be the beginning of a frame."""
    return next((count for count in (2, 1) if data.endswith(_MAGIC[:count])), 0)


def _text(data: bytes | bytearray) -> str:
    return data.decode(errors="replace")


class InvocationLog(str):
    """The log of one invocation, as LocalStack hands it on: the text is the tail's, and it has its events with it."""

    __slots__ = ("log_events",)
    log_events: list[LogEvent]

    def __new__(cls, events: list[LogEvent]) -> Self:
        """Return the text of these events, one after the other."""
        text = super().__new__(cls, "".join(event.text for event in events if event.in_tail))
        text.log_events = events
        return text

    @property
    def characters(self) -> int:
        """Return the length of what is to be stored."""
        return sum(len(event.text) for event in self.log_events if not event.is_delivered)

    def entries(self) -> list[dict[str, Any]]:
        """Return what ``PutLogEvents`` takes of the undelivered events: it refuses events of newlines only.

        It refuses also what is not in the order of time, or of a time to come. Where the clock was set back meanwhile,
        what was written before counts as written at the time to which it was set.
        """
        found, latest = [], int(time.time() * 1000)
        for event in reversed(self.log_events):
            if event.text.strip("\n") and not event.is_delivered:
                latest = min(latest, int(event.moment * 1000))
                found.append({"timestamp": latest, "message": event.text})
        return found[::-1]
