"""Payloads and trace headers as the record keeps them."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from localstack_rehearsals.record.ring import LONGEST_TEXT

_ROOT: Final = re.compile(r"(?:^|[;\s])Root=([^;\s\"\\]+)")
_PARENT: Final = re.compile(r"(?:^|[;\s])Parent=([^;\s]+)")
_ROOT_OF_AN_EVENT: Final = re.compile(r'"[Xx]-[Aa]mzn-[Tt]race-[Ii]d": ?"Root=([^;\s\"\\]+)')
_BYTES_OF_A_TEXT: Final = 4 * LONGEST_TEXT


def text_of(body: bytes | str | None) -> str | None:
    """Return a payload as text; ``None`` where there is none."""
    if not body:
        return None
    return body if isinstance(body, str) else body[:_BYTES_OF_A_TEXT].decode(errors="replace")


def document_of(value: Any) -> str | None:
    """Return a value as JSON, with what is no JSON named by its type."""
    return json.dumps(value, default=_named, ensure_ascii=False) if value else None


def _named(value: Any) -> str:
    if isinstance(value, bytes):
        return value[:_BYTES_OF_A_TEXT].decode(errors="replace")
    return str(value) if type(value).__module__ in {"datetime", "decimal"} else f"<{type(value).__name__}>"


def root_of(header: str | None) -> str | None:
    """Return the id of the trace that a header names, or that is the whole of it."""
    if not header:
        return None
    found = _ROOT.search(header)
    return found[1] if found else header if header.startswith("1-") else None


def parent_of(header: str | None) -> str | None:
    """Return the segment that a header names as the parent."""
    found = _PARENT.search(header) if header else None
    return found[1] if found else None


def root_of_event(payload: str | None) -> str | None:
    """Return the id of the API request's trace that an event for a function describes, if it is one."""
    if not payload or '"apiId"' not in payload:
        return None
    found = _ROOT_OF_AN_EVENT.search(payload)
    return found[1] if found else None
