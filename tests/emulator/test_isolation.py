"""Test what a function can see, and what it leaves behind."""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from localstack_process_executor.environments import interpreters, launches, process
from localstack_process_executor.environments.forking import base_folder
from localstack_process_executor.sandbox import file_rules

if TYPE_CHECKING:
    from tests.emulator.conftest import MakeFunction


def running(*command: str) -> bool:
    """Return whether a process with this command line runs on this machine."""
    return any(process.info["cmdline"] == list(command) for process in psutil.process_iter(["cmdline"]))


ENVIRONMENT = "import os\ndef handler(event, context):\n    return dict(os.environ)\n"


def test_no_variable_of_the_host_is_visible(make_function: MakeFunction, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-real-secret")
    monkeypatch.setenv("HTTPS_PROXY", "proxy")
    monkeypatch.setenv("MY_TOKEN", "secret")

    seen = make_function(ENVIRONMENT).answer()

    assert not {"AWS_PROFILE", "AWS_SECRET_ACCESS_KEY", "HTTPS_PROXY", "MY_TOKEN"} & set(seen)


def test_the_functions_own_variables_are_visible(make_function: MakeFunction) -> None:
    seen = make_function(ENVIRONMENT, variables={"OVEN": "hot"}).answer()

    assert seen["OVEN"] == "hot"
    assert seen["AWS_EXECUTION_ENV"] == "AWS_Lambda_python3.13"
    assert seen["_X_AMZN_TRACE_ID"] == "Root=1-2-3"


def test_only_the_runtime_client_and_the_sdk_can_be_imported(make_function: MakeFunction) -> None:
    function = make_function(
        """
        import importlib.util
        def handler(event, context):
            return [name for name in event if importlib.util.find_spec(name)]
        """
    )

    assert function.answer(["boto3", "awslambdaric", "pytest", "rich", "localdev"]) == ["boto3", "awslambdaric"]


def test_a_function_has_no_privileges(make_function: MakeFunction) -> None:
    function = make_function(
        """
        def handler(event, context):
            status = dict(line.split(":", 1) for line in open("/proc/self/status"))
            return [int(status[key], 16) for key in ("CapPrm", "CapEff", "CapInh")] + [int(status["NoNewPrivs"])]
        """
    )

    assert function.answer() == [0, 0, 0, 1]


def test_a_function_is_nobody_of_this_machine_where_that_can_be(make_function: MakeFunction, file_system: str) -> None:
    answer = make_function("import os\ndef handler(event, context):\n    return [os.getuid(), os.getgid()]\n").answer()

    # without namespaces only root can be somebody else, and only where that user gets through to the interpreter
    ways_in = Path(interpreters.own().prefix).parents
    reachable = os.geteuid() == 0 and all(folder.stat().st_mode & 0o001 for folder in ways_in)
    own = [os.geteuid(), os.getegid()]
    assert answer == ([993, 990] if file_system == "namespaces" or reachable else own)


def test_a_function_is_nobody_of_this_machine_where_its_files_are_everybodys(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        # what the function then is, the test above says
        assert not launches.give_to_sandbox_user(tmp_path, interpreter=interpreters.own())
        return
    with tempfile.TemporaryDirectory(dir="/") as name:
        folder = Path(name)
        folder.chmod(0o711)
        (folder / "own").mkdir()
        (folder / "hidden").mkdir(mode=0o700)
        (folder / "hidden" / "code").mkdir()
        interpreter = interpreters.Interpreter("/python", str(folder / "python"), "3.13")

        assert launches.give_to_sandbox_user(folder / "code", folder / "own", interpreter=interpreter)
        assert (folder / "own").stat().st_uid == 993
        assert not launches.give_to_sandbox_user(folder / "hidden" / "code", interpreter=interpreter)


def test_the_code_cannot_be_changed(make_function: MakeFunction) -> None:
    function = make_function(
        """
        import os
        def handler(event, context):
            open(os.environ["LAMBDA_TASK_ROOT"] + "/function.py", "a").close()
        """
    )

    assert function.error()["errorType"] in {"OSError", "PermissionError"}


def test_two_environments_do_not_share_their_temporary_files(make_function: MakeFunction) -> None:
    source = """
        import os, tempfile
        def handler(event, context):
            open(tempfile.gettempdir() + "/" + event, "w").close()
            return sorted(os.listdir(tempfile.gettempdir()))
        """
    first, second = make_function(source), make_function(source)

    assert first.answer("mine") == ["mine"]
    assert second.answer("yours") == ["yours"]


NOBODYS = """
import ctypes, os, socket
LIBC = ctypes.CDLL(None, use_errno=True)
def connect(name):
    with socket.socket(socket.AF_UNIX) as client:
        client.connect("\\0" + name)
def shared(key, flags):
    if LIBC.shmget(key, 4096, flags) < 0:
        raise OSError(ctypes.get_errno(), "shmget")
def handler(event, context):
    what, *arguments = event
    try:
        globals()[what](*arguments)
    except OSError as error:
        return type(error).__name__
    return "done"
"""


def test_two_functions_share_no_memory(make_function: MakeFunction, file_system: str) -> None:
    key = random.randrange(1, 2**31)  # noqa: S311 - nobody else's
    first, second = make_function(NOBODYS), make_function(NOBODYS)

    # IPC_CREAT, for everybody
    made, found = first.answer(["shared", key, 0o1666]), second.answer(["shared", key, 0])

    # without namespaces there is none: it would be the machine's
    expected = ["done", "FileNotFoundError"] if file_system == "namespaces" else ["PermissionError"] * 2
    assert [made, found] == expected


@pytest.mark.skipif(file_rules.version() < 6, reason="this kernel's Landlock does not know sockets without a file")
def test_no_socket_without_a_file_can_be_connected_to(make_function: MakeFunction) -> None:
    name = f"guest-{random.randrange(10**9)}"  # noqa: S311 - nobody else's
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(f"\0{name}")
        server.listen()

        assert make_function(NOBODYS).answer(["connect", name]) == "PermissionError"


def test_a_function_may_connect_to_its_own_socket(make_function: MakeFunction, file_system: str) -> None:
    function = make_function(
        """
        import socket
        def handler(event, context):
            for name in ("/tmp/own", "\\0own"):
                with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
                    server.bind(name)
                    server.listen()
                    client.connect(name)
            return "done"
        """
    )

    if file_system == "namespaces":
        assert function.answer() == "done"
    else:
        assert function.error()["errorType"] == "PermissionError"


def test_all_that_is_mounted_of_the_machine_is_read_only(make_function: MakeFunction, file_system: str) -> None:
    if file_system != "namespaces":
        pytest.skip("nothing is mounted without them")
    mounts = make_function(
        """
        def handler(event, context):
            return [line.split()[1:4] for line in open("/proc/self/mounts")]
        """
    ).answer()

    writable = {place for place, _, options in mounts if "rw" in options.split(",")}
    assert {place for place in writable if not place.startswith(("/dev/", "/proc"))} == {"/tmp"}  # noqa: S108


@pytest.mark.parametrize("at_once", [True, False])
def test_what_is_mounted_below_a_folder_is_read_only_too(tmp_path: Path, at_once: bool) -> None:
    if os.geteuid() != 0:
        pytest.skip("mounts need privileges here")
    (tmp_path / "shown").mkdir()
    (tmp_path / "host" / "a place").mkdir(parents=True)
    program = f"""
    import pathlib, sys
    from localstack_process_executor.sandbox import namespaces
    place = pathlib.Path(sys.argv[1])
    namespaces.enter()
    namespaces._mount("tmpfs", str(place / "host/a place"), "tmpfs", 0)
    if not {at_once}:
        namespaces._set_read_only = lambda _: False
    namespaces._bind(place / "host", place / "shown", read_only=True)
    (place / "shown/a place/file").touch()
    """
    command = [sys.executable, "-c", textwrap.dedent(program), str(tmp_path)]

    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    result = subprocess.run(command, capture_output=True, text=True, check=False, env=environ)

    assert "Read-only file system" in result.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what a function has started")
@pytest.mark.parametrize("what", ["thread", "process"])
def test_a_function_that_starts_more_than_it_may_is_ended(
    make_function: MakeFunction, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr(process, "_MOST_TASKS", 20)
    function = make_function(
        """
        import os, signal, threading
        def handler(event, context):
            for _ in range(event["number"]):
                if event["what"] == "thread":
                    threading.Thread(target=threading.Event().wait, daemon=True).start()
                elif os.fork() == 0:
                    signal.pause()
            threading.Event().wait()
        """,
        timeout=60.0,
    )

    error = function.error({"what": what, "number": 30})

    assert error["errorType"] == "Runtime.ExitError"
    assert error["errorMessage"].endswith("Error: Runtime exited with error: signal: killed")


def test_stopping_ends_everything_the_function_has_started(make_function: MakeFunction) -> None:
    seconds = str(random.randrange(10**6, 10**7))  # noqa: S311 - to recognise it by
    function = make_function(
        """
        import subprocess
        def handler(event, context):
            subprocess.Popen(["sleep", event], start_new_session=True)
        """
    )
    function.answer(seconds)
    assert running("sleep", seconds)

    function.environment.stop()

    assert not running("sleep", seconds)


def test_stopping_leaves_no_file_and_no_descriptor(make_function: MakeFunction) -> None:
    before = psutil.Process().num_fds()
    folders_before = set(base_folder().iterdir())
    function = make_function("def handler(event, context):\n    return 1\n")
    function.invoke()

    function.environment.stop()

    assert psutil.Process().num_fds() == before
    assert set(base_folder().iterdir()) == folders_before


def test_stopping_twice_is_no_error(make_function: MakeFunction) -> None:
    function = make_function("def handler(event, context):\n    return 1\n")

    function.environment.stop()
    function.environment.stop()
