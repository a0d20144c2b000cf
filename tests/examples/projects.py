"""A project of a stranger's, who has the installed wheel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.examples.strangers import Stranger


GREET = """
    import os


    def handler(event, context):
        print("greeting", os.environ["WHO"])
        return {"greeting": f"Hello, {os.environ['WHO']}!"}
"""
"""Code of a function that greets whom its variable WHO names."""


@dataclass(frozen=True)
class Project:
    """A project of the stranger's, in a folder of its own."""

    stranger: Stranger
    folder: Path

    def localdev(self, *command: str, status: int = 0) -> str:
        """Return what a command of the tool prints in the project's folder."""
        return self.runs("localdev", *command, "--port", str(self.stranger.port), status=status)

    def runs(self, *command: str, status: int = 0) -> str:
        """Return what a program of the stranger's environment prints in the project's folder."""
        return self.stranger.runs(*command, folder=self.folder, status=status)

    def output(self, name: str) -> str:
        """Return an output of a deployed stack."""
        return self.localdev("outputs", name).strip()
