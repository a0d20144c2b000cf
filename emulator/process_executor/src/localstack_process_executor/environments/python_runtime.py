"""Python runtimes: an interpreter of the version that the runtime names, and a fork server for it."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from localstack_process_executor.environments import forking, interpreters, launches
from localstack_process_executor.environments.aws_paths import PathTranslation
from localstack_process_executor.environments.forked import Forked
from localstack_process_executor.environments.interpreters import OWN_VERSION, Interpreter

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class PythonRuntime:
    """A Python runtime on this machine."""

    interpreter: Interpreter

    @property
    def build(self) -> str:
        """Return AWS's form of a build's name, with the patch release for its number."""
        return f"python:{self.interpreter.version}.v{self.interpreter.micro}"

    @property
    def isolated(self) -> bool:
        """Return whether this machine allows namespaces."""
        return forking.FORK_SERVERS.current(self.interpreter).isolated

    def prepare(self, function: str, code: Path, layers: Sequence[Path], memory_size_mb: int) -> None:
        """Start the interpreter's fork server in the background."""
        del function, code, layers, memory_size_mb
        forking.head_start(self.interpreter)

    def before(self, function: str, code: Path, event: str) -> None:
        """Do nothing."""

    def launch(self, program: launches.Program, folder: Path) -> tuple[Forked, PathTranslation]:
        """Fork a process of the function from the interpreter's fork server."""
        return launches.launch(program, folder, self.interpreter)


def find(name: str) -> PythonRuntime | None:
    """Return the runtime of a name such as ``python3.12``; ``None`` for what is not Python."""
    version = interpreters.version_of(name)
    return PythonRuntime(_interpreter(name, version)) if version else None


@cache
def _interpreter(name: str, wanted: str) -> Interpreter:
    """Return an interpreter of this version, or LocalStack's own with one warning."""
    if found := interpreters.find(wanted):
        return found
    hint = f"install it, e.g. with 'pyenv install {wanted}' or 'uv python install {wanted}'."
    if not interpreters.is_supported(wanted):
        hint = f"the oldest that AWS's runtime client runs on is Python {interpreters.OLDEST}."
    LOG.warning(
        "No Python %s can be used on this machine; functions of runtime %s run on Python %s. Hint: %s",
        wanted,
        name,
        OWN_VERSION,
        hint,
    )
    return interpreters.own()
