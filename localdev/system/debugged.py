"""A function that is to be debugged, as it is named on the command line."""

from dataclasses import dataclass
from typing import Final

DEFAULT_PORT: Final = 5678
"""That of debugpy, and of the editors that speak to it."""


@dataclass(frozen=True)
class Debugged:
    """A function that waits for a debugger."""

    name: str
    """As the person calls it: logical id, construct, or name."""
    port: int = DEFAULT_PORT
