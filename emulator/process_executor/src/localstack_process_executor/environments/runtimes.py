"""The runtimes that this executor can run, and what each of them does its own way.

To add a family of runtimes (such as Node.js): write a module with a class that fulfils :class:`Runtime` and a function
that finds it by the name AWS gives it, and add that function to :data:`FAMILIES`. Nothing else asks for that name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from localstack_process_executor.environments import compiled_runtime, missing_runtime, node_runtime, python_runtime

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from localstack_process_executor.environments.aws_paths import PathTranslation
    from localstack_process_executor.environments.forked import Forked
    from localstack_process_executor.environments.launches import Program


class Runtime(Protocol):
    """One runtime of AWS, such as ``python3.13``, on this machine."""

    @property
    def build(self) -> str:
        """Return the name of the build that ``INIT_START`` logs, such as ``python:3.13.v5``."""

    @property
    def isolated(self) -> bool:
        """Return whether its functions get a root of their own, in which their code can be shown read-only."""

    def prepare(self, function: str, code: Path, layers: Sequence[Path], memory_size_mb: int) -> None:
        """Begin what the first invocation of a function would wait for. Never raises."""

    def before(self, function: str, code: Path, event: str) -> None:
        """Do what an invocation with this event is to find done. Never raises."""

    def launch(self, program: Program, folder: Path) -> tuple[Forked, PathTranslation]:
        """Start a process of the function; see :func:`localstack_process_executor.environments.launches.launch`."""


FAMILIES: tuple[Callable[[str], Runtime | None], ...] = (
    python_runtime.find,
    node_runtime.find,
    compiled_runtime.find,
    missing_runtime.find,
)
"""Each returns the runtime of a name, or ``None`` for a name of another family."""


def find(name: str | None) -> Runtime | None:
    """Return the runtime that AWS gives this name, or ``None`` where this executor cannot run it."""
    found = (family(name or "") for family in FAMILIES)
    return next((runtime for runtime in found if runtime), None)
