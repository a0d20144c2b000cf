"""The commands, by name: the tool's own, and those of the app."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module

from localdev.commands.base import Command
from localdev.system import settings
from localdev.system.errors import LocaldevError

_PLACES = {
    "up": "localdev.commands.up:COMMAND",
    "down": "localdev.commands.down:COMMAND",
    "deploy": "localdev.commands.deploy:DEPLOY",
    "cdk": "localdev.commands.deploy:CDK",
    "watch": "localdev.commands.watch:COMMAND",
    "history": "localdev.commands.history:COMMAND",
    "console": "localdev.commands.console:COMMAND",
    "logs": "localdev.commands.logs:COMMAND",
    "doctor": "localdev.commands.doctor:COMMAND",
    "image": "localdev.commands.image:COMMAND",
}


class Commands(Mapping[str, Command]):
    """Each command, imported when it is asked for: a process needs one of them."""

    def __getitem__(self, name: str) -> Command:
        found = load(self._places()[name], f"commands.{name}")
        if not isinstance(found, Command):
            raise LocaldevError(
                f"pyproject.toml: commands.{name} in [tool.localdev] names no command, found {found!r}.",
                "name a localdev.commands.base.Command (docs/settings.md).",
            )
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._places())

    def __len__(self) -> int:
        return len(self._places())

    @staticmethod
    def _places() -> dict[str, str]:
        return {**_PLACES, **settings.current().commands}


def load(place: str, setting: str) -> object:
    """Return what a setting names as ``module:NAME``.

    :raises LocaldevError: the module or the name is not there.
    """
    module, name = place.split(":")
    try:
        found: object = getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise LocaldevError(
            f"pyproject.toml: {setting} in [tool.localdev] names {place!r}, which cannot be imported: {error}.",
            "correct the name (docs/settings.md).",
        ) from error
    return found


COMMANDS = Commands()
"""``setup`` and ``test`` are no commands: they work before anything is installed, and call pytest."""

__all__ = ["COMMANDS", "Command"]
