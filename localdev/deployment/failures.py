"""What a failed program said, without what does not name the error: a person reads some lines of it, not a trace."""

from __future__ import annotations

import re
from typing import Final

_LINES: Final = 15
_WIDTH: Final = 400
_COLOURS: Final = re.compile(r"\x1b\[[0-9;]*m")
_HEADS: Final = re.compile(r"\[ERROR\]|\berror TS\d+|:\d+: (error|ERROR):|^\S*Error: .* failed with \d+ error")
"""What compilers begin an error with: esbuild, TypeScript, Java. The first one counts, where others end with it."""
_LIBRARY: Final = (
    r"/node_modules/|\bnode:|/site-packages/|/lib/python3\.\d+/|/lib/program\.js:|<frozen |\b(java|jdk|sun)\."
)
_THROWN_AT: Final = re.compile(rf"^(?=\S).*({_LIBRARY}).*:\d+$")
"""Where Node.js threw, followed by that line of a library and a caret, which is not there below a long line."""
_CARET: Final = re.compile(r"^\s*\^*\s*$")
_NEAR: Final = 5
_FRAME: Final = re.compile(rf"^\s+at .*({_LIBRARY})")
_PYTHON_FRAME: Final = re.compile(r'^ +File "(?P<path>[^"]*)", line \d+')
_NOISE: Final = re.compile(
    r"^\s*$|^Node\.js v\d|^\s+\.\.\..*\.\.\.$|^\s+\(no user code in |^\s+triggerUncaughtException\(|^\}$"
    r"|^\s+name: '\w+'$"
)


def lines_of_error(said: str) -> str:
    """Return the lines that name the error, indented: the first of a compiler's errors, or else the end."""
    lines = _COLOURS.sub("", said).splitlines()
    kept = _without_libraries(lines) or [line for line in lines if line.strip()]
    head = next((index for index, line in enumerate(kept) if _HEADS.search(line)), None)
    shown = kept[-_LINES:] if head is None else kept[max(0, min(head, len(kept) - _LINES)) :][:_LINES]
    return "\n".join(f"  {line[:_WIDTH]}{'…' * (len(line) > _WIDTH)}" for line in shown)


def _without_libraries(lines: list[str]) -> list[str]:
    """Return the lines without frames and code of libraries, and without those of no meaning."""
    kept: list[str] = []
    is_frame = False
    skipped_to = 0
    for index, line in enumerate(lines):
        if _THROWN_AT.match(line):
            skipped_to = _after_caret(lines, index)
        if index < skipped_to:
            continue
        if frame := _PYTHON_FRAME.match(line):
            is_frame = re.search(_LIBRARY, frame["path"]) is not None
        elif not line.startswith("    "):
            is_frame = False
        if not is_frame and not _FRAME.match(line) and not _NOISE.match(line):
            kept.append(line)
    return kept


def _after_caret(lines: list[str], index: int) -> int:
    near = range(index + 1, min(index + _NEAR, len(lines)))
    return next((each + 1 for each in near if _CARET.match(lines[each])), index)
