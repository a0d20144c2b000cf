"""Functions of runtimes that are no more than a system: a program or a script named ``bootstrap``."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.emulator.deployed import MakeDeployed

LOOP = """\
#!/bin/bash
# answers each event with itself
host=${AWS_LAMBDA_RUNTIME_API%:*} port=${AWS_LAMBDA_RUNTIME_API#*:} path=/2018-06-01/runtime/invocation
while true; do
  exec 3<>"/dev/tcp/$host/$port"
  printf 'GET %s/next HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n' "$path" >&3
  while IFS=$' \\r' read -r -u 3 name value && [ -n "$name" ]; do
    case ${name,,} in lambda-runtime-aws-request-id:) id=$value ;; content-length:) length=$value ;; esac
  done
  LC_ALL=C IFS= read -r -d '' -N "$length" -u 3 event
  exec 3<>"/dev/tcp/$host/$port"
  echo "got $_HANDLER"
  printf 'POST %s/%s/response HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\nContent-Length: %s\\r\\n\\r\\n%s' \\
    "$path" "$id" "$length" "$event" >&3
  cat <&3 >/dev/null
done
"""
PROGRAM = """
#include <unistd.h>
int main(void) { char *words[] = {"bash", "/var/task/loop", 0}; return execv("/bin/bash", words); }
"""


@pytest.mark.parametrize("runtime", ["provided.al2023", "provided.al2"])
def test_a_script_is_executed_as_it_is(deploy: MakeDeployed, runtime: str) -> None:
    function = deploy({"bootstrap": LOOP}, Runtime=runtime, Handler="pizza")

    answers = [function.call({"pizza": number}) for number in range(2)]

    assert [answer.payload for answer in answers] == [{"pizza": 0}, {"pizza": 1}]
    assert "got pizza\n" in answers[1].log


def test_a_program_is_executed_as_it_is(deploy: MakeDeployed, tmp_path: Path, isolated: bool) -> None:
    compiler = shutil.which("cc")
    if not compiler or not isolated:
        pytest.skip("there is no C compiler, or no /var/task")
    (tmp_path / "program.c").write_text(PROGRAM)
    subprocess.run([compiler, "-o", tmp_path / "bootstrap", tmp_path / "program.c"], check=True)

    function = deploy(
        {"bootstrap": (tmp_path / "bootstrap").read_bytes(), "loop": LOOP}, Runtime="provided.al2023", Handler="pizza"
    )

    assert function.answer(["pizza"]) == ["pizza"]


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ({"main": LOOP}, "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]"),
        ({"bootstrap": b"\x7fELF" + bytes(60)}, "fork/exec /var/task/bootstrap: exec format error"),
        ({"bootstrap": "#!/no/such/shell\n"}, "fork/exec /var/task/bootstrap: no such file or directory"),
    ],
    ids=["none", "other-machine", "interpreter"],
)
def test_a_bootstrap_that_cannot_be_executed_fails_each_invocation(
    deploy: MakeDeployed, files: dict[str, str | bytes], problem: str
) -> None:
    function = deploy(files, Runtime="provided.al2023", Handler="pizza")

    for _ in range(2):
        answer = function.call({})
        assert answer.payload["errorType"] == "Runtime.InvalidEntrypoint"
        assert answer.payload["errorMessage"] == f"RequestId: {answer.request_id} Error: {problem}"


def test_a_bootstrap_that_ends_is_an_exit(deploy: MakeDeployed) -> None:
    answer = deploy({"bootstrap": "#!/bin/sh\nexit 3\n"}, Runtime="provided.al2023", Handler="pizza").call({})

    assert answer.payload["errorType"] == "Runtime.ExitError"
    assert answer.payload["errorMessage"].endswith("Error: Runtime exited with error: exit status 3")
