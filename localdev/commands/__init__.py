"""The commands, by name: the tool's own, and those of the app."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

from localdev.system import settings
from localdev.system.errors import LocaldevError
from localdev.system.project import ROOT

if TYPE_CHECKING:
    from localdev.commands.base import Command

_OURS = {
    "init": (
        "localdev.commands.init:COMMAND",
        "Start a project: write a small app with tests into an empty folder, or --tests into a project.",
    ),
    "up": (
        "localdev.commands.up:COMMAND",
        "Start the emulator, deploy the app's stacks on it, and print their outputs.",
    ),
    "down": ("localdev.commands.down:COMMAND", "Stop the emulator on the port, and remove what it kept."),
    "deploy": ("localdev.commands.deploy:DEPLOY", "Deploy the app's stacks on the engine that is up."),
    "cdk": (
        "localdev.commands.deploy:CDK",
        "Run any command of the AWS CDK against the engine, with cdklocal (cdk for an AWS account).",
    ),
    "watch": (
        "localdev.commands.watch_command:COMMAND",
        "Make what is saved live: the functions' code for the next request, the app by deploying it.",
    ),
    "start": (
        "localdev.commands.start:COMMAND",
        "Run a deployed state machine, and print how it ended and which way it took.",
    ),
    "executions": (
        "localdev.commands.executions:COMMAND",
        "List executions of the deployed state machines, newest first.",
    ),
    "history": ("localdev.commands.history:COMMAND", "Print every event of an execution, oldest first."),
    "invoke": (
        "localdev.commands.invoke:COMMAND",
        "Invoke a deployed function, and print what it returned; what it wrote goes to standard error.",
    ),
    "outputs": (
        "localdev.commands.outputs:OUTPUTS",
        "Print the outputs of the deployed stacks, addresses as they are reached from here.",
    ),
    "url": (
        "localdev.commands.outputs:URL",
        "Print the address of each deployed API and function URL; of a single one nothing else.",
    ),
    "console": (
        "localdev.commands.console:COMMAND",
        "Open the console: executions drawn as a coloured graph, step by step while they run.",
    ),
    "logs": ("localdev.commands.logs:COMMAND", "Print what the functions have written, oldest first."),
    "doctor": (
        "localdev.commands.doctor:COMMAND",
        "Say what is there, what is missing and what to do. Exit status 1 when something is missing.",
    ),
    "image": (
        "localdev.commands.image:COMMAND",
        "Build the image of the container engine, if it is out of date, and print its name.",
    ),
}
"""Each with its place, and the first line of its description: to list them, none is imported."""


class Commands(Mapping[str, "Command"]):
    """Each command, imported when it is asked for: a process needs one of them."""

    def __getitem__(self, name: str) -> Command:
        from localdev.commands.base import Command

        found = load(self._places()[name], f"commands.{name}")
        if not isinstance(found, Command):
            raise LocaldevError(
                f"pyproject.toml: commands.{name} in [tool.localdev] names no command, found {found!r}.",
                "name a localdev.commands.base.Command (docs/settings.md).",
            )
        return found

    def __contains__(self, name: object) -> bool:
        return name in self._places()  # the mapping's own would import the command

    def __iter__(self) -> Iterator[str]:
        return iter(self._places())

    def __len__(self) -> int:
        return len(self._places())

    @staticmethod
    def _places() -> dict[str, str]:
        return {**{name: place for name, (place, _) in _OURS.items()}, **settings.current().commands}


def load(place: str, setting: str) -> object:
    """Return what a setting names as ``module:NAME``, also of a module in the app's folder.

    :raises LocaldevError: the module or the name is not there.
    """
    module, name = place.split(":")
    # an installed command begins with its own folder alone; at the end, nothing of the app hides a library
    if (folder := str(ROOT)) not in sys.path:
        sys.path.append(folder)
    try:
        found: object = getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise LocaldevError(
            f"pyproject.toml: {setting} in [tool.localdev] names {place!r}, which cannot be imported: {error}.",
            "correct the name (docs/settings.md).",
        ) from error
    return found


COMMANDS = Commands()


def summary(name: str) -> str:
    """Return the first line of a command's description."""
    place, text = _OURS.get(name, ("", ""))
    is_ours = place and name not in settings.current().commands
    return text if is_ours else COMMANDS[name].description.splitlines()[0]


"""``setup`` and ``test`` are no commands: they work before anything is installed, and call pytest."""
