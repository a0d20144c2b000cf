"""What every engine can do, and what its users may count on."""

from typing import Protocol


class Engine(Protocol):
    """An AWS, real or not, that the stack can be deployed to."""

    @property
    def name(self) -> str:
        """As in ``--engine NAME``."""
        ...

    @property
    def endpoint_url(self) -> str:
        """Where its AWS APIs are: ``http://127.0.0.1:4566``."""
        ...

    def start(self) -> None:
        """Return once it is ready: it answers, and is bootstrapped for the CDK.

        :raises LocaldevError: with the last lines of its log.
        """
        ...

    def stop(self) -> None:
        """End it and remove every trace; nothing happens when it is not up."""
        ...

    def is_up(self) -> bool:
        """Whether it has been started, by anybody."""
        ...

    def log_tail(self, lines: int) -> str:
        """The end of its log."""
        ...
