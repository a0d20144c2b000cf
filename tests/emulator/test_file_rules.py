"""Landlock: what a function without namespaces can reach of the machine's files."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from localstack_process_executor.sandbox import file_rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.emulator.conftest import MakeFunction

pytestmark = pytest.mark.skipif(file_rules.version() == 0, reason="this kernel has no Landlock")

PROBE = """
import os, signal, socket
def attempt(what, *arguments):
    try:
        if what == "read":
            return open(arguments[0]).read() and "done"
        if what == "list":
            return os.listdir(arguments[0]) is not None and "done"
        if what == "write":
            return open(arguments[0], "w").write("x") and "done"
        if what == "remove":
            os.unlink(arguments[0])
        if what == "connect":
            socket.socket(socket.AF_UNIX).connect(arguments[0])
        if what == "kill":
            os.kill(arguments[0], signal.SIGTERM)
        return "done"
    except OSError as error:
        return type(error).__name__
def handler(event, context):
    return [attempt(*each) for each in event]
"""


@pytest.fixture(autouse=True)
def no_namespaces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Use the file system of the machine."""
    monkeypatch.setenv("LAMBDA_PROCESS_NAMESPACES", "0")


@pytest.fixture
def secret() -> Iterator[Path]:
    """Provide a file that any user may read and write, in a folder that is not the machine's ``/tmp``."""
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="guest-") as folder:
        path = Path(folder, "secret")
        path.parent.chmod(0o777)
        path.write_text("secret", encoding="utf-8")
        path.chmod(0o666)
        yield path


def outcomes(make_function: MakeFunction, *attempts: tuple[Any, ...], source: str = PROBE) -> list[Any]:
    """Return the result of each attempt of a function."""
    found: list[Any] = make_function(source, timeout=60.0).answer([list(each) for each in attempts])
    return found


def test_files_of_the_machine_can_be_neither_read_nor_listed_changed_or_removed(
    make_function: MakeFunction, secret: Path
) -> None:
    attempts = [(what, str(secret)) for what in ("read", "write", "remove")] + [("list", str(secret.parent))]

    assert outcomes(make_function, *attempts) == ["PermissionError"] * 4
    assert secret.read_text(encoding="utf-8") == "secret"


def test_without_the_rules_they_could_be(
    make_function: MakeFunction, secret: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAMBDA_PROCESS_LANDLOCK", "0")

    assert outcomes(make_function, ("read", str(secret))) == ["done"]


def test_a_program_that_a_function_executes_has_no_more_rights(make_function: MakeFunction, secret: Path) -> None:
    source = """
    import subprocess
    def handler(event, context):
        return [subprocess.run(["cat", event[0][0]], capture_output=True, text=True).returncode]
    """

    assert outcomes(make_function, (str(secret),), source=source) == [1]


def test_what_every_function_needs_is_there(make_function: MakeFunction) -> None:
    source = """
    import os, ssl, socket, subprocess, tempfile, boto3
    def handler(event, context):
        with tempfile.NamedTemporaryFile("w") as file:
            file.write("x")
        open("/tmp/landlock-probe", "w").close()
        os.unlink("/tmp/landlock-probe")
        open("/dev/null", "w").write("x")
        open("/dev/stdout", "w").write("out\\n")
        ssl.create_default_context()
        socket.getaddrinfo("localhost", 80)
        boto3.client("s3", region_name="us-east-1")
        os.listdir(os.environ["LAMBDA_TASK_ROOT"])
        open("/etc/hosts").read()
        return [subprocess.run(["sh", "-c", "exit 7"]).returncode]
    """

    assert outcomes(make_function, source=source) == [7]


def test_no_unix_socket_of_the_machine_can_be_connected_to(
    make_function: MakeFunction, secret: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = str(secret.with_name("socket"))
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(place)
        Path(place).chmod(0o777)
        server.listen()

        assert outcomes(make_function, ("connect", place)) == ["PermissionError"]
        monkeypatch.setenv("LAMBDA_PROCESS_LANDLOCK", "0")
        assert outcomes(make_function, ("connect", place)) == ["done"]


def test_a_program_that_a_function_executes_makes_no_unix_socket_either(make_function: MakeFunction) -> None:
    source = """
    import subprocess, sys
    def handler(event, context):
        code = "import socket; socket.socket(socket.AF_UNIX)"
        return [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stderr.splitlines()[-1]]
    """

    assert outcomes(make_function, source=source) == ["PermissionError: [Errno 13] Permission denied"]


def test_what_stands_on_pairs_of_sockets_works(make_function: MakeFunction) -> None:
    source = """
    import asyncio, multiprocessing, socket
    async def add(one, other):
        process = await asyncio.create_subprocess_exec("echo", str(one + other), stdout=asyncio.subprocess.PIPE)
        return int((await process.communicate())[0])
    def handler(event, context):
        ours, theirs = socket.socketpair()
        ours.sendall(b"x")
        one, other = multiprocessing.Pipe()
        one.send("y")
        return [theirs.recv(1).decode(), other.recv(), asyncio.run(add(3, 4))]
    """

    assert outcomes(make_function, source=source) == ["x", "y", 7]


def test_nothing_of_a_process_of_the_machine_can_be_read(make_function: MakeFunction) -> None:
    # of the function's own user, who may read it without the rules
    same_user = {"user": 993, "group": 990, "extra_groups": []} if os.geteuid() == 0 else {}
    process = subprocess.Popen(["sleep", "60"], env={"SECRET": "secret"}, **same_user)  # type: ignore[call-overload]
    try:
        attempts = [("read", f"/proc/{process.pid}/{name}") for name in ("environ", "mem", "fd/0", "root/etc/passwd")]
        assert outcomes(make_function, *attempts) == ["PermissionError"] * len(attempts)
    finally:
        process.kill()
        process.wait()


@pytest.mark.skipif(file_rules.version() < 6, reason="this kernel's Landlock does not know signals")
def test_no_process_of_the_machine_can_be_signalled(make_function: MakeFunction) -> None:
    same_user = {"user": 993, "group": 990, "extra_groups": []} if os.geteuid() == 0 else {}
    process = subprocess.Popen(["sleep", "60"], **same_user)  # type: ignore[call-overload]
    try:
        assert outcomes(make_function, ("kill", process.pid)) == ["PermissionError"]
        assert process.poll() is None
    finally:
        process.kill()
        process.wait()
