"""Define what every engine can do, and what its users may count on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from localdev.engines.clients import Clients
    from localdev.engines.registry import Kind


def say_nothing(_text: str) -> None:
    """Drop a message of :meth:`Engine.start`, where nobody watches."""


class Engine(Protocol):
    """An AWS, real or not, that the stack can be deployed to."""

    @property
    def kind(self) -> Kind:
        """The engine's name and properties."""
        ...

    @property
    def where(self) -> str:
        """The engine's place, for a person: its endpoint, or the account and region."""
        ...

    @property
    def endpoint_url(self) -> str | None:
        """Address of its AWS APIs, ``http://127.0.0.1:4566``; ``None``: AWS's own addresses."""
        ...

    @property
    def stack_name(self) -> str | None:
        """Another name for the app's one stack on it; ``None``: the stacks have the app's own names."""
        ...

    def tool_environment(self) -> dict[str, str]:
        """Return the environment of a program that is to reach it and no other AWS."""
        ...

    def clients(self) -> Clients:
        """Return boto3 clients of it."""
        ...

    def start(self, say: Callable[[str], None] = say_nothing) -> None:
        """Start it, and return once it answers; ``say`` gets a message for each step that takes long.

        :raises LocaldevError: with the last lines of its log, where it has one.
        """
        ...

    def stop(self) -> None:
        """End what was started and remove every trace; nothing happens when it is not up."""
        ...

    def remember(self) -> None:
        """Write down what has to be found again: the stack is about to be deployed."""
        ...

    def forget(self) -> None:
        """Forget the stack: it has been destroyed."""
        ...

    def services(self) -> frozenset[str] | None:
        """Return the services it has, by LocalStack's names; ``None`` where it has every one the tool can need."""
        ...

    def is_up(self) -> bool:
        """Return whether it has been started, by anybody."""
        ...

    def log_tail(self, lines: int) -> str:
        """Return the end of its log, where it has one."""
        ...
