"""The scripts, by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module

from localdev.commands.base import Command

_PLACES = {
    "up": "localdev.commands.up:COMMAND",
    "down": "localdev.commands.down:COMMAND",
    "deploy": "localdev.commands.deploy:DEPLOY",
    "cdk": "localdev.commands.deploy:CDK",
    "watch": "localdev.commands.watch:COMMAND",
    "order": "pizzeria.commands.order:ORDER",
    "demo": "pizzeria.commands.order:DEMO",
    "status": "pizzeria.commands.status:COMMAND",
    "history": "localdev.commands.history:COMMAND",
    "console": "localdev.commands.console:COMMAND",
    "logs": "localdev.commands.logs:COMMAND",
    "doctor": "localdev.commands.doctor:COMMAND",
    "image": "localdev.commands.image:COMMAND",
}


class Commands(Mapping[str, Command]):
    """Each command, imported when it is asked for: a command needs one of them."""

    def __getitem__(self, name: str) -> Command:
        module, attribute = _PLACES[name].split(":")
        command: Command = getattr(import_module(module), attribute)
        return command

    def __iter__(self) -> Iterator[str]:
        return iter(_PLACES)

    def __len__(self) -> int:
        return len(_PLACES)


COMMANDS = Commands()
"""``setup`` and ``test`` need no command: they work before anything is installed, and call pytest."""

__all__ = ["COMMANDS", "Command"]
