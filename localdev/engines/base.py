"""What every engine can do, and what its users may count on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from localdev.engines.clients import Clients


def say_nothing(_text: str) -> None:
    """For :meth:`Engine.start` where nobody watches."""


class Engine(Protocol):
    """An AWS, real or not, that the stack can be deployed to."""

    @property
    def name(self) -> str:
        """As in ``--engine NAME``."""
        ...

    @property
    def where(self) -> str:
        """Where it is, for a person: its endpoint, or the account and region."""
        ...

    @property
    def endpoint_url(self) -> str | None:
        """Where its AWS APIs are, ``http://127.0.0.1:4566``; ``None``: at AWS's own addresses."""
        ...

    @property
    def stack_name(self) -> str:
        """What the stack is called on it."""
        ...

    @property
    def outlives_us(self) -> bool:
        """Whether what is deployed on it stays when :meth:`stop` has returned: it was not started here."""
        ...

    @property
    def cdk_program(self) -> str:
        """The CDK CLI for it: ``cdklocal`` or ``cdk``."""
        ...

    def tool_environment(self) -> dict[str, str]:
        """The environment of a program that is to reach it and no other AWS."""
        ...

    def clients(self) -> Clients:
        """boto3 clients of it."""
        ...

    def start(self, say: Callable[[str], None] = say_nothing) -> None:
        """Return once it is ready: it answers, and is bootstrapped for the CDK; ``say`` is told what takes long.

        :raises LocaldevError: with the last lines of its log, where it has one.
        """
        ...

    def stop(self) -> None:
        """End what was started and remove every trace; nothing happens when it is not up."""
        ...

    def remember(self) -> None:
        """The stack is about to be deployed: write down what has to be found again."""
        ...

    def forget(self) -> None:
        """The stack has been destroyed."""
        ...

    def is_up(self) -> bool:
        """Whether it has been started, by anybody."""
        ...

    def log_tail(self, lines: int) -> str:
        """The end of its log, where it has one."""
        ...
