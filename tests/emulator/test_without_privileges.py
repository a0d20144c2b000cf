"""Environments of a LocalStack that runs as an ordinary user, where the kernel has user namespaces for it.

Tests that are run by root try it with a user who has nothing; others have been it all along.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import tempfile
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from localdev.system import project
from localstack_process_executor.environments import forking, interpreters
from tests.emulator.deployed import fork_server_program

if TYPE_CHECKING:
    from collections.abc import Mapping

NOBODY = "65534"
SOURCES = Path(forking.__file__).parents[2]
FUNCTION = """
    import ctypes, os
    count = 0
    def state(name):
        return next(line.split()[1] for line in open("/proc/self/status") if line.startswith(name))
    def writable(place):
        try:
            open(place + "/written", "w").close()
            os.remove(place + "/written")
        except OSError:
            return False
        return True
    def handler(event, context):
        global count
        count += 1
        if event == "exit":
            os._exit(3)
        return {
            "count": count,
            "user": [os.getuid(), os.getgid()],
            "capabilities": [state("CapEff"), state("CapPrm"), state("CapAmb"), state("NoNewPrivs")],
            "writable": [place for place in ("/", "/tmp", "/var/task", "/opt", "/var/runtime") if writable(place)],
            "host": os.listdir("/mnt") + os.listdir("/srv") + os.listdir("/home"),
            "others": [pid for pid in os.listdir("/proc") if pid.isdigit() and int(pid) not in (1, os.getpid())],
            "can mount": ctypes.CDLL(None).unshare(0x00020000) == 0,
        }
"""
PROGRAM = """
    import json, signal, sys
    from pathlib import Path
    from localstack_process_executor.environments import forking, launches
    from localstack_process_executor.environments.environment import ExecutionEnvironment, FunctionSpec, Invocation
    from localstack_process_executor.environments.variables import function_environment
    from localstack_process_executor.environments.platform_log import TextLog

    code, program = map(Path, sys.argv[1:])
    if program != forking._PROGRAM:
        # an init ends by itself, and says what it has run, where it is not killed
        forking._PROGRAM, signal.pidfd_send_signal = program, lambda *_: None

    def launch(api, folder):
        variables = function_environment({"_HANDLER": "function.handler"}, {}, runtime="python3.13", runtime_api=api)
        return launches.launch(launches.Program(code, variables), folder)

    def invoke(event):
        outcome = environment.invoke(Invocation("r", "arn", json.dumps(event).encode(), "Root=1"))
        return json.loads(outcome.payload)

    environment = ExecutionEnvironment(FunctionSpec(20, 128), TextLog("", "", ""), launch)
    environment.start()
    answers = [invoke(None), invoke("exit"), invoke(None)]
    environment.stop()
    print(json.dumps({"isolated": forking.FORK_SERVERS.current().isolated, "answers": answers}))
"""


def run_as_nobody(program: Path, *arguments: str) -> Any:
    """Return what a program prints for a user to whom this machine's Python, wherever it is installed, is shown."""
    paths = os.pathsep.join((str(SOURCES), sysconfig.get_path("purelib"), str(project.ROOT)))
    environment: Mapping[str, str] = {"PATH": os.environ["PATH"], "PYTHONPATH": paths, "LD_LIBRARY_PATH": "/srv/lib"}
    python = f"/srv/bin/python{interpreters.OWN_VERSION}"
    as_nobody = f"setpriv --reuid {NOBODY} --regid {NOBODY} --clear-groups"
    script = f'mount --bind "$0" /srv && exec {as_nobody} {python} "$@"'
    command = ["unshare", "--mount", "--propagation", "slave", "sh", "-c", script, interpreters.own().prefix]
    output = subprocess.check_output(
        [*command, str(program), *arguments], env=environment, text=True, cwd="/", timeout=60
    )
    return json.loads(output.splitlines()[-1])


def run_as_root_of_one_id(program: Path, *arguments: str) -> Any:
    """Return what a program prints in a user namespace whose root is this user, and which has nobody else."""
    paths = os.pathsep.join((str(SOURCES), sysconfig.get_path("purelib"), str(project.ROOT)))
    command = ["unshare", "--user", "--map-root-user", sys.executable, str(program), *arguments]
    result = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True, timeout=60, check=False
    )
    if "unshare failed" in result.stderr:
        pytest.skip("this machine allows no user namespaces")
    return json.loads(result.stdout.splitlines()[-1])


@pytest.fixture
def places(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Provide a function's code and the program that invokes it, where anybody may read them."""
    folder = tmp_path_factory.mktemp("everybodys")
    for place in (folder, *folder.parents):
        if place != Path(tempfile.gettempdir()) and place.is_relative_to(tempfile.gettempdir()):
            place.chmod(0o755)
    code = folder / "code"
    code.mkdir()
    (code / "function.py").write_text(textwrap.dedent(FUNCTION))
    program = folder / "program.py"
    program.write_text(textwrap.dedent(PROGRAM))
    return code, program


@pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="whoever is not root has run every other test like this"
)
def test_a_user_without_privileges_has_the_same_environments(places: tuple[Path, Path]) -> None:
    code, program = places
    check(run_as_nobody(program, str(code), str(fork_server_program())))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has user namespaces")
def test_root_of_a_namespace_with_one_user_has_the_same_environments(places: tuple[Path, Path]) -> None:
    code, program = places
    check(run_as_root_of_one_id(program, str(code), str(fork_server_program())))


def check(result: dict[str, Any]) -> None:
    """Check what the function has said of its environment."""
    if not result["isolated"]:
        pytest.skip("this machine allows no user namespaces")
    first, exited, second = result["answers"]
    assert first == second
    assert exited["errorMessage"].endswith("Runtime exited with error: exit status 3")
    assert first == {
        "count": 1,
        "user": [993, 990],
        "capabilities": ["0000000000000000"] * 3 + ["1"],
        "writable": ["/tmp"],  # noqa: S108 - the environment's own
        "host": [],
        "others": [],
        "can mount": False,
    }
