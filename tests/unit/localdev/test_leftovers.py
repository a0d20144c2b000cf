"""Test what killed commands leave is removed by ``down``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from localdev.commands.cli import main
from localdev.deployment.leftovers import watch_lock
from localdev.system import project
from localdev.system.file_lock import exclusive

if TYPE_CHECKING:
    from pathlib import Path

_PORT = 4577


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Provide a checkout's folder of state in which a ``watch`` and an ``up`` were killed."""
    monkeypatch.setattr(project, "STATE", tmp_path)
    # containers of this checkout, and emulators of others, are other tests'
    monkeypatch.setattr("localdev.engines.container.known_containers", lambda _client: [])
    monkeypatch.setattr("localdev.commands.down.find_abandoned", list)
    copies = project.hot_folder(_PORT) / "lambdas-12345678"
    copies.mkdir(parents=True)
    (copies / "handler.py").touch()
    (tmp_path / f"watch-{_PORT}.lock").touch()
    (tmp_path / f"deployment-{_PORT}.lock").touch()
    (tmp_path / ".deployment-999999999-1764382456.12-abcdefgh").mkdir()
    return tmp_path


def _left(state: Path) -> list[str]:
    kept = {"hot", ".gitignore"}
    return sorted(str(path.relative_to(state)) for path in state.rglob("*") if path.name not in kept)


def test_down_removes_what_a_killed_watch_and_a_killed_up_have_left(state: Path) -> None:
    assert main(["down", "--port", str(_PORT)]) == 0
    assert _left(state) == []


def test_down_of_every_emulator_finds_the_port_of_a_killed_watch(state: Path) -> None:
    assert main(["down", "--all"]) == 0
    assert _left(state) == []


@pytest.mark.usefixtures("state")
def test_down_of_another_port_leaves_the_copies() -> None:
    main(["down", "--port", str(_PORT + 1)])

    assert (project.hot_folder(_PORT) / "lambdas-12345678" / "handler.py").exists()


@pytest.mark.usefixtures("state")
def test_down_leaves_the_copies_to_a_watch_that_still_runs() -> None:
    with exclusive(watch_lock(_PORT)):
        main(["down", "--port", str(_PORT)])

        assert (project.hot_folder(_PORT) / "lambdas-12345678" / "handler.py").exists()
