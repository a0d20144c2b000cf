"""Names that nothing has: said with the nearest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localdev.system.errors import LocaldevError
from localdev.system.suggestions import suggest

if TYPE_CHECKING:
    from localdev.executions.definition import Definition


def require_state(machine: str, definition: Definition, state: str) -> None:
    """Check that a state machine has a state.

    :raises LocaldevError: it has none of this name.
    """
    names = [place.state.name for place in definition.walk()]
    if state not in names:
        hint = suggest(state, names, f"its states: {', '.join(map(repr, names))}.")
        raise LocaldevError(f"The state machine {machine} has no state {state!r}.", hint)
