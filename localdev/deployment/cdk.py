"""The CDK CLI, pointed at an engine: ``cdklocal`` for an emulator, ``cdk`` for an account."""

import json
import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from localdev.deployment.app import context_options, current
from localdev.deployment.manifest import stacks_of
from localdev.deployment.stack import failed_resources
from localdev.engines import Engine
from localdev.system import settings
from localdev.system.child_environment import child_environment, tool_home
from localdev.system.errors import LocaldevError
from localdev.system.processes import end_with_descendants
from localdev.system.project import APP_PYTHON, JSII_CACHE, NODE_MODULES, ROOT, STATE
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
    """Return the variables that make the CDK CLI talk to this engine and to nothing else."""
    local = {} if engine.kind.is_account else {**_WITHOUT_LINTER, "NODE_OPTIONS": f'--require "{_TIMING}"'}
    return {**engine.tool_environment(), **_FOR_EVERY_COMMAND, **local}


def _package_index() -> dict[str, str]:
    """Return the person's settings of pip: an app may install packages for its functions."""
    return {name: value for name, value in os.environ.items() if name.startswith("PIP_")}


def program(engine: Engine) -> str:
    """Return the CDK CLI for an engine: ``cdk`` for an account, ``cdklocal`` for an emulator."""
    return "cdk" if engine.kind.is_account else "cdklocal"


def run_cdk(engine: Engine, arguments: Sequence[str], context: Sequence[str] = ()) -> int:
    """Run any CDK command, its output on the terminal, and return its exit status."""
    app = ["--app", settings.current().app or ""] if settings.current().app else []
    options = [*app, *context_options(context), *_naming(engine.stack_name)]
    command = _command(program(engine), [*arguments, *options])
    with _temporary("cdk") as temporary:
        return subprocess.run(command, cwd=ROOT, env=cdk_environment(engine) | temporary, check=False).returncode


def synthesize(
    *arguments: str,
    output: Path,
    stack_name: str | None = None,
    context: Sequence[str] = (),
    linter: bool = False,
    app: str | None = None,
) -> Path:
    """Synthesise an app into a cloud assembly, and return its folder; no engine has to be up.

    ``app`` is the command of another app than this checkout's, ``linter`` adds the CDK's own checks of the template.

    :raises LocaldevError: with what the CDK said.
    """
    environment = child_environment(
        tool_home(), _FOR_EVERY_COMMAND | _package_index() | ({} if linter else _WITHOUT_LINTER)
    )
    named = ["--app", app or current().command]
    options = [*named, *context_options(context), *_naming(stack_name), "--quiet", "--output", str(output)]
    with _temporary("synthesis") as temporary:
        _run_quietly("cdklocal", ["synth", *arguments, *options], environment | temporary)
    return output


def bootstrap(engine: Engine) -> None:
    """Make an emulator's environment one that the CDK can deploy to.

    :raises LocaldevError: with what the CDK said.
    """
    _run_quietly(program(engine), ["bootstrap"], cdk_environment(engine))


type Outputs = dict[str, dict[str, str]]
"""Outputs of stacks: by the stack's name in CloudFormation, and by the output's name."""


def deploy(engine: Engine, assembly: Path, *stacks: str) -> Outputs:
    """Deploy stacks of a synthesised app, quietly, and return their outputs; all stacks where none is named by its id.

    :raises LocaldevError: with the failing resource and its reason.
    """
    with prepared_deployment(engine, assembly, *stacks) as deployment:
        return deployment.run()


class Deployment:
    """The CLI, started to deploy and waiting for :meth:`run`; it loads meanwhile."""

    def __init__(self, engine: Engine, assembly: Path, stacks: Sequence[str], folder: Path) -> None:
        self._engine = engine
        self._stacks = stacks
        self._assembly = assembly
        self._gate = folder / "begin"
        self._outputs = folder / "outputs.json"
        options = ["--app", str(assembly), "--require-approval", "never", "--method", "direct"]
        options += ["--outputs-file", str(self._outputs)]
        environment = cdk_environment(engine) | {_GATE: str(self._gate)}
        self._process = _start(program(engine), ["deploy", *_selected(stacks), *options], environment)

    def run(self) -> Outputs:
        """Deploy, now that the engine is ready, and return the stacks' outputs.

        :raises LocaldevError: with the failing resource and its reason.
        """
        self._gate.touch()
        try:
            _finish(self._process, "deploy")
        except LocaldevError as error:
            raise _with_reasons(error, self._engine, _names_of(self._assembly, self._stacks)) from error
        outputs: Outputs = json.loads(self._outputs.read_text()) if self._outputs.exists() else {}
        return outputs

    def cancel(self) -> None:
        """End the CLI, unless it has ended."""
        _end(self._process)


@contextmanager
def prepared_deployment(engine: Engine, assembly: Path, *stacks: str) -> Iterator[Deployment]:
    """Start the CLI before the engine is ready, so that the second it takes to load is not waited for."""
    with scratch(STATE, "deployment") as folder:
        deployment = Deployment(engine, assembly, stacks, folder)
        try:
            yield deployment
        finally:
            deployment.cancel()


def destroy(engine: Engine, assembly: Path, *stacks: str) -> None:
    """Remove stacks and everything in them; all stacks of the app where none is named by its id.

    :raises LocaldevError: with what the CDK said.
    """
    command = ["destroy", *_selected(stacks), "--app", str(assembly), "--force"]
    _run_quietly(program(engine), command, cdk_environment(engine))


@contextmanager
def _temporary(what: str) -> Iterator[dict[str, str]]:
    """Give a command a folder for temporary files, as variables: an app that is ended leaves jsii's folder there."""
    with scratch(STATE, what) as folder:
        yield {"TMPDIR": str(folder)}


def _naming(stack_name: str | None) -> list[str]:
    """Return the options that give the app's stack another name.

    :raises LocaldevError: the app takes no other name.
    """
    if stack_name is None:
        return []
    key = settings.current().stack_name_context
    if key is None:
        raise LocaldevError(
            f"The app's stacks have fixed names, found the name {stack_name!r}.",
            "let the app read the name from its context, and name the key as stack-name-context (docs/settings.md).",
        )
    return ["--context", f"{key}={stack_name}"]


def _selected(stacks: Sequence[str]) -> list[str]:
    return list(stacks) or ["--all"]


def _names_of(assembly: Path, stacks: Sequence[str]) -> list[str]:
    """Return what CloudFormation calls stacks, given their ids in the app."""
    return [stack.name for stack in stacks_of(assembly, stacks)]


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


def _with_reasons(error: LocaldevError, engine: Engine, stacks: Sequence[str]) -> LocaldevError:
    """Return the error with the resources that failed and why, where the engine knows; else the CDK's own."""
    clients = engine.clients()
    failed = {stack: reasons for stack in stacks if (reasons := failed_resources(clients, stack))}
    if not failed:
        return error
    what = "\n".join(f"  {reason}" for reasons in failed.values() for reason in reasons)
    return LocaldevError(
        f"The stack {', '.join(failed)} could not be deployed. What failed:\n{what}",
        "the whole story is in ./scripts/cdk deploy.",
    )
