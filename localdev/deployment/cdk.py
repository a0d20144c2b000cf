"""The CDK CLI, pointed at an engine: ``cdklocal`` for an emulator, ``cdk`` for an account."""

import json
import re
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from localdev.deployment.stack import failed_resources
from localdev.engines import Engine
from localdev.system.child_environment import child_environment, tool_home
from localdev.system.errors import LocaldevError
from localdev.system.processes import end_with_descendants
from localdev.system.project import APP_PYTHON, JSII_CACHE, NODE_MODULES, ROOT, STACK_NAME, STATE
from localdev.system.scratch import scratch

_FOR_EVERY_COMMAND = {
    # the app runs in our environment, whether or not the person has activated it
    "CDK_PYTHON": str(APP_PYTHON),
    "CDK_DISABLE_VERSION_CHECK": "1",
    # named, or jsii refuses it below a folder that a group can write to: a checkout with umask 002
    "JSII_RUNTIME_PACKAGE_CACHE_ROOT": str(JSII_CACHE),
    # which Node versions jsii and the SDK will support next year is not this command's news
    "JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION": "22",
    "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
    "NODE_NO_WARNINGS": "1",
}
# half of a synthesis is the CDK's own linter, which says nothing new on the tenth deployment: tests/infra and a
# deployment to AWS run it
_WITHOUT_LINTER = {"CDK_VALIDATION": "false"}
_TIMING = Path(__file__).with_name("cdk_timing.cjs")
"""What an emulator, which is there at once, changes in when the CLI does things: see the file."""
_GATE = "LOCALDEV_CDK_BEGINS_WITH"
_ERROR_LINES = 15
_NOISE = re.compile(r"\x1b\[[0-9;]*m|^\s*$")


def cdk_environment(engine: Engine) -> dict[str, str]:
    """What makes the CDK CLI talk to this engine and to nothing else."""
    local = {} if engine.cdk_program == "cdk" else {**_WITHOUT_LINTER, "NODE_OPTIONS": f'--require "{_TIMING}"'}
    return {**engine.tool_environment(), **_FOR_EVERY_COMMAND, **local}


def run_cdk(engine: Engine, arguments: Sequence[str]) -> int:
    """Any CDK command, its output on the terminal; the exit status."""
    command = _command(engine.cdk_program, [*arguments, *_naming(engine.stack_name)])
    with _temporary("cdk") as temporary:
        return subprocess.run(command, cwd=ROOT, env=cdk_environment(engine) | temporary, check=False).returncode


def synthesize(*arguments: str, output: Path, stack_name: str = STACK_NAME, linter: bool = False) -> Path:
    """Synthesise the app into a cloud assembly; it is the same for every engine, so none has to be up.

    ``linter`` adds the CDK's own checks of the template.

    :raises LocaldevError: with what the CDK said.
    """
    environment = child_environment(tool_home(), _FOR_EVERY_COMMAND | ({} if linter else _WITHOUT_LINTER))
    command = ["synth", *arguments, *_naming(stack_name), "--quiet", "--output", str(output)]
    with _temporary("synthesis") as temporary:
        _run_quietly("cdklocal", command, environment | temporary)
    return output


def bootstrap(engine: Engine) -> None:
    """Make an emulator's environment one that the CDK can deploy to.

    :raises LocaldevError: with what the CDK said.
    """
    _run_quietly(engine.cdk_program, ["bootstrap"], cdk_environment(engine))


def deploy(engine: Engine, assembly: Path, stack: str = STACK_NAME) -> dict[str, str]:
    """Deploy a stack of a synthesised app, quietly, and give its outputs; ``stack`` is its id in the app.

    :raises LocaldevError: with the failing resource and its reason.
    """
    with prepared_deployment(engine, assembly, stack) as deployment:
        return deployment.run()


class Deployment:
    """The CLI, started to deploy and waiting for :meth:`run`; it loads meanwhile."""

    def __init__(self, engine: Engine, assembly: Path, stack: str, folder: Path) -> None:
        self._engine = engine
        self._stack = stack
        self._assembly = assembly
        self._gate = folder / "begin"
        self._outputs = folder / "outputs.json"
        options = ["--app", str(assembly), "--require-approval", "never", "--method", "direct"]
        options += ["--outputs-file", str(self._outputs)]
        environment = cdk_environment(engine) | {_GATE: str(self._gate)}
        self._process = _start(engine.cdk_program, ["deploy", stack, *options], environment)

    def run(self) -> dict[str, str]:
        """Deploy, the engine is ready, and give the stack's outputs.

        :raises LocaldevError: with the failing resource and its reason.
        """
        self._gate.touch()
        try:
            _finish(self._process, "deploy")
        except LocaldevError as error:
            raise _with_reasons(error, self._engine, _name_of(self._stack, self._assembly)) from error
        outputs: dict[str, dict[str, str]] = json.loads(self._outputs.read_text())
        return outputs.get(_name_of(self._stack, self._assembly), {})

    def cancel(self) -> None:
        """End the CLI, unless it has ended."""
        _end(self._process)


@contextmanager
def prepared_deployment(engine: Engine, assembly: Path, stack: str = STACK_NAME) -> Iterator[Deployment]:
    """Start the CLI before the engine is ready, so that the second it takes to load is not waited for."""
    with scratch(STATE, "deployment") as folder:
        deployment = Deployment(engine, assembly, stack, folder)
        try:
            yield deployment
        finally:
            deployment.cancel()


def destroy(engine: Engine, assembly: Path, stack: str = STACK_NAME) -> None:
    """Remove a stack and everything in it.

    :raises LocaldevError: with what the CDK said.
    """
    command = ["destroy", stack, "--app", str(assembly), "--force"]
    _run_quietly(engine.cdk_program, command, cdk_environment(engine))


@contextmanager
def _temporary(what: str) -> Iterator[dict[str, str]]:
    """Where a command's temporary files go, as variables: an app that is ended leaves jsii's folder there."""
    with scratch(STATE, what) as folder:
        yield {"TMPDIR": str(folder)}


def _naming(stack_name: str) -> list[str]:
    """What names the stack otherwise than the app does; see ``app.py``."""
    return [] if stack_name == STACK_NAME else ["--context", f"stackName={stack_name}"]


def _name_of(stack: str, assembly: Path) -> str:
    """What CloudFormation calls a stack, given its id in the app."""
    artifact = json.loads((assembly / "manifest.json").read_text())["artifacts"][stack]
    return str(artifact["properties"].get("stackName", stack))


def _command(program: str, arguments: Sequence[str]) -> list[str]:
    return [str(NODE_MODULES / ".bin" / program), *arguments]


def _run_quietly(program: str, arguments: Sequence[str], environment: dict[str, str]) -> None:
    process = _start(program, arguments, environment)
    try:
        _finish(process, arguments[0])
    finally:
        _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        # the app is a grandchild of the CLI's, and would go on
        end_with_descendants(process.pid)
    process.wait()
    if process.stdout:
        process.stdout.close()


def _start(program: str, arguments: Sequence[str], environment: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        _command(program, arguments),
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )


def _finish(process: subprocess.Popen[str], what: str) -> None:
    output, _ = process.communicate()
    if process.returncode:
        lines = [_NOISE.sub("", line) for line in output.splitlines()]
        last = "\n".join(f"  {line}" for line in [line for line in lines if line][-_ERROR_LINES:])
        raise LocaldevError(f"cdk {what} failed. It said:\n{last}")


def _with_reasons(error: LocaldevError, engine: Engine, stack: str) -> LocaldevError:
    """The resources that failed and why, where the engine knows; what the CDK said otherwise."""
    reasons = failed_resources(engine.clients(), stack)
    if not reasons:
        return error
    what = "\n".join(f"  {reason}" for reason in reasons)
    return LocaldevError(
        f"The stack {stack} could not be deployed. What failed:\n{what}",
        "the whole story is in ./scripts/cdk deploy.",
    )
