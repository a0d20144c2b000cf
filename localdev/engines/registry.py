"""The engines, each with its properties. An engine is a module and a line here."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from localdev.system.errors import LocaldevError

if TYPE_CHECKING:
    from localdev.engines.base import Engine

DEFAULT = "embedded"


@dataclass(frozen=True)
class Options:
    """Request for an engine; ``None`` leaves the choice to the engine."""

    port: int | None = None
    endpoint_url: str | None = None
    stack_name: str | None = None
    ends_with_us: bool = False
    """Whether what is started ends when this process does."""


class _EngineClass(Protocol):
    def of(self, options: Options) -> Engine: ...

    def known(self) -> list[Engine]: ...


@dataclass(frozen=True)
class Kind:
    """One value of ``--engine``."""

    name: str
    description: str
    place: str
    """``module:Class``, imported when the engine is used."""
    options: frozenset[str]
    """The options of :class:`Options` that mean something to it."""
    is_account: bool = False
    """A real account: shown and confirmed before anything happens, read-only in the console, linted before a
    deployment."""
    ends_with_us: bool = False
    """Started here, and ended on request or together with a test run. What is deployed on another outlives the tool."""
    sees_files: bool = False
    """Its functions can run code straight from this machine's folders."""
    needs_docker: bool = False

    def make(self, options: Options) -> Engine:
        """Return the engine that the options name.

        :raises LocaldevError: the options contradict each other, or lead off this machine.
        """
        return self._class().of(options)

    def known(self) -> list[Engine]:
        """Return every engine of this kind that this checkout has left running or half removed."""
        return self._class().known()

    def _class(self) -> _EngineClass:
        module, name = self.place.split(":")
        return cast(_EngineClass, getattr(import_module(module), name))


_PORT = frozenset({"port"})
_KINDS = (
    Kind("embedded", "LocalStack as a process of this machine", "localdev.engines.embedded:EmbeddedEngine",
         _PORT, ends_with_us=True, sees_files=True),
    Kind("container", "the same LocalStack in a container, no Docker socket in it",
         "localdev.engines.container:ContainerEngine", _PORT, ends_with_us=True, needs_docker=True),
    Kind("external", "an emulator that is up already, at --endpoint-url", "localdev.engines.external:ExternalEngine",
         _PORT | {"endpoint_url"}, sees_files=True),
    Kind("aws", "your AWS account", "localdev.engines.aws:AwsEngine",
         frozenset({"stack_name"}), is_account=True),
)  # fmt: skip

ENGINES = {kind.name: kind for kind in _KINDS}
"""Every engine by its name."""


def make(name: str, options: Options) -> Engine:
    """Return an engine by its name.

    :raises LocaldevError: an option was given that means nothing to it, or the options contradict each other.
    """
    kind = ENGINES[name]
    for option in ("endpoint_url", "stack_name", "port"):
        if getattr(options, option) is not None and option not in kind.options:
            meant = " or ".join(f"--engine {each.name}" for each in _KINDS if option in each.options)
            raise LocaldevError(
                f"--{option.replace('_', '-')} means nothing to --engine {name}.", f"it goes with {meant}."
            )
    return kind.make(options)


def running() -> list[Engine]:
    """Return every engine of this checkout that was started here; no containers where no Docker Engine answers."""
    found: list[Engine] = []
    for kind in _KINDS:
        if kind.ends_with_us:
            try:
                found += kind.known()
            except LocaldevError:
                if not kind.needs_docker:
                    raise
    return found
