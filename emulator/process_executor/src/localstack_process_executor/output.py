"""What a function writes, as log events.

Its standard output and error arrive as bytes, a line an event. Between them arrive the frames of the runtime client's
own log, each an event however many lines it has: four bytes of type, four of length and eight of time, then the text
(see ``FramedTelemetryLogSink`` of awslambdaric). Both come through one pipe, so that they keep their order.
"""

import time
from collections.abc import Iterator
from typing import Self

_HEADER_BYTES = 16
_MAGIC = b"\xa5\x5a\x00"
_MAX_FRAME_BYTES = 64 * 1024 * 1024
_CLOCK_SECONDS = 7 * 24 * 3600


class OutputReader:
    """Collects bytes and gives events; what is not complete stays until it is, or until :meth:`finish`."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._line = bytearray()

    def feed(self, data: bytes) -> None:
        """Take what was written."""
        self._bytes += data

    def events(self) -> list[str]:
        """The events that are complete; each line ends in a newline, a frame as the function wrote it."""
        return list(self._events())

    def finish(self) -> list[str]:
        """All events, a line without an end included: the invocation is over."""
        events = self.events()
        if self._bytes:
            # a frame that was cut off when its process was killed is text like any other
            self._line += self._bytes
            self._bytes.clear()
        if self._line:
            events.extend(f"{line}\n" for line in _text(self._line).split("\n") if line)
            self._line.clear()
        return events

    def _events(self) -> Iterator[str]:
        while self._bytes:
            start = self._bytes.find(_MAGIC)
            if start != 0:
                # a frame may begin in the very last bytes
                end = start if start > 0 else len(self._bytes) - _beginning_of_magic(self._bytes)
                yield from self._lines(bytes(self._bytes[:end]))
                del self._bytes[:end]
                if start < 0:
                    return
                continue
            size = _frame_size(self._bytes)
            if size is None:
                return
            if size == 0:
                # no frame, just bytes that begin like one
                yield from self._lines(bytes(self._bytes[: len(_MAGIC)]))
                del self._bytes[: len(_MAGIC)]
                continue
            yield _text(self._bytes[_HEADER_BYTES:size])
            del self._bytes[:size]

    def _lines(self, data: bytes) -> Iterator[str]:
        self._line += data
        *complete, rest = self._line.split(b"\n")
        self._line = bytearray(rest)
        yield from (f"{_text(line)}\n" for line in complete)


def _frame_size(data: bytearray) -> int | None:
    """Of the frame that data begins with, header included; 0 where it is none, ``None`` while it is not complete."""
    if len(data) < _HEADER_BYTES:
        return None
    length, moment = int.from_bytes(data[4:8]), int.from_bytes(data[8:16]) / 1e6
    if length > _MAX_FRAME_BYTES or abs(moment - time.time()) > _CLOCK_SECONDS:
        return 0
    size = _HEADER_BYTES + length
    return size if len(data) >= size else None


def _beginning_of_magic(data: bytearray) -> int:
    """How many bytes at the end may be the beginning of a frame."""
    return next((count for count in (2, 1) if data.endswith(_MAGIC[:count])), 0)


def _text(data: bytes | bytearray) -> str:
    return data.decode(errors="replace")


class InvocationLog(str):
    """The log of one invocation: text, and the events it is made of.

    LocalStack's log handler makes events with ``logs.split("\\n")``, and would tear a stack trace, which is one event
    on AWS, into its lines; this text is split where its events end.
    """

    __slots__ = ("log_events",)
    log_events: list[str]

    def __new__(cls, events: list[str]) -> Self:
        """The text of these events, one a line."""
        text = super().__new__(cls, "".join(event if event.endswith("\n") else f"{event}\n" for event in events))
        text.log_events = [event for event in events if event.strip("\n")]
        return text

    def split(self, sep: str | None = None, maxsplit: int = -1) -> list[str]:  # type: ignore[override]
        """At ``"\\n"``: the events, without the newline that ends them. Otherwise as any text."""
        if sep == "\n" and maxsplit == -1:
            return [event.removesuffix("\n") for event in self.log_events]
        return super().split(sep, maxsplit)
