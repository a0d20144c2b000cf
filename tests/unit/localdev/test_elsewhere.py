"""Test that an emulator is found and ended whose project has been removed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from localdev.commands.cli import main
from localdev.engines.elsewhere import PROGRAM, find_abandoned
from localdev.engines.embedded import EmbeddedEngine
from localdev.engines.local import PortTakenError
from localdev.system import project
from localdev.system.processes import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LISTEN = "import socket; at = socket.create_server(('127.0.0.1', {port})); print('listens', flush=True); input()"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in the folder of another project."""
    monkeypatch.setattr(project, "STATE", tmp_path / "another project" / ".localdev")


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def emulator(tmp_path: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A process that looks like the emulator of a project named "Ümit's"."""
    folder = tmp_path / "Ümit's" / ".localdev" / f"embedded-{port}"
    folder.mkdir(parents=True)
    with subprocess.Popen(
        [sys.executable, "-c", _LISTEN.format(port=port), *PROGRAM],
        cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
    ) as process:  # fmt: skip
        assert process.stdout
        process.stdout.readline()
        yield process
        process.kill()


def test_an_emulator_whose_project_is_there_is_left_alone(emulator: subprocess.Popen[bytes], port: int) -> None:
    assert port not in {each.port for each in find_abandoned()}

    main(["down", "--port", str(port)])

    assert emulator.poll() is None


def test_down_ends_an_emulator_whose_project_has_been_removed(
    emulator: subprocess.Popen[bytes], port: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(tmp_path / "Ümit's")

    assert main(["down", "--port", str(port)]) == 0

    emulator.wait(10)
    said = capsys.readouterr().out
    gone = tmp_path / "Ümit's"
    assert f"Stopped the emulator at http://127.0.0.1:{port}, whose project {gone} has been removed." in said
    assert "Nothing was up" not in said


@pytest.mark.usefixtures("emulator")
def test_doctor_names_an_emulator_whose_project_has_been_removed_and_the_way_out(
    port: int, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(tmp_path / "Ümit's")
    from localdev.commands import doctor

    monkeypatch.setattr(doctor, "_CHECKS", [doctor._leftovers])

    assert main(["doctor"]) == 1

    said = capsys.readouterr().out
    assert f"http://127.0.0.1:{port} runs, and its project {tmp_path / "Ümit's"} has been removed" in said
    assert "down --all'" in said


@pytest.mark.usefixtures("emulator")
def test_the_port_of_an_emulator_whose_project_has_been_removed_is_explained(port: int, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "Ümit's")

    with pytest.raises(PortTakenError, match="a project that has been removed") as caught:
        EmbeddedEngine(port)._check_port()

    assert f"down --port {port}'" in str(caught.value)


@pytest.mark.usefixtures("emulator")
@pytest.mark.parametrize("command", ["logs", "deploy"])
def test_a_command_on_another_projects_emulator_names_that_project(
    command: str, port: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, "--port", str(port)]) == 1

    said = capsys.readouterr().err
    assert f"The emulator at http://127.0.0.1:{port} is that of another project, {tmp_path / "Ümit's"}." in said
    assert "Hint: choose another port, such as --port " in said
