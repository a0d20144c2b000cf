"""The CDK CLI, pointed at an engine."""

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from localdev.aws import Clients
from localdev.child_environment import child_environment, tool_home
from localdev.engines import Engine
from localdev.errors import LocaldevError
from localdev.project import APP_PYTHON, NODE_MODULES, ROOT, STACK_NAME, STATE
from localdev.stack import failed_resources

_ERROR_LINES = 15
_NOISE = re.compile(r"\x1b\[[0-9;]*m|^\s*$")


def cdk_environment(engine: Engine) -> dict[str, str]:
    """What makes ``cdklocal`` talk to this engine and to nothing else."""
    return child_environment(
        tool_home(),
        {
            "AWS_ENDPOINT_URL": engine.endpoint_url,
            "AWS_ENDPOINT_URL_S3": engine.endpoint_url,
            # the app runs in our environment, whether or not the person has activated it
            "CDK_PYTHON": str(APP_PYTHON),
            "CDK_DISABLE_VERSION_CHECK": "1",
        },
    )


def run_cdk(engine: Engine, arguments: Sequence[str]) -> int:
    """Any CDK command, its output on the terminal; the exit status."""
    return subprocess.run(_command(arguments), cwd=ROOT, env=cdk_environment(engine), check=False).returncode


def deploy(engine: Engine, *arguments: str, output: Path | None = None) -> None:
    """Deploy the stack, quietly.

    :raises LocaldevError: with the failing resource and its reason.
    """
    options = ["--require-approval", "never", "--no-notices", "--progress", "events"]
    folder = output or STATE / f"cdk.out-{engine.name}"
    _run_quietly(engine, ["deploy", *(arguments or [STACK_NAME]), "--output", str(folder), *options])


def destroy(engine: Engine, *arguments: str, output: Path | None = None) -> None:
    """Remove the stack and everything in it.

    :raises LocaldevError: with what the CDK said.
    """
    folder = output or STATE / f"cdk.out-{engine.name}"
    _run_quietly(engine, ["destroy", *(arguments or [STACK_NAME]), "--force", "--output", str(folder)])


def _command(arguments: Sequence[str]) -> list[str]:
    return [str(NODE_MODULES / ".bin" / "cdklocal"), *arguments]


def _run_quietly(engine: Engine, arguments: Sequence[str]) -> None:
    result = subprocess.run(
        _command(arguments),
        cwd=ROOT,
        env=cdk_environment(engine),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if result.returncode:
        raise _failure(engine, arguments[0], result.stdout)


def _failure(engine: Engine, command: str, output: str) -> LocaldevError:
    reasons = failed_resources(Clients(engine.endpoint_url))
    if reasons:
        what = "\n".join(f"  {reason}" for reason in reasons)
        return LocaldevError(
            f"The CDK could not {command} {STACK_NAME}. What failed:\n{what}",
            "the emulator's side of it is in ./scripts/logs.",
        )
    lines = [_NOISE.sub("", line) for line in output.splitlines()]
    last = "\n".join(f"  {line}" for line in [line for line in lines if line][-_ERROR_LINES:])
    return LocaldevError(f"The CDK could not {command} {STACK_NAME}. It said:\n{last}")
