"""The scripts, as a person or another script uses them: one emulator, from ``demo`` to ``down``."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import psutil
import pytest

from localdev.engines import EmbeddedEngine
from localdev.system import project
from localdev.system.processes import ENDS_WITH, free_port, port_is_free
from localdev.system.project import ROOT
from localdev.system.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# by themselves the scripts use this engine, whatever engine the other tests run on
pytestmark = pytest.mark.only_on("embedded")
README = (ROOT / "README.md").read_text()


def _run(script: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / "scripts" / script, *arguments],
        env={**os.environ, "COLUMNS": "80", **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.fixture(scope="module")
def port() -> Iterator[str]:
    """Provide the port of an emulator that these tests start, and that is ended whatever happens."""
    port = free_port()
    yield str(port)
    EmbeddedEngine(port).stop()


@pytest.fixture(scope="module")
def demo(port: str) -> subprocess.CompletedProcess[str]:
    """Provide a demo with nothing running, in the shell of a person who has a real account."""
    return _run("demo", "--port", port, AWS_PROFILE="production", AWS_SECRET_ACCESS_KEY="a-real-secret")  # noqa: S106 - planted


def _shape(text: str) -> list[str]:
    """Return lines without what differs from run to run: numbers, ids, ports and spacing."""
    text = re.sub(r"\b[0-9a-f]{20}\b", "ID", text)
    text = re.sub(r" --port \d+", "", text)
    text = re.sub(r"\d+(\.\d+)?", "N", text)
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def test_the_demo_ends_well(demo: subprocess.CompletedProcess[str]) -> None:
    assert demo.returncode == 0, demo


@pytest.mark.usefixtures("demo")
def test_what_a_test_starts_with_a_script_ends_with_the_test_run(port: str) -> None:
    assert EmbeddedEngine(int(port)).instance().owner == int(os.environ[ENDS_WITH])


def test_the_demo_prints_what_the_readme_shows(demo: subprocess.CompletedProcess[str]) -> None:
    session = README.split("<!-- session -->")[1].split("```")[1]

    assert _shape(demo.stderr + demo.stdout) == _shape(session)[1:]


@pytest.mark.usefixtures("demo")
def test_a_test_finds_the_emulator_that_is_up_and_leaves_the_stack_on_it(port: str) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "tests/integration", "-k", "test_pepperoni_succeeds", "--engine", "external"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert " 1 passed" in f" {result.stdout}", result.stdout
    assert _run("order", "pepperoni", "--port", port).returncode == 0


@pytest.mark.usefixtures("demo")
def test_an_order_that_fails_gives_status_3_and_a_json_line_each(port: str) -> None:
    result = _run("order", "pepperoni", "pineapple", "--json", "--port", port)

    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.returncode == 3
    assert [line["status"] for line in lines] == ["SUCCEEDED", "FAILED"]
    assert list(lines[0]) == [
        "flavour", "orderId", "executionArn", "status", "error", "cause", "output", "seconds", "path",
    ]  # fmt: skip
    assert [step["status"] for step in lines[1]["path"]] == ["SUCCEEDED", "SUCCEEDED", "FAILED"]


@pytest.mark.usefixtures("demo")
def test_another_program_reads_what_the_readme_shows(port: str) -> None:
    (match,) = re.finditer(r"^\$ \./scripts/(order .*) \| jq -r \.status\n((?:[A-Z]+\n)+)", README, re.MULTILINE)

    lines = _run(*match[1].split(), "--port", port).stdout.splitlines()

    assert [json.loads(line)["status"] for line in lines] == match[2].split()


@pytest.mark.usefixtures("demo")
def test_an_order_that_succeeds_gives_status_0(port: str) -> None:
    assert _run("order", "margherita", "--port", port).returncode == 0


@pytest.mark.usefixtures("demo")
def test_an_order_that_cannot_be_placed_gives_status_1(port: str) -> None:
    result = _run("order", "x" * 65, "--port", port)

    assert result.returncode == 1
    assert "did not accept" in result.stderr
    assert "flavour" in result.stderr
    assert ".." not in result.stderr


@pytest.mark.usefixtures("demo")
def test_not_waiting_prints_an_order_that_runs(port: str) -> None:
    result = _run("order", "margherita", "--no-wait", "--json", "--port", port)

    assert result.returncode == 0
    assert json.loads(result.stdout)["status"] == "RUNNING"


@pytest.mark.usefixtures("demo")
def test_the_status_of_an_order_can_be_asked_for(port: str) -> None:
    order = json.loads(_run("order", "hawaiian", "--json", "--port", port).stdout)

    result = _run("status", order["orderId"], "--json", "--port", port)

    assert result.returncode == 0
    assert json.loads(result.stdout)["cause"] == "They asked for Pineapple"


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("command", ["order", "status", "history"])
def test_the_way_an_order_took_is_shown_as_one_line_with_error_and_cause_beneath(port: str, command: str) -> None:
    order = json.loads(_run("order", "pineapple", "--json", "--port", port).stdout)

    said = _run(command, "pineapple" if command == "order" else order["orderId"], "--port", port).stdout

    way, *beneath = said[said.index("Order Pizza Job ✓") :].splitlines()
    assert way == "Order Pizza Job ✓ → With Pineapple? ✓ → Sorry, We Dont add Pineapple ✗"
    assert "They asked for Pineapple" in "".join(beneath[:2])


@pytest.mark.usefixtures("demo")
def test_the_events_of_an_order_can_be_read_by_a_program(port: str) -> None:
    order = json.loads(_run("order", "pineapple", "--json", "--port", port).stdout)

    result = _run("history", order["orderId"], "--json", "--port", port)

    events = [json.loads(line) for line in result.stdout.splitlines()]
    assert [event["type"] for event in events][-2:] == ["FailStateEntered", "ExecutionFailed"]
    assert events[-1]["detail"] == "Failed To Make Pizza: They asked for Pineapple"


@pytest.mark.usefixtures("demo")
def test_the_history_of_an_unknown_execution_is_an_error(port: str) -> None:
    result = _run("history", "no-such-order", "--port", port)

    assert result.returncode == 1
    assert "There is no execution 'no-such-order'" in result.stderr


@pytest.mark.usefixtures("demo")
def test_an_unknown_order_is_an_error(port: str) -> None:
    result = _run("status", "no-such-order", "--port", port)

    assert result.returncode == 1
    assert "There is no order 'no-such-order'" in result.stderr


@pytest.mark.usefixtures("demo")
def test_the_logs_show_what_a_function_wrote(port: str) -> None:
    result = _run("logs", "order_pizza", "--port", port)

    assert result.returncode == 0
    assert "the-state-machine-OrderPizza" in result.stdout
    assert "hawaiian" in result.stdout


@pytest.mark.usefixtures("demo")
def test_a_function_nobody_knows_is_an_error(port: str) -> None:
    result = _run("logs", "OrderBurger", "--port", port)

    assert result.returncode == 1
    assert "There is no function 'OrderBurger'" in result.stderr
    assert "'OrderWorkflow/OrderPizza'" in result.stderr


@pytest.mark.usefixtures("demo")
def test_following_the_logs_shows_what_is_written_meanwhile_until_interrupted(port: str) -> None:
    command = [str(ROOT / "scripts" / "logs"), "--follow", "OrderPizza", "--port", port]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as logs:
        assert logs.stdout
        deadline = threading.Timer(60, logs.kill)
        deadline.start()
        logs.stdout.readline()
        _run("order", "quattro stagioni", "--port", port)

        line = next((line for line in logs.stdout if "quattro stagioni" in line), "")
        logs.send_signal(signal.SIGINT)
        logs.communicate(timeout=30)
        deadline.cancel()

    assert line.startswith("the-state-machine-OrderPizza  ")
    assert logs.returncode == 130


@pytest.mark.usefixtures("demo")
def test_any_cdk_command_reaches_the_emulator(port: str) -> None:
    result = _run("cdk", "diff", "--port", port)

    assert result.returncode == 0, result
    assert "There were no differences" in result.stdout + result.stderr


@pytest.mark.usefixtures("demo")
def test_up_while_up_says_so_and_deploys_again(port: str) -> None:
    result = _run("up", "--port", port)

    assert result.returncode == 0
    assert "is up already" in result.stderr
    assert f"curl -i 'http://127.0.0.1:{port}/_aws/execute-api/" in result.stdout


@pytest.mark.usefixtures("demo")
def test_without_a_stack_an_order_says_how_to_deploy_and_deploying_helps(port: str) -> None:
    destroyed = _run("cdk", "destroy", "--force", "--port", port)
    refused = _run("order", "margherita", "--port", port)
    started = _run("up", "--no-deploy", "--port", port)
    deployed = _run("deploy", "--port", port)
    ordered = _run("order", "margherita", "--port", port)

    assert destroyed.returncode == 0, destroyed
    assert refused.returncode == 1
    assert "The stack the-state-machine is not deployed.\nHint: deploy it with ./scripts/deploy." in refused.stderr
    assert "Deploy with  ./scripts/deploy" in started.stdout
    assert (deployed.returncode, ordered.returncode) == (0, 0)


@pytest.mark.usefixtures("demo")
def test_cdklocal_deploys_as_typed_without_a_setting_a_bootstrap_or_a_name_server(port: str, tmp_path: Path) -> None:
    _run("cdk", "destroy", "--force", "--port", port)

    typed = subprocess.run(
        ["npx", "cdklocal", "deploy"],
        cwd=ROOT,
        # all that tells this emulator from the one on the default port
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "TMPDIR": str(tmp_path), "EDGE_PORT": port},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )

    assert typed.returncode == 0, typed
    assert not list(tmp_path.glob("*telemetry*"))
    assert _run("order", "margherita", "--port", port).returncode == 0


@pytest.mark.usefixtures("demo")
def test_the_doctor_finds_the_emulator(port: str) -> None:
    result = _run("doctor")

    assert f"up at http://127.0.0.1:{port}" in result.stdout or port in result.stdout
    assert "LocalStack 4.14.0" in result.stdout


@pytest.mark.usefixtures("demo")
def test_down_leaves_no_process_no_port_and_no_folder(port: str) -> None:
    engine = EmbeddedEngine(int(port))
    session = engine.instance().pid

    assert _run("down", "--port", port).returncode == 0

    assert not [process for process in psutil.process_iter() if _session_of(process) == session]
    assert port_is_free(int(port))
    assert not engine.folder.exists()


def _session_of(process: psutil.Process) -> int | None:
    try:
        return os.getsid(process.pid) if process.status() != psutil.STATUS_ZOMBIE else None
    except (ProcessLookupError, psutil.NoSuchProcess):
        return None


def test_of_two_that_deploy_at_once_one_waits_and_both_end_well() -> None:
    engine = EmbeddedEngine(free_port())
    try:
        with ThreadPoolExecutor(2) as pool:
            ups = list(pool.map(lambda _: _run("up", "--port", str(engine.port)), range(2)))
    finally:
        engine.stop()

    assert [up.returncode for up in ups] == [0, 0], ups
    assert sorted("waiting for it" in up.stderr for up in ups) == [False, True]
    assert ups[0].stdout == ups[1].stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_start_leaves_nothing(number: signal.Signals) -> None:
    engine = EmbeddedEngine(free_port())
    up = subprocess.Popen(
        [ROOT / "scripts" / "up", "--port", str(engine.port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    )
    wait_until(lambda: engine.is_up() or None, what="LocalStack's process", seconds=30)

    os.killpg(up.pid, number)
    _, said = up.communicate(timeout=60)

    assert up.returncode == 130
    assert "Interrupted." in said
    assert not engine.is_up()
    assert not engine.folder.exists()
    assert not list(project.STATE.glob("cdk.out-*"))
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", engine.port), timeout=1)


@pytest.mark.parametrize("script", ["up", "demo"])
def test_an_interrupted_deployment_leaves_nothing(script: str) -> None:
    engine = EmbeddedEngine(free_port())
    with subprocess.Popen(
        [ROOT / "scripts" / script, "--port", str(engine.port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    ) as started:
        deadline = threading.Timer(300, started.kill)
        deadline.start()
        assert started.stderr
        assert any("LocalStack is ready" in line for line in started.stderr)
        os.killpg(started.pid, signal.SIGINT)
        _, said = started.communicate(timeout=60)
        deadline.cancel()

    assert started.returncode == 130
    assert "Interrupted." in said
    assert not engine.is_up()
    assert not engine.folder.exists()
