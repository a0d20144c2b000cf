"""Filter a list of executions by its address, which can be kept, shared and gone back to."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from localdev.console.listings import Filters

if TYPE_CHECKING:
    from collections.abc import Mapping

STATUSES: Final = ("RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED")


def filters_of(query: Mapping[str, str]) -> Filters:
    """Return the filters of an address; what it says that is no filter is passed over."""
    status = query.get("status")
    return Filters(
        status if status in STATUSES else None,
        query.get("q", "").strip(),
        _day(query.get("since")),
        _day(query.get("until")),
    )


def address_of(wanted: Filters) -> dict[str, str]:
    """Return the same filters as the fields of an address."""
    given = {
        "status": wanted.status,
        "q": wanted.text,
        "since": wanted.since and wanted.since.isoformat(),
        "until": wanted.until and wanted.until.isoformat(),
    }
    return {name: value for name, value in given.items() if value}


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
