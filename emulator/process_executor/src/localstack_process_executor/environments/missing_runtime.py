"""Runtimes that cannot run here: their functions can be made and described, and each invocation says what is missing.

A stack whose Java function is never invoked can so be deployed; one function fails, and not the deployment.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from localstack_process_executor.environments import constructs
from localstack_process_executor.environments.errors import EntrypointError
from localstack_process_executor.environments.native_runtimes import NativeRuntime, Places

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class MissingRuntime(NativeRuntime):
    """A runtime that this machine cannot run: the function can be made and described, and an invocation says why."""

    reason: str = ""

    def command(self, places: Places, variables: Mapping[str, str], code: Path, layers: Path) -> list[str]:
        """:raises EntrypointError: always; with the function, its construct and the reason."""
        del places, code, layers
        function = variables.get("AWS_LAMBDA_FUNCTION_NAME", "")
        construct = constructs.path_of(function)
        which = f"{function} (construct {construct})" if construct else function
        raise EntrypointError(f"{which}: {self.reason}", "Runtime.NotSupported")

    @property
    def isolated(self) -> bool:
        """Return false: nothing runs."""
        return False

    def prepare(self, function: str, code: Path, layers: Sequence[Path], memory_size_mb: int) -> None:
        """Say which function it is."""
        del code, layers, memory_size_mb
        LOG.warning("%s can be described, and not be invoked. %s", function, self.reason)


@cache
def find(name: str) -> MissingRuntime | None:
    """Return a runtime that tells why it does not run; ``None`` for a function that names none."""
    hint = "Hint: mock the function in your tests, or run it with LAMBDA_RUNTIME_EXECUTOR=docker."
    reason = f"{name} functions cannot run as processes of this machine: Python, Node.js and provided ones can. {hint}"
    return MissingRuntime(name, reason=reason) if name else None
