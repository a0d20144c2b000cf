"""What can go wrong with an execution environment, for those who have none yet."""


class EnvironmentStoppedError(RuntimeError):
    """The environment has been stopped."""
