"""Format values for the pages: times, JSON, log lines, statuses."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Final
from zlib import crc32

from markupsafe import Markup, escape

from localdev.executions.graph import SIGNS, Mark
from localdev.executions.text import cause_message, duration_text, json_object, one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from localdev.executions.logs import LogLine
    from localdev.executions.records import Execution

LONGEST_JSON: Final = 20_000
"""Of longer documents the beginning is shown, and the whole on request."""

_TOKEN: Final = re.compile(
    r'(?P<key>"(?:[^"\\]|\\.)*+")(?=\s*:)|(?P<string>"(?:[^"\\]|\\.)*+(?:"|\\?\Z))'
    r"|(?P<number>-?\d[\d.eE+-]*)|(?P<word>true|false|null)",
    re.DOTALL,
)
"""A string that is cut off is one to its end: else each quote in it would be looked at as the beginning of another."""
_STATUS_MARKS: Final = {
    "RUNNING": Mark.RUNNING,
    "PENDING_REDRIVE": Mark.RUNNING,
    "SUCCEEDED": Mark.SUCCEEDED,
    "CAUGHT": Mark.CAUGHT,
    "FAILED": Mark.FAILED,
    "TIMED_OUT": Mark.TIMED_OUT,
    "ABORTED": Mark.ABORTED,
}
_SIGN: Final = Markup('<svg viewBox="-6 -6 12 12"><path d="{}"/></svg>')
_DRAWN: Final = {
    mark: _SIGN.format(path)
    for mark, path in {
        "running": "M-4.5 0h.01M0 0h.01M4.5 0h.01",
        "succeeded": "M-3.8 .4L-1 3.2L4 -3",
        "retried": "M3.6 -1.6A4 4 0 1 0 4 1M4 -4v2.6h-2.6",
        "caught": "M0 -4.2v4.8M0 3.7h.01",
        "failed": "M-3 -3L3 3M3 -3L-3 3",
        "timed-out": "M0 -2.4V.2L1.7 1.5M4.8 0A4.8 4.8 0 1 1 -4.8 0A4.8 4.8 0 1 1 4.8 0",
        "aborted": "M-2.4 -2.4h4.8v4.8h-4.8z",
    }.items()
}
"""The paths are those of ``static/graph.js``; there a clock's hands are in a disc already."""
_MINUTE: Final = 60
_ONE_MS: Final = timedelta(milliseconds=1)
_FINE: Final = timedelta(milliseconds=20)
_WORDS: Final = {"TIMED_OUT": "Timed out", "PENDING_REDRIVE": "Pending redrive"}
_LEVELS: Final = {"DEBUG", "INFO", "WARN", "WARNING", "ERROR", "CRITICAL", "FATAL", "TRACE"}
_MOMENT: Final = r"\d{4}-\d\d-\d\dT[\d:.]+Z"
_REQUEST: Final = r"[0-9a-f-]{36}"
_PYTHON_TEXT: Final = re.compile(rf"\[(?P<level>[A-Z]+)\]\s+{_MOMENT}\s+{_REQUEST}\s+")
_NODE_TEXT: Final = re.compile(rf"{_MOMENT}\s+(?:{_REQUEST}|undefined)\s+(?P<level>[A-Z]+)\s+")
"""How the runtimes' loggers write a line as text: its time is the event's own, its request the invocation's."""
_ALONE: Final = {"timestamp", "level", "message", "requestId", "logger", "version"}


def status_mark(status: str) -> str:
    """Return the mark of an execution's status, as a class of the style sheet: ``timed-out``."""
    return mark_class(_STATUS_MARKS.get(status, Mark.ABORTED))


def mark_class(mark: Mark) -> str:
    """Return a mark as a class of the style sheet."""
    return mark.replace(" ", "-")


def status_word(status: str) -> str:
    """Return a status as a word."""
    return _WORDS.get(status, status.capitalize())


def sign(mark: str) -> Markup:
    """Return a mark's sign, by its class, as a drawing: a font may lack the character."""
    return _DRAWN.get(mark, Markup())


def duration(value: timedelta | None) -> str:
    """Return a duration, or a dash where there is none yet."""
    return "–" if value is None else duration_text(value)  # noqa: RUF001 - a dash is meant


def elapsed(began: datetime) -> str:
    """Return how long it has been going on for, in whole seconds; the page counts on from there in the same way."""
    seconds = max(int((datetime.now(UTC) - began).total_seconds()), 0)
    return f"{seconds} s" if seconds < _MINUTE else duration_text(timedelta(seconds=seconds))


def titled(execution: Execution) -> str:
    """Return an execution in the title of its page."""
    text = SIGNS[_STATUS_MARKS.get(execution.status, Mark.ABORTED)]
    return f"{text} {status_word(execution.status)} · {execution.name}"


def moment(value: datetime | None) -> str:
    """Return a time of day with milliseconds, in this machine's zone."""
    return "" if value is None else value.astimezone().strftime("%H:%M:%S.%f")[:-3]


def day(value: datetime | None) -> str:
    """Return a date and a time of day, in this machine's zone."""
    return "" if value is None else value.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def day_in_short(value: datetime) -> str:
    """Return a date and a time of day; of a time of today the time alone."""
    here = value.astimezone()
    return here.strftime("%H:%M:%S") if here.date() == today() else day(value)


def today() -> date:
    """Return the date in this machine's zone."""
    return datetime.now(UTC).astimezone().date()


def tick(value: timedelta, span: timedelta) -> str:
    """Return a time along an axis; with a decimal where whole milliseconds would put it in the wrong place."""
    is_fine = span < _FINE or value < _ONE_MS
    return f"{value / _ONE_MS:.1f}".removesuffix(".0") + " ms" if is_fine else duration_text(value)


def iso(value: datetime | None) -> str:
    """Return a time for a ``datetime`` attribute."""
    return "" if value is None else value.astimezone(UTC).isoformat()


@dataclass(frozen=True)
class Document:
    """A text that is probably JSON, ready to be shown."""

    html: Markup
    size: int
    is_cut: bool
    digest: str
    """Another one for another text."""


def document(text: str | None, *, whole: bool = False) -> Document | None:
    """Return JSON laid out, each token escaped and in a class of its own; any other text as it is."""
    if text is None:
        return None
    laid_out = _laid_out(text)
    shown = laid_out if whole else laid_out[:LONGEST_JSON]
    return Document(
        _coloured(shown),
        len(text),
        is_cut=len(shown) < len(laid_out),
        digest=f"{crc32(text.encode(errors='surrogatepass')):08x}",
    )


def laid_out(text: str | None) -> str:
    """Return JSON with one member a line; any other text as it is, and an empty object for none."""
    return _laid_out(text) if text else "{}"


def _laid_out(text: str) -> str:
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text


def _coloured(text: str) -> Markup:
    parts: list[Markup] = []
    end = 0
    for match in _TOKEN.finditer(text):
        parts.append(escape(text[end : match.start()]))
        parts.append(Markup('<span class="json-{}">{}</span>').format(match.lastgroup, match[0]))
        end = match.end()
    parts.append(escape(text[end:]))
    return Markup("").join(parts)


def variables(assigned: Mapping[str, str]) -> str:
    """Return variables, each of them JSON, as one document."""
    return f"{{{', '.join(f'{json.dumps(name)}: {value}' for name, value in assigned.items())}}}"


def cause(text: str | None) -> str:
    """Return what a cause says."""
    return cause_message(text) or ""


@dataclass(frozen=True)
class Chip:
    """A field of an input, in short."""

    name: str
    value: str


def chips(text: str | None, most: int = 3) -> list[Chip]:
    """Return the first scalar fields of a JSON object; none of any other text, or where it has no such field."""
    scalars = ((name, value) for name, value in json_object(text or "").items() if not isinstance(value, dict | list))
    return [Chip(one_line(str(name), 24), one_line(_scalar(value), 40)) for name, value in islice(scalars, most)]


def _scalar(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


_NAME_PARTS: Final = re.compile(r"(?<=\.)|(?<=[a-z0-9])(?=[A-Z])")
"""Where a dotted or camelCase name may go on in the next line."""


def in_parts(name: str) -> Markup:
    """Return a name that a line may break after a dot or before a word of it, and elsewhere only if it must."""
    return Markup("<wbr>").join(_NAME_PARTS.split(name))


def in_short(text: str) -> str:
    """Return a value on one line."""
    return one_line(text, 120)


def input_in_short(text: str | None, limit: int = 60) -> str:
    """Return an input on one line: the value alone where it is an object of one."""
    if not text:
        return ""
    fields = json_object(text)
    if len(fields) == 1:
        ((name, value),) = fields.items()
        return one_line(f"{name}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}", limit)
    return one_line(text, limit)


@dataclass(frozen=True)
class Said:
    """A log line, taken apart."""

    at: str
    level: str
    message: str
    fields: tuple[tuple[str, str], ...] = ()
    is_platform: bool = False
    """Written by the service and not by the function."""


def said(line: LogLine) -> Said:
    """Return a line of a function's log; what is not JSON is shown as it is."""
    at = moment(line.at)
    fields = json_object(line.message)
    kind = fields.get("type")
    if isinstance(kind, str) and kind.startswith("platform."):
        return Said(at, "platform", kind.removeprefix("platform."), _fields(fields.get("record")), is_platform=True)
    message = fields.get("message")
    if isinstance(message, str):
        level = str(fields.get("level", "")).upper()
        return Said(at, level if level in _LEVELS else "", message, _fields(fields))
    text = _PYTHON_TEXT.match(line.message) or _NODE_TEXT.match(line.message)
    if text:
        return Said(at, text["level"], line.message[text.end() :])
    is_platform = line.message.startswith(("START ", "END ", "REPORT ", "INIT_START "))
    return Said(at, "platform" if is_platform else "", line.message, is_platform=is_platform)


def _fields(values: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(values, dict):
        return ()
    return tuple(
        (str(name), value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        for name, value in values.items()
        if name not in _ALONE
    )
