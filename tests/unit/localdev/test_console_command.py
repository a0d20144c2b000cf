"""``scripts/console``: where it listens, what it reads, how it ends."""

from __future__ import annotations

import signal
import socket
import subprocess
from typing import TYPE_CHECKING

import urllib3

from localdev.commands.cli import main
from localdev.system.processes import free_port
from localdev.system.project import ROOT
from localdev.system.waiting import wait_until

if TYPE_CHECKING:
    import pytest


def test_a_port_that_is_taken_is_given_with_its_holder(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        assert main(["console", "--console-port", str(port), "--no-open"]) == 1

    said = capsys.readouterr().err
    assert f"The console cannot listen on 127.0.0.1:{port}" in said
    assert "Hint: choose another port with --console-port." in said


def test_it_answers_without_an_engine_saying_how_to_start_one_and_ends_on_ctrl_c() -> None:
    port, emulator = free_port(), free_port()
    command = [str(ROOT / "scripts" / "console"), "--no-open", "--console-port", str(port), "--port", str(emulator)]
    http = urllib3.PoolManager(retries=False)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as console:

        def answered() -> urllib3.BaseHTTPResponse | None:
            try:
                return http.request("GET", f"http://127.0.0.1:{port}/machines")
            except urllib3.exceptions.HTTPError:
                return None

        try:
            response = wait_until(answered, what="the console", seconds=30)
        finally:
            console.send_signal(signal.SIGINT)
            said, _ = console.communicate(timeout=20)

    assert response.status == 503
    assert f"./scripts/up --port {emulator}" in response.data.decode()
    assert f"http://127.0.0.1:{port}" in said
    assert console.returncode == 130
