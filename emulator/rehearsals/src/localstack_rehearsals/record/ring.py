"""The newest entries of the record, bounded in number and in size."""

from __future__ import annotations

import itertools
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

type Entry = dict[str, Any]

MOST_ENTRIES: Final = 5_000
MOST_CHARACTERS: Final = 16_000_000
LONGEST_TEXT: Final = 16_384
"""Characters that are kept of an input or an output."""
_TEXTS: Final = ("input", "output", "error")


class Ring:
    """Keeps entries until newer ones take their place. Safe to share between threads."""

    def __init__(
        self, most: int = MOST_ENTRIES, characters: int = MOST_CHARACTERS, longest: int = LONGEST_TEXT
    ) -> None:
        self._most = most
        self._most_characters = characters
        self._longest = longest
        self._entries: deque[Entry] = deque()
        self._characters = 0
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self.since = time.time()
        """When the record began."""
        self.forgotten = 0
        """How many entries had to go."""

    def add(self, kind: str, **fields: Any) -> None:
        """Add an entry; of its texts no more is kept than ``longest`` characters."""
        entry: Entry = {"kind": kind, **fields}
        for name in _TEXTS:
            text = entry.get(name)
            if text is not None and len(text) > self._longest:
                entry[name] = text[: self._longest]
                entry["cut"] = True
        size = _size(entry)
        with self._lock:
            entry["number"] = next(self._numbers)
            self._entries.append(entry)
            self._characters += size
            while len(self._entries) > self._most or self._characters > self._most_characters:
                self._characters -= _size(self._entries.popleft())
                self.forgotten += 1

    def newest(self, limit: int, is_wanted: Callable[[Entry], bool]) -> list[Entry]:
        """Return the newest entries that are wanted, newest first."""
        with self._lock:
            entries = list(self._entries)
        wanted: Iterator[Entry] = filter(is_wanted, reversed(entries))
        return list(itertools.islice(wanted, limit))


def _size(entry: Entry) -> int:
    return sum(len(entry.get(name) or "") for name in _TEXTS)


RING: Final = Ring()
"""The emulator's record."""
