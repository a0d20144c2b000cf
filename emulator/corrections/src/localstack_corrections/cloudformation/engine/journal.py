"""Record the steps of a deployment in order, so that it can be undone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from localstack_corrections.cloudformation.records import Record


@dataclass(frozen=True)
class Created:
    """A resource that was not there before."""

    name: str
    record: Record


@dataclass(frozen=True)
class Replaced:
    """A resource that a new one stands in for; the old one is deleted in the cleanup."""

    name: str
    record: Record
    before: Record


@dataclass(frozen=True)
class Updated:
    """A resource that was changed in place, at least in part."""

    name: str
    record: Record
    before: Record


type Entry = Created | Replaced | Updated


class Journal(list[Entry]):
    """The entries of a deployment, oldest first."""

    def replace_last(self, entry: Entry) -> None:
        """Put an entry in the place of the newest one."""
        self[-1] = entry
