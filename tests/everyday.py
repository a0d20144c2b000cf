"""The tests of a run that names none: those that say within minutes whether a checkout works.

``--all`` adds the others, which hold each part to AWS's answers, or to what it may cost, and take half an hour. What is
named, be it a folder, a file, ``-k`` or ``-m``, runs whole.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from pathlib import Path

_OTHERS: Final = (
    (r"tests/corrections", "every correction of LocalStack"),
    (r"tests/emulator", "every way in which a function can run"),
    (r"tests/tuning", "every adjustment that makes LocalStack faster"),
    (r"tests/console", "the console in a browser"),
    (r"tests/examples", "the installed tool with other apps"),
    (r"tests/integration/test_(aws_engine|kit_runs|offline|runs|saves|scripts|synthesis|watch)\.py",
     "every script, killed and interrupted ones included"),
)  # fmt: skip
"""What takes minutes, by its place in the checkout, and what it is about."""
_CHOOSES: Final = ("keyword", "markexpr", "lf", "failedfirst", "record")
"""Options by which a person says which tests are wanted; the cache's may be switched off."""


def is_left_out(place: str) -> bool:
    """Return whether a file or folder, by its path in the checkout, is not of an everyday run."""
    return any(re.match(rf"{pattern}(/|$)", place) for pattern, _ in _OTHERS)


def is_everyday(config: pytest.Config) -> bool:
    """Return whether a run is for the everyday tests alone: it names no tests, by their places or otherwise."""
    names = config.args_source is pytest.Config.ArgsSource.ARGS
    return not (names or config.option.all or any(getattr(config.option, name, None) for name in _CHOOSES))


class Everyday:
    """Collect the everyday tests alone, and say so at the end."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        """Leave a file or folder out without importing it."""
        return True if is_left_out(collection_path.relative_to(self._root).as_posix()) else None

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Name what was not run, and how to run it."""
        terminalreporter.section("not run", sep="-")
        for _, subject in _OTHERS:
            terminalreporter.line(f"  {subject}")
        terminalreporter.line("'./scripts/test --all' runs these, too, as CI does: some half an hour.")
