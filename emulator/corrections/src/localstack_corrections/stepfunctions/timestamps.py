"""Timestamps in the rules of a Choice: any offset, any fraction of a second, compared as moments."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Final

from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from types import ModuleType

_IMPLEMENTATIONS = (
    "localstack.services.stepfunctions.asl.component.state.state_choice.comparison.operator.implementations"
)
_RFC_3339: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def moment(text: str) -> datetime | None:
    """Return the moment that a text names in the profile of RFC 3339 which the States Language has; else None."""
    if not _RFC_3339.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _read_any_offset(module: ModuleType) -> None:
    module.IsTimestamp.string_to_timestamp = staticmethod(moment)


CORRECTION = Correction(
    name="choice-timestamps",
    localstack="A timestamp with an offset or a fraction of a second is none: `TimestampEquals` is false, and"
    " `TimestampLessThan` fails with `States.Runtime`.",
    aws="Compares the moments, whatever their offset and precision.",
    source="Amazon States Language, Timestamps (RFC 3339)",
    patches={f"{_IMPLEMENTATIONS}.is_operator": _read_any_offset},
)
