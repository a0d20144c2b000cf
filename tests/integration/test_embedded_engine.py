"""The embedded engine itself: starts that fail, owners that are killed, deployments that cannot be."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import psutil
import pytest
from botocore.exceptions import ClientError

from localdev.engines import EmbeddedEngine
from localdev.engines.clients import Clients
from localdev.engines.embedded import sweep
from localdev.system import project
from localdev.system.errors import LocaldevError
from localdev.system.processes import free_port
from localdev.system.waiting import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from localdev.engines import Engine

pytestmark = pytest.mark.only_on("embedded")


def test_localstack_dying_at_start_is_said_with_its_last_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\necho no dough\nexit 3\n")
    program.chmod(0o755)
    monkeypatch.setattr(project, "EMULATOR_PYTHON", program)
    engine = EmbeddedEngine(free_port())

    with pytest.raises(LocaldevError, match=r"(?s)LocalStack ended with status 3.*no dough.*Hint: "):
        engine.start()

    assert not engine.is_up()
    assert not engine.folder.exists()


def test_an_executor_localstack_does_not_know_fails_the_start() -> None:
    engine = EmbeddedEngine(free_port(), settings={"LAMBDA_RUNTIME_EXECUTOR": "burger"})

    with pytest.raises(LocaldevError, match=r"(?s)10_check_runtime_executor.py failed.*'burger'.*docker, process"):
        engine.start()

    assert not engine.is_up()


def test_the_emulator_of_a_killed_owner_is_swept() -> None:
    port = free_port()
    program = (
        "import sys, time; from localdev.engines import EmbeddedEngine; "
        f"EmbeddedEngine({port}, ends_with_us=True).start()"
    )
    owner = subprocess.Popen([sys.executable, "-c", program], cwd=project.ROOT)
    engine = EmbeddedEngine(port)
    wait_until(lambda: engine.is_up() or None, what="the owner's emulator", seconds=30)
    emulator = psutil.Process(engine.instance().pid)
    owner.kill()
    owner.wait()

    sweep()

    assert not emulator.is_running()
    assert not engine.folder.exists()


def test_only_the_loopback_address_is_listened_on(engine: Engine) -> None:
    assert isinstance(engine, EmbeddedEngine)
    process = psutil.Process(engine.instance().pid)

    addresses = {connection.laddr[0] for connection in process.net_connections() if connection.status == "LISTEN"}

    assert addresses
    assert all(address.startswith("127.") for address in addresses)


_WATCH_CONNECTIONS = """
import os, sys

def watch(event, arguments):
    if event not in {"socket.connect", "socket.getaddrinfo"}:
        return
    host = arguments[0] if event == "socket.getaddrinfo" else arguments[1][0]
    host = host.decode() if isinstance(host, bytes) else host
    if host and not str(host).startswith(("127.", "localhost", "/", "::1")):
        with open(os.environ["WATCHED"], "a") as watched:
            print(event, host, file=watched)

sys.addaudithook(watch)
"""
_TEMPLATE = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}


def test_no_call_leaves_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sitecustomize.py").write_text(_WATCH_CONNECTIONS)
    watched = tmp_path / "watched"
    engine = EmbeddedEngine(free_port(), ends_with_us=True)
    variables = {**engine._environment(), "PYTHONPATH": str(tmp_path), "WATCHED": str(watched)}
    monkeypatch.setattr(engine, "_environment", lambda: variables)
    clients = Clients(engine.endpoint_url)

    try:
        engine.start()
        cloudformation = clients.client("cloudformation")
        cloudformation.create_change_set(
            StackName="queue", ChangeSetName="new", ChangeSetType="CREATE", TemplateBody=json.dumps(_TEMPLATE)
        )
        cloudformation.get_waiter("change_set_create_complete").wait(StackName="queue", ChangeSetName="new")
        with pytest.raises(ClientError, match="not yet been emulated"):
            clients.client("lambda").list_capacity_providers()
    finally:
        engine.stop()

    assert not watched.exists(), watched.read_text()
