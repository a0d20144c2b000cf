"""``python -m localdev``: nothing is imported that may have to be made first."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from localdev import __main__ as entry
from localdev.project import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def becomes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """What a command becomes in a checkout in which not everything is current."""

    def command(*arguments: str) -> list[str]:
        with pytest.raises(_ReplacedError) as replaced:
            entry.main(arguments)
        return [replaced.value.args[0], *replaced.value.args[1][1:]]

    def replace(program: str, arguments: list[str]) -> None:
        raise _ReplacedError(program, arguments)

    monkeypatch.setattr(entry, "ROOT", tmp_path)
    monkeypatch.setattr(entry, "are_current", lambda: False)
    monkeypatch.setattr(sys, "executable", "echo")
    monkeypatch.setattr("os.execv", replace)
    return command


class _ReplacedError(Exception):
    """Instead of this process there would be another."""


def test_what_is_not_current_is_made_and_the_command_begins_again(
    tmp_path: Path, becomes: Callable[..., list[str]]
) -> None:
    setup = tmp_path / "scripts" / "setup"
    setup.parent.mkdir()
    setup.write_text('#!/bin/sh\necho "set up $*"\n')
    setup.chmod(0o755)

    said = subprocess.run(becomes("order", "two words"), capture_output=True, text=True, check=True).stdout

    assert said == "set up --quiet\n-m localdev order two words\n"


def test_a_set_up_that_fails_ends_the_command(becomes: Callable[..., list[str]]) -> None:
    ended = subprocess.run(becomes("order"), capture_output=True, text=True, check=False)

    assert (ended.returncode, ended.stdout) == (127, "")


def test_only_the_standard_library_is_needed_to_see_what_is_current() -> None:
    code = "import sys; sys.path.insert(0, sys.argv[1]); from localdev import __main__; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, ROOT], capture_output=True, text=True, check=True
    ).stdout.split()

    others = {name.split(".")[0] for name in loaded} - set(sys.stdlib_module_names) - {"localdev", "__main__"}
    assert not others
