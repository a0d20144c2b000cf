"""Read a JSON document that a person gives: as text, as a file's name, or from standard input."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from localdev.system.errors import LocaldevError

METAVAR = "JSON|FILE|-"
HELP = "as JSON, as a file's name, or - for standard input (default: {})"


def read_document(given: str | None, *, what: str) -> str:
    """Return a JSON document as text; ``{}`` where none is given. ``what`` it is, for the error.

    :raises LocaldevError: it is no JSON, and no file of this name holds any.
    """
    if given is None:
        return "{}"
    if given == "-":
        return _checked(sys.stdin.read(), f"The {what} on standard input")
    if _is_json(given):
        return given
    file = Path(given)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise LocaldevError(
            f"The {what} is neither JSON nor a file: {given!r}.",
            """write JSON in quotes, such as '{"key": "value"}' or '"text"'.""",
        ) from error
    return _checked(text, f"The {what} in {file}")


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _checked(text: str, what: str) -> str:
    try:
        json.loads(text)
    except (ValueError, RecursionError) as error:
        raise LocaldevError(f"{what} is not JSON: {error}.", """write a document such as {"a": 1}.""") from error
    return text
