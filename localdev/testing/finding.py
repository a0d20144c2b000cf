"""The type of the fixtures that find something in the stacks by its name."""

from __future__ import annotations

from typing import Protocol


class Find[T](Protocol):
    """Finds one by its logical id, its construct's id or path, or its physical name; without a name the only one.

    A name that nothing has raises a :class:`localdev.system.errors.LocaldevError` with the nearest.
    """

    def __call__(self, name: str | None = None) -> T:
        """Return it."""
        ...
