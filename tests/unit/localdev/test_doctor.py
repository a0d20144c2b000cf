"""What the doctor finds missing, and what there is to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from localdev.commands import doctor
from localdev.commands.cli import main

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def only_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """Node alone, whatever else this machine has."""
    monkeypatch.setattr(doctor, "_CHECKS", [doctor._node])


def _node(folder: Path, version: str) -> None:
    for name in ("node", "npm"):
        program = folder / name
        program.write_text(f"#!/bin/sh\necho {version}\n")
        program.chmod(0o755)


@pytest.mark.usefixtures("only_check")
@pytest.mark.parametrize("version", ["v16.20.2", None])
def test_a_node_that_is_old_or_missing_is_a_finding_with_a_hint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], version: str | None
) -> None:
    if version:
        _node(tmp_path, version)
    monkeypatch.setenv("PATH", str(tmp_path))

    status = main(["doctor"])

    said = capsys.readouterr().out
    assert status == 1
    assert "✗ Node.js" in said
    assert ("16.20.2" if version else "not found") in said
    assert "Hint: install Node 20 or newer" in said


@pytest.mark.usefixtures("only_check")
def test_a_node_that_will_do_is_no_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _node(tmp_path, "v22.1.0")
    monkeypatch.setenv("PATH", str(tmp_path))

    assert main(["doctor"]) == 0
    assert "✓ Node.js    22.1.0" in capsys.readouterr().out
