"""Options, help and bad input of the scripts."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from localdev.__main__ import enter_folder
from localdev.commands import COMMANDS, cli, summary
from localdev.commands.base import Command
from localdev.commands.cli import main
from localdev.engines import EmbeddedEngine
from localdev.engines.clients import Clients
from localdev.system import project
from localdev.system.errors import LocaldevError
from localdev.system.processes import free_port, started_at
from localdev.system.project import ROOT

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])

    assert ended.value.code == 0
    assert f"usage: scripts/{name}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["order", "--no-wiat"], "there is no option --no-wiat\nHint: did you mean '--no-wait'?"),
        (["order", "pepperoni", "--json=1", "--nope"], "there is no option --nope\nHint: 'scripts/order --help'"),
        (["ordr", "pepperoni"], "there is no command 'ordr'\nHint: did you mean 'order'?"),
        (["zzz"], "there is no command 'zzz'\nHint: 'python -m localdev --help' lists them."),
    ],
)
def test_what_is_not_there_is_named_before_what_is_missing(
    typed: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(typed)

    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_the_version_is_that_of_the_changelog(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--version"])

    version = capsys.readouterr().out.split()[1]
    assert f"## {version} " in (ROOT / "CHANGELOG.md").read_text()


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])

    said = capsys.readouterr().out
    assert ended.value.code == 0
    assert [name for name, command in COMMANDS.items() if command.description.split(".")[0][:40] not in said] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_says_of_a_command_what_its_help_begins_with(name: str) -> None:
    assert COMMANDS[name].description.splitlines()[0] == summary(name)


def test_the_list_of_commands_is_printed_without_importing_one() -> None:
    program = (
        "import sys; from localdev.commands import _OURS, summary; [summary(name) for name in _OURS];"
        "print([name for name in sys.modules if name.startswith(('localdev.commands.', 'rich', 'boto', 'psutil'))])"
    )

    assert subprocess.check_output([sys.executable, "-c", program], cwd=ROOT, text=True) == "[]\n"


def test_the_help_imports_nothing_slow_that_it_does_not_need(tmp_path: Path) -> None:
    (tmp_path / "cdk.json").write_text("{}")
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    slow = ("_hashlib", "dataclasses", "ipaddress", "subprocess", "threading", "tomllib", "urllib.parse")
    program = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); sys.argv = ['localdev', '--help']; import atexit;"
        f"atexit.register(lambda: print('SLOW', [name for name in {slow} if name in sys.modules]));"
        "from localdev.__main__ import run; run()"
    )

    said = subprocess.check_output([sys.executable, "-I", "-c", program], cwd=tmp_path, text=True)

    assert said.startswith("usage: ")
    assert said.endswith("SLOW []\n")


def test_the_help_in_the_checkout_imports_no_library_for_the_commands_of_the_app() -> None:
    slow = ("aws_cdk", "boto3", "botocore", "http.client", "psutil", "rich", "subprocess", "urllib3")
    program = (
        "import sys; sys.argv = ['localdev', '--help']; import atexit;"
        f"atexit.register(lambda: print('SLOW', [name for name in {slow} if name in sys.modules]));"
        "from localdev.__main__ import run; run()"
    )

    said = subprocess.check_output([sys.executable, "-c", program], cwd=ROOT, text=True)

    assert "Order pizzas, and wait for the outcome of each." in said
    assert said.endswith("SLOW []\n")


def test_the_folder_of_the_app_is_entered_before_anything_looks_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)

    assert enter_folder(["-C", str(tmp_path), "logs", "-f"]) == ["logs", "-f"]
    assert Path.cwd() == tmp_path
    assert enter_folder(["logs", "-C"]) == ["logs", "-C"]


def test_a_folder_that_is_not_there_is_named() -> None:
    command = [sys.executable, "-m", "localdev", "-C", "/no/such/folder", "logs"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert said.returncode == 1
    assert "'/no/such/folder'" in said.stderr
    assert "Hint: give the app's folder." in said.stderr


@pytest.mark.parametrize("arguments", [[], ["pizza"]])
def test_without_a_command_those_that_are_there_are_named(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    assert ended.value.code == 2
    assert "COMMAND" in capsys.readouterr().err


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_script(name: str) -> None:
    assert f"python -m localdev {name} " in (ROOT / "scripts" / name).read_text()


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "cdk"])
def test_an_unknown_option_is_refused(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([name, *(["x"] if name in {"order", "status", "history"} else []), "--pinapple"])

    assert ended.value.code == 2
    assert "--pinapple" in capsys.readouterr().err


def test_an_emulator_that_ends_in_the_middle_is_said_without_a_trace(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    port = free_port()
    dead = f"http://127.0.0.1:{port}"

    def run(_options: argparse.Namespace) -> int:
        Clients(dead).client("sts").get_caller_identity()
        return 0

    command = Command("Go on with an emulator that has ended.", run)
    monkeypatch.setattr(cli, "COMMANDS", {"up": command})

    assert main(["up"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("No answer any more: ")
    assert dead in said
    assert said.endswith(f"\nHint: is it up? Start it with ./scripts/up --port {port}.\n")


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http"])
def test_a_port_that_is_none_is_refused(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["up", "--port", port])

    assert ended.value.code == 2
    assert "expected a port from 1 to 65535" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        *(["order", "margherita"], ["status", "x"], ["history", "x"], ["logs"], ["start"], ["executions"], ["invoke"]),
        *(["outputs"], ["url"], ["deploy"], ["cdk", "diff"]),
    ],
)
def test_with_nothing_up_a_command_says_how_to_start(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    port = free_port()
    status = main([*arguments, "--port", str(port)])

    assert status == 1
    assert f"Nothing is up at http://127.0.0.1:{port}" in (said := capsys.readouterr().err)
    assert f"Hint: start it with ./scripts/up --port {port}" in said


def test_with_nothing_up_there_the_emulator_that_is_up_elsewhere_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(project, "STATE", tmp_path)
    us, started = os.getpid(), started_at(os.getpid())
    for port, owner in ((4711, None), (4712, us)):
        (tmp_path / f"embedded-{port}").mkdir()
        instance = {"pid": us, "started": started, "port": port, "owner": owner, "owner_started": owner and started}
        (tmp_path / f"embedded-{port}" / "instance.json").write_text(json.dumps(instance))

    main(["outputs", "--port", str(port := free_port())])

    assert capsys.readouterr().err.endswith(
        f"Hint: start it with ./scripts/up --port {port}, or name the one that is up: --port 4711.\n"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--endpoint-url", "http://127.0.0.1:1"], "--endpoint-url means nothing to --engine embedded"),
        (["--engine", "aws", "--port", "4566"], "--port means nothing to --engine aws"),
        (["--stack-name", "pizza"], "--stack-name means nothing to --engine embedded"),
        (["--engine", "external", "--port", "1", "--endpoint-url", "http://127.0.0.1:1"], "both say where"),
        (["--engine", "external", "--endpoint-url", "http://192.168.0.7:4566"], "is not on this machine"),
        (["--engine", "external", "--endpoint-url", "pizza"], "Expected an endpoint such as"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["up", *arguments]) == 1
    assert said in capsys.readouterr().err


def test_down_with_nothing_up_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["down", "--port", str(free_port())]) == 0
    assert "Nothing was up" in capsys.readouterr().out


@pytest.fixture
def busy_port() -> Iterator[int]:
    """Provide a port somebody, namely this test, listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_busy_port_names_its_holder_and_the_way_out(busy_port: int) -> None:
    with pytest.raises(LocaldevError, match=rf"Port {busy_port} on 127.0.0.1 is held by .*\nHint: .*--port"):
        EmbeddedEngine(busy_port).start()


def test_a_temporary_folder_that_is_not_there_is_done_without(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TMPDIR", "/nowhere/at/all")

    main(["down", "--port", str(free_port())])

    assert "TMPDIR" not in os.environ
    assert capsys.readouterr().err == "TMPDIR is /nowhere/at/all, which is no folder: the system's own is used.\n"


def test_a_port_that_another_projects_emulator_holds_names_the_project(tmp_path: Path) -> None:
    folder = tmp_path / "the shop" / ".localdev" / "embedded-4999"
    folder.mkdir(parents=True)
    port = free_port()
    program = (
        f"import socket; server = socket.create_server(('127.0.0.1', {port})); print('up', flush=True); server.accept()"
    )
    other = subprocess.Popen([sys.executable, "-c", program], cwd=folder, stdout=subprocess.PIPE, text=True)
    try:
        assert other.stdout
        assert other.stdout.readline() == "up\n"
        with pytest.raises(LocaldevError, match=r"of another project, .*/the shop\.\nHint: choose another port"):
            EmbeddedEngine(port).start()
    finally:
        other.kill()
        other.communicate()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "no command was given\nHint: 'python -m localdev --help' lists them."),
        (["down", "now", "please"], "unrecognized arguments: now please\nHint: 'scripts/down --help' says"),
        (["executions", "--status", "succeed"], "Hint: did you mean 'SUCCEEDED'?"),
        (["up", "--engine", "embed"], "Hint: did you mean 'embedded'?"),
    ],
)
def test_what_a_command_cannot_take_is_refused_with_a_hint(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    assert ended.value.code == 2
    assert said in capsys.readouterr().err
