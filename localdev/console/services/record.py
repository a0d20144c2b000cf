"""The record that an emulator keeps of what it was asked for; AWS's own APIs tell none of it.

See ``emulator/rehearsals/src/localstack_rehearsals/record``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import EndpointConnectionError

from localdev.executions.emulator import TRACES, EmulatorApi, EmulatorApiError, UnansweredError

if TYPE_CHECKING:
    from collections.abc import Mapping

_SECONDS: Final = 10.0
_FIRST_REFUSAL: Final = 400


@dataclass(frozen=True)
class Entry:
    """Something that the emulator was asked for."""

    kind: str
    """``request``, ``invocation``, ``call`` or ``delivery``."""
    trace: str | None
    parent: str | None
    """The segment by which a function's calls name its invocation."""
    id: str
    """Of the request or the invocation; of a delivery, the event's."""
    at: datetime
    took: timedelta | None
    name: str
    """``POST /orders``, the function, ``sqs:SendMessage``, the rule."""
    resource: str
    target: str
    """The ARN of what a rule sent its event to."""
    execution: str | None
    """The ARN of the execution whose task made the invocation."""
    status: str
    input: str | None
    output: str | None
    error: str | None
    is_cut: bool
    """Whether only the beginning of its input or output was kept."""

    @property
    def has_failed(self) -> bool:
        """Whether it is known to have failed: a request by its status code."""
        return self.status == "failed" or (self.status.isdigit() and int(self.status) >= _FIRST_REFUSAL)

    @property
    def mark(self) -> str:
        """Return how it stands, as a class of the style sheet."""
        return "failed" if self.has_failed else "succeeded"

    @property
    def ended(self) -> datetime:
        """Return when it was over; of what has no duration, when it was."""
        return self.at + (self.took or timedelta())


@dataclass(frozen=True)
class Recorded:
    """Entries, newest first."""

    entries: tuple[Entry, ...]
    since: datetime | None
    """When the record began; ``None`` where the engine keeps none."""
    forgotten: int = 0
    """How many entries had to make room for newer ones."""


NONE_KEPT: Final = Recorded((), None)


class Record:
    """Reads the record of one emulator."""

    def __init__(self, endpoint_url: str) -> None:
        self._api = EmulatorApi(endpoint_url, TRACES, seconds=_SECONDS)

    def read(self, limit: int, **equal: str) -> Recorded:
        """Return the newest entries of which all these are true; those of an engine that keeps no record are none.

        :raises EndpointConnectionError: the engine does not answer.
        """
        try:
            document = self._api.get(limit=str(limit), **equal)
        except UnansweredError as error:
            raise EndpointConnectionError(endpoint_url=self._api.endpoint_url) from error
        except EmulatorApiError:
            return NONE_KEPT
        if "entries" not in document:
            return NONE_KEPT
        entries = tuple(entry_of(each) for each in document["entries"])
        return Recorded(entries, _moment(document["since"]), document["forgotten"])


def entry_of(document: Mapping[str, Any]) -> Entry:
    """Return an entry of the emulator's answer."""
    seconds = document.get("seconds")
    return Entry(
        kind=document["kind"],
        trace=document.get("trace"),
        parent=document.get("parent"),
        id=document.get("id") or "",
        at=_moment(document["at"]),
        took=None if seconds is None else timedelta(seconds=seconds),
        name=document.get("name") or "",
        resource=document.get("resource") or "",
        target=document.get("target") or "",
        execution=document.get("execution"),
        status=str(document.get("status") or ""),
        input=document.get("input"),
        output=document.get("output"),
        error=document.get("error"),
        is_cut=bool(document.get("cut")),
    )


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
