"""Errors that the person at the keyboard can do something about."""


class LocaldevError(Exception):
    """Names the thing, what was expected and what was found; ``hint`` says what to do next."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        """Return the message, and the hint on a line of its own."""
        return f"{self.message}\nHint: {self.hint}" if self.hint else self.message
