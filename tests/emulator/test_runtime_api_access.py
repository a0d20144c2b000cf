"""Test who may speak to an environment's runtime API: its own processes, and nobody else."""

from __future__ import annotations

import contextlib
import http.client
import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.emulator.conftest import MakeFunction

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who is at the other end")

THIEF = """
import http.client
def handler(event, context):
    connection = http.client.HTTPConnection(event, timeout=10)
    try:
        connection.request("GET", "/2018-06-01/runtime/invocation/next")
        return connection.getresponse().read().decode()
    except (OSError, http.client.HTTPException) as error:
        return type(error).__name__
"""
SLOW = """
import os, time
def handler(event, context):
    open(os.path.join(os.environ.get("TMPDIR", "/tmp"), "under-way"), "w").close()
    while not os.path.exists(os.path.join(os.environ.get("TMPDIR", "/tmp"), "go-on")):
        time.sleep(0.01)
    return "mine"
"""
OWN_CHILD = """
import os, subprocess, sys
PROGRAM = '''
import http.client, sys
connection = http.client.HTTPConnection(sys.argv[1], timeout=5)
connection.request("POST", "/2018-06-01/runtime/init/error", b"{}")
print(connection.getresponse().status)
'''
def handler(event, context):
    command = [sys.executable, "-c", PROGRAM, os.environ["AWS_LAMBDA_RUNTIME_API"]]
    return subprocess.run(command, capture_output=True, text=True).stdout.strip()
"""
REFUSED = {"RemoteDisconnected", "ConnectionResetError", "BrokenPipeError"}


def ask_for_work(address: str) -> bytes:
    """Ask a runtime API for an invocation."""
    with contextlib.closing(http.client.HTTPConnection(address, timeout=10)) as connection:
        connection.request("GET", "/2018-06-01/runtime/invocation/next")
        return connection.getresponse().read()


def test_a_function_cannot_take_another_ones_invocation(make_function: MakeFunction) -> None:
    victim, thief = make_function(SLOW, timeout=60.0), make_function(THIEF, timeout=60.0)
    answers: list[object] = []
    caller = threading.Thread(target=lambda: answers.append(victim.answer("a secret")))
    caller.start()
    victim.wait_until_under_way()

    stolen = thief.answer(victim.environment._api.address)

    victim.let_go_on()
    caller.join(60)
    assert stolen in REFUSED
    assert answers == ["mine"]


def test_a_process_of_the_machine_is_refused_too(make_function: MakeFunction) -> None:
    function = make_function(SLOW, timeout=60.0)
    answers: list[object] = []
    caller = threading.Thread(target=lambda: answers.append(function.answer()))
    caller.start()
    function.wait_until_under_way()

    with pytest.raises((OSError, http.client.HTTPException)):
        ask_for_work(function.environment._api.address)

    function.let_go_on()
    caller.join(60)
    assert answers == ["mine"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")
def test_another_user_of_the_machine_is_refused_too(make_function: MakeFunction) -> None:
    function = make_function(SLOW, timeout=60.0)
    caller = threading.Thread(target=function.answer)
    caller.start()
    function.wait_until_under_way()
    host, _, port = function.environment._api.address.partition(":")
    probe = f"exec 3<>/dev/tcp/{host}/{port}; printf 'GET / HTTP/1.1\\r\\n\\r\\n' >&3; cat <&3"

    seen = subprocess.run(["bash", "-c", probe], capture_output=True, user=65534, group=65534, timeout=30, check=False)

    function.let_go_on()
    caller.join(60)
    assert seen.stdout == b""


def test_what_a_function_has_started_itself_may_speak_to_it(make_function: MakeFunction) -> None:
    assert make_function(OWN_CHILD, timeout=60.0).answer() == "403"
