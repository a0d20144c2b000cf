"""Settings that the console gets from whoever starts it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localdev.console.services.stack import Stack
    from localdev.executions.client import ExecutionsClient
    from localdev.executions.control import ExecutionsControl

DEFAULT_PORT = 8080


class StarterError(Exception):
    """Refusal of what was asked for, with the reason in a sentence."""


class Starter(Protocol):
    """A way to start an execution from outside, with one field to fill in: a form on the state machine's page."""

    @property
    def title(self) -> str:
        """Title of the form."""
        ...

    @property
    def field(self) -> str:
        """Label of the field."""
        ...

    @property
    def suggestions(self) -> Sequence[str]:
        """Values to choose from; any other text can be typed."""
        ...

    @property
    def command(self) -> str:
        """Command that does the same in a terminal."""
        ...

    def state_machine_arn(self) -> str | None:
        """Return the state machine it starts; ``None`` where there is none just now."""
        ...

    def start(self, value: str, key: str | None) -> str:
        """Start an execution; its ARN, and always the same one for the same key.

        :raises StarterError: it was not accepted.
        """
        ...


@dataclass(frozen=True)
class Settings:
    """Endpoint to read, and what may be done there."""

    client: ExecutionsClient
    control: ExecutionsControl | None
    """``None``: read-only."""
    where: str
    """The engine, for a person: its endpoint, or the account and region."""
    how_to_start: str
    """The command that starts the engine."""
    starter: Starter | None = None
    stack: Stack | None = None
    """What stands around the state machines; ``None``: pages of state machines alone."""
    aws_region: str | None = None
    """Where it is real AWS: links lead to AWS's own console."""
    hosts: frozenset[str] = frozenset({"127.0.0.1", "localhost", "[::1]"})
    """The names by which it may be asked for, without the port."""
    answers_to_addresses: bool = False
    """Whether any IP address is one of its names: it listens on all of them. Another site's page can make a browser ask
    here for a name of its own, and never for an address."""
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    """What every form of ours carries, and no other site knows."""

    @property
    def is_read_only(self) -> bool:
        """Return whether nothing may be changed."""
        return self.control is None
