"""Errors in what we were given to read."""


class HintedError(ValueError):
    """Names the thing and what is wrong with it; ``hint`` says what to do next."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        """Return the message, and the hint on a line of its own."""
        return f"{self.message}\nHint: {self.hint}" if self.hint else self.message


class DefinitionError(HintedError):
    """A states language document that cannot be read; ``state`` is the state at fault, if it is one's."""

    def __init__(self, problem: str, hint: str | None = None, *, state: str | None = None) -> None:
        super().__init__(f"State {state!r}: {problem}" if state is not None else problem, hint)
        self.state = state


class HistoryError(HintedError):
    """An execution's history that cannot be read."""


class NotFoundError(HintedError):
    """Error: there is no such state machine or execution, or not any more."""


class UnknownPageError(HintedError):
    """Error: a list has no page after this token, or not any more."""
