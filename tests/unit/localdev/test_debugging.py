"""Functions that are to be debugged, as the command line names them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from localdev.commands.cli import main
from localdev.deployment import debugging
from localdev.engines.embedded import EmbeddedEngine
from localdev.engines.external import ExternalEngine
from localdev.system import project
from localdev.system.debugged import Debugged
from localdev.system.errors import LocaldevError

_LAUNCH = project.ROOT / ".vscode" / "launch.json"


def test_an_engine_whose_functions_run_elsewhere_is_refused() -> None:
    with pytest.raises(LocaldevError, match="--debug is not for --engine external"):
        debugging.check(ExternalEngine("http://127.0.0.1:4566"), [Debugged("OrderPizza")])


def test_two_functions_at_one_port_are_refused() -> None:
    with pytest.raises(LocaldevError, match=r"at port 5678\.\nHint: give each its own: OrderPizza:5679"):
        debugging.check(EmbeddedEngine(4599), [Debugged("OrderPizza"), Debugged("StartOrder")])


def test_without_debugpy_the_command_that_installs_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project, "EMULATOR_PYTHON", "false")

    with pytest.raises(LocaldevError, match="-m pip --python 'false' install debugpy"):
        debugging.require_debugger("OrderPizza", "python3.13")


def test_a_function_in_node_js_needs_nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project, "EMULATOR_PYTHON", "false")

    debugging.require_debugger("OrderPizza", "nodejs22.x")


def test_a_function_that_no_debugger_is_for_is_named_with_its_runtime() -> None:
    with pytest.raises(LocaldevError, match=r"OrderPizza cannot be debugged: its runtime is provided.al2023"):
        debugging.require_debugger("OrderPizza", "provided.al2023")


@pytest.mark.parametrize("value", [":5678", "OrderPizza:pizza", "OrderPizza:0"])
def test_what_cannot_be_read_is_said_to_be_so(value: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["up", "--debug", value])

    assert "--debug" in capsys.readouterr().err


def test_nothing_is_debugged_that_is_not_deployed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["up", "--debug", "OrderPizza", "--no-deploy"]) == 1
    assert "--no-deploy deploys none" in capsys.readouterr().err


def test_the_editor_is_led_to_the_port_and_the_folder_that_the_tool_uses() -> None:
    python, node = _launch()["configurations"]
    (mapping,) = python["pathMappings"]

    assert python["connect"] == {"host": "127.0.0.1", "port": Debugged("any").port}
    assert (node["address"], node["port"]) == ("127.0.0.1", Debugged("any").port)
    assert mapping == {"localRoot": node["localRoot"], "remoteRoot": node["remoteRoot"]}
    assert mapping["remoteRoot"] == "/var/task"
    assert (project.ROOT / mapping["localRoot"].removeprefix("${workspaceFolder}/")).is_dir()


def _launch() -> Any:
    return json.loads(_LAUNCH.read_text())
