"""Refuse to be ready with another runtime executor than the one that was asked for.

LocalStack only warns when it cannot find the named executor, and falls back to Docker: every function would then fail
much later, with a message about Docker.
"""

from localstack import config
from localstack.services.lambda_.invocation.runtime_executor import EXECUTOR_PLUGIN_MANAGER


def check(wanted: str) -> None:
    """:raises RuntimeError: when LocalStack does not know the executor, or it cannot be loaded."""
    known = sorted(EXECUTOR_PLUGIN_MANAGER.list_names())
    if wanted not in known:
        raise RuntimeError(
            f"LAMBDA_RUNTIME_EXECUTOR is {wanted!r}, and LocalStack knows {', '.join(known)}. "
            "Hint: install emulator/process_executor into LocalStack's environment."
        )
    if not EXECUTOR_PLUGIN_MANAGER.load(wanted).load().validate_environment():
        raise RuntimeError(f"The runtime executor {wanted!r} cannot run on this machine.")


check(config.LAMBDA_RUNTIME_EXECUTOR)
