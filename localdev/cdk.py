"""The CDK CLI, pointed at an engine."""

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from localdev.aws import Clients
from localdev.child_environment import child_environment, tool_home
from localdev.engines import Engine
from localdev.errors import LocaldevError
from localdev.project import APP_PYTHON, NODE_MODULES, ROOT, STACK_NAME
from localdev.stack import failed_resources

_FOR_EVERY_COMMAND = {
    # the app runs in our environment, whether or not the person has activated it
    "CDK_PYTHON": str(APP_PYTHON),
    "CDK_DISABLE_VERSION_CHECK": "1",
    # half of a synthesis is the CDK's own linter, which says nothing new on the tenth deployment: tests/infra and a
    # deployment to AWS run it
    "CDK_VALIDATION": "false",
    # which Node versions jsii and the SDK will support next year is not this command's news
    "JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION": "22",
    "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
    "NODE_NO_WARNINGS": "1",
}
_ERROR_LINES = 15
_NOISE = re.compile(r"\x1b\[[0-9;]*m|^\s*$")


def cdk_environment(engine: Engine) -> dict[str, str]:
    """What makes ``cdklocal`` talk to this engine and to nothing else."""
    return child_environment(
        tool_home(),
        {
            "AWS_ENDPOINT_URL": engine.endpoint_url,
            "AWS_ENDPOINT_URL_S3": engine.endpoint_url,
            **_FOR_EVERY_COMMAND,
        },
    )


def run_cdk(engine: Engine, arguments: Sequence[str]) -> int:
    """Any CDK command, its output on the terminal; the exit status."""
    return subprocess.run(_command(arguments), cwd=ROOT, env=cdk_environment(engine), check=False).returncode


def synthesize(*arguments: str, output: Path) -> Path:
    """Synthesise the app into a cloud assembly; it is the same for every engine, so none has to be up.

    :raises LocaldevError: with what the CDK said.
    """
    environment = child_environment(tool_home(), _FOR_EVERY_COMMAND)
    _run_quietly(["synth", *arguments, "--quiet", "--output", str(output)], environment)
    return output


def deploy(engine: Engine, assembly: Path, stack: str = STACK_NAME) -> None:
    """Deploy a stack of a synthesised app, quietly.

    :raises LocaldevError: with the failing resource and its reason.
    """
    options = ["--app", str(assembly), "--require-approval", "never", "--method", "direct"]
    try:
        _run_quietly(["deploy", stack, *options], cdk_environment(engine))
    except LocaldevError as error:
        raise _with_reasons(error, engine, stack) from error


def destroy(engine: Engine, assembly: Path, stack: str = STACK_NAME) -> None:
    """Remove a stack and everything in it.

    :raises LocaldevError: with what the CDK said.
    """
    _run_quietly(["destroy", stack, "--app", str(assembly), "--force"], cdk_environment(engine))


def _command(arguments: Sequence[str]) -> list[str]:
    return [str(NODE_MODULES / ".bin" / "cdklocal"), *arguments]


def _run_quietly(arguments: Sequence[str], environment: dict[str, str]) -> None:
    result = subprocess.run(
        _command(arguments),
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if result.returncode:
        lines = [_NOISE.sub("", line) for line in result.stdout.splitlines()]
        last = "\n".join(f"  {line}" for line in [line for line in lines if line][-_ERROR_LINES:])
        raise LocaldevError(f"cdk {arguments[0]} failed. It said:\n{last}")


def _with_reasons(error: LocaldevError, engine: Engine, stack: str) -> LocaldevError:
    """The resources that failed and why, where the engine knows; what the CDK said otherwise."""
    reasons = failed_resources(Clients(engine.endpoint_url), stack)
    if not reasons:
        return error
    what = "\n".join(f"  {reason}" for reason in reasons)
    return LocaldevError(
        f"The stack {stack} could not be deployed. What failed:\n{what}",
        "the whole story is in ./scripts/cdk deploy.",
    )
