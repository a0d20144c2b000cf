"""Errors of an execution environment, for callers that have none yet."""


class EnvironmentStoppedError(RuntimeError):
    """The environment has been stopped."""


class EntrypointError(RuntimeError):
    """A function's program cannot be executed. The message is what Lambda says of it."""

    def __init__(self, message: str, error_type: str = "Runtime.InvalidEntrypoint") -> None:
        """Keep ``error_type``, which is that of the invocation's payload."""
        super().__init__(message)
        self.error_type = error_type


class ForkServerError(RuntimeError):
    """The fork server could not be started, or could not make an environment."""


class ForkServerKilledError(ForkServerError):
    """Something has killed the fork server before it made the environment. The next one may make it."""
