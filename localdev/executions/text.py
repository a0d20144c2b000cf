"""Short, safe text out of whatever an execution contains."""

from __future__ import annotations

import json
import unicodedata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

_MS = 1000
_MINUTE = 60
_HOUR = 3600
_INVISIBLE = {"Cc", "Cf", "Zs", "Zl", "Zp"}
_NOT_TEXT = {"Cs", "Cn", "Co"}


def one_line(text: str, limit: int | None = None) -> str:
    """Return ``text`` on one line, without what would steer a terminal, turn its direction or fail to encode.

    >>> one_line("The card\\n was \\x1b[31mrefused")
    'The card was [31mrefused'
    """
    visible = "".join(map(_visible, text))
    line = " ".join(visible.split())
    return line if limit is None or len(line) <= limit else f"{line[: limit - 1].rstrip()}…"


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category in _INVISIBLE:
        return " "
    return "\N{REPLACEMENT CHARACTER}" if category in _NOT_TEXT else character


def encodable(text: str) -> str:
    r"""Return ``text`` as UTF-8 can have it: half of a surrogate pair, which JSON can escape, becomes U+FFFD.

    >>> encodable("caf\xe9 \ud83d")
    'café �'
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def duration_text(duration: timedelta) -> str:
    """Return ``duration`` as a person says it.

    Engines note times in whole milliseconds: of what took less than one, that alone is known.

    >>> from datetime import timedelta
    >>> duration_text(timedelta(seconds=75)), duration_text(timedelta(milliseconds=412)), duration_text(timedelta())
    ('1 min 15 s', '412 ms', '< 1 ms')
    """
    seconds = max(duration.total_seconds(), 0.0)
    if seconds * _MS < 1:
        return "< 1 ms"
    if seconds < 1:
        return f"{seconds * _MS:.0f} ms"
    if seconds < _MINUTE:
        return f"{seconds:.2f} s"
    whole = round(seconds)
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE} s"
    return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE} min"


def failure_text(error: str | None, cause: str | None) -> str | None:
    """Return error and cause as one line; of a function's JSON cause its message alone; ``None`` without either."""
    parts = [part for part in (error, cause_message(cause)) if part]
    return one_line(": ".join(parts)) if parts else None


def cause_message(cause: str | None) -> str | None:
    """Return what a cause says: of a function's, which is JSON with a stack trace, its message alone.

    That of a task with ``states:startExecution.sync`` is the child execution's description, of which error and cause
    are wanted: https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html.
    """
    document = json_object(cause)
    if isinstance(document.get("ExecutionArn"), str):
        return _cause_of_child(document)
    message = document.get("errorMessage") or document.get("errorType")
    return message if isinstance(message, str) else cause


def _cause_of_child(described: Mapping[str, object]) -> str:
    error, cause, status = (
        value if isinstance(value, str) else None for value in map(described.get, ("Error", "Cause", "Status"))
    )
    *_, machine, name = ("", *str(described["ExecutionArn"]).split(":"))
    child = f"{name} of {machine}" if machine else name
    # that a task failed is no news where its own child says why
    is_of_child = isinstance(json_object(cause).get("ExecutionArn"), str)
    reason = ": ".join(part for part in (None if is_of_child else error, cause_message(cause)) if part)
    return (
        f"{reason}, in execution {child}" if reason else f"The execution {child} ended as {status or 'it should not'}"
    )


def json_or_text(text: str | None) -> Any:
    """Return the value that ``text`` is the JSON of; text that is no JSON as it is."""
    if text is None:
        return None
    try:
        return json.loads(text)
    except ValueError:
        return text


def json_object(text: str | None) -> dict[str, object]:
    """Return the object that ``text`` is the JSON of; empty when it is not one."""
    if text is None or not text.lstrip().startswith("{"):
        return {}
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}
