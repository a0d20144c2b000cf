"""The types of the fixtures that are called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from localdev.testing.machines import StateMachine
    from localdev.testing.units import Inspection


class Find[T](Protocol):
    """Finds one by its logical id, its construct's id or path, or its physical name; without a name the only one.

    A name that nothing has raises a :class:`localdev.system.errors.LocaldevError` with the nearest.
    """

    def __call__(self, name: str | None = None) -> T:
        """Return it."""
        ...


class Inspect(Protocol):
    """Runs one state; see :func:`localdev.testing.units.inspect_state`."""

    def __call__(
        self,
        machine: StateMachine,
        state: str,
        *,
        input: object = None,  # noqa: A002 - AWS's own word
        variables: Mapping[str, object] | None = None,
        mock: object = None,
        raises: tuple[str, str] | None = None,
        retries: int = 0,
        context: Mapping[str, object] | None = None,
        validation: str = "STRICT",
    ) -> Inspection:
        """Return what it did."""
        ...


class Evaluate(Protocol):
    """Evaluates an expression; see :func:`localdev.testing.units.evaluate`."""

    def __call__(
        self,
        expression: str,
        /,
        *,
        input: object = None,  # noqa: A002 - AWS's own word
        variables: Mapping[str, object] | None = None,
    ) -> Any:
        """Return what it gives."""
        ...
