"""The CDK CLI, pointed at an engine: ``cdklocal`` for an emulator, ``cdk`` for an account."""

import contextlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from localdev.deployment import cdk_library
from localdev.deployment.app import context_options, current
from localdev.deployment.app_environment import app_environment, app_path, passed_on
from localdev.deployment.clients_at import clients_at
from localdev.deployment.failures import lines_of_error
from localdev.deployment.manifest import Stack, stacks_of
from localdev.deployment.missing import hint_at_synthesis
from localdev.deployment.stack import failed_resources
from localdev.engines import Engine
from localdev.engines.naming import typed_for
from localdev.setup.errors import AGAIN, SetupError
from localdev.setup.node import check_version, find_node
from localdev.system import settings
from localdev.system.child_environment import DUMMY_CREDENTIALS, endpoint_variables
from localdev.system.errors import LocaldevError
from localdev.system.installation import ensure_installed
from localdev.system.processes import end_with_descendants
from localdev.system.project import (
    APP_PYTHON,
    DEFAULT_ACCOUNT,
    DEFAULT_PORT,
    JSII_CACHE,
    NODE_MODULES,
    REGION,
    ROOT,
    STATE,
    typed,
)
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
# an app says so in its cdk.json, or does not: what is deployed here is nobody else's business, and no call leaves the
# machine. With an account, whether the CLI reports its use and reads notices is as the person has set it
_UNHEARD = {"CDK_DISABLE_CLI_TELEMETRY": "true", "CDK_NOTICES": "false"}
_TIMING = Path(__file__).with_name("cdk_timing.cjs")
"""What an emulator, which is there at once, changes in when the CLI does things: see the file."""
_APP_CDK = Path(__file__).with_name("app_cdk.cjs")
"""Lets cdklocal run the app's own CDK CLI: see the file."""
_APP_WITH_CDK = "LOCALDEV_APP_WITH_CDK"
_GATE = "LOCALDEV_CDK_BEGINS_WITH"
_IMPORTED = re.compile(r"Cannot (update|delete) export .* in use")
"""What CloudFormation says of a value that it would have to change in two stacks at once."""
_LEADS_ELSEWHERE = re.compile(r"LOCALSTACK_|EDGE_PORT$|USE_SSL$|.*_proxy$", re.IGNORECASE)


def cdk_environment(engine: Engine) -> dict[str, str]:
    """Return the variables that make the CDK CLI talk to this engine and to nothing else."""
    local = {} if engine.kind.is_account else {**_WITHOUT_LINTER, **_UNHEARD, **_own_cdk(_TIMING)}
    return {**engine.tool_environment(), **_FOR_EVERY_COMMAND, **local}


def _own_cdk(*scripts: Path) -> dict[str, str]:
    """Return the variables that make cdklocal load scripts, and run the app's own CDK CLI where it has one."""
    folder = app_with_cdk(ROOT)
    named = {_APP_WITH_CDK: str(folder)} if folder else {}
    loaded = [*scripts, *([_APP_CDK] if folder else [])]
    return {**named, "NODE_OPTIONS": " ".join(f'--require "{script}"' for script in loaded)} if loaded else named


def app_with_cdk(app: Path) -> Path | None:
    """Return the folder, the app's or one above, in whose ``node_modules`` the app has a CDK CLI of its own."""
    for folder in (app, *app.parents):
        packages = folder / "node_modules"
        if (packages / "aws-cdk" / "package.json").is_file():
            return None if packages == NODE_MODULES else folder
    return None


def program(engine: Engine) -> str:
    """Return the CDK CLI for an engine: ``cdk`` for an account, ``cdklocal`` for an emulator."""
    return "cdk" if engine.kind.is_account else "cdklocal"


def run_cdk(engine: Engine, arguments: Sequence[str], context: Sequence[str] = ()) -> int:
    """Run any CDK command, its output on the terminal, and return its exit status."""
    own = settings.current().app
    app = ["--app", _unstripped(own)] if own else []
    options = [*app, *context_options(context), *_naming(engine.stack_name)]
    environment = cdk_and_app_environment(engine)
    command = _command(program(engine), [*arguments, *options], environment.get("PATH", os.defpath))
    with _temporary("cdk") as temporary:
        return subprocess.run(command, cwd=ROOT, env=environment | temporary, check=False).returncode


def cdk_and_app_environment(engine: Engine) -> dict[str, str]:
    """Return the variables of a CDK CLI that runs the app itself, which reads and finds what it does in a deployment.

    What could lead cdklocal to another address is not among them.
    """
    ours = cdk_environment(engine) | {"PATH": app_path()}
    if engine.kind.is_account:
        return ours
    return {name: value for name, value in passed_on().items() if not _LEADS_ELSEWHERE.match(name)} | ours


def synthesize(
    *arguments: str,
    output: Path,
    engine: Engine | None = None,
    context: Sequence[str] = (),
    app: str | None = None,
) -> Path:
    """Synthesise an app into a cloud assembly, and return its folder; no engine has to be up.

    The app is told the account and region of the engine, an emulator's where none is named; what it looks up there is
    looked up in it. For an account the CDK's own checks of the template run as well. ``app`` is the command of another
    app than this checkout's.

    :raises LocaldevError: with what the CDK said.
    """
    command = app or current().command
    named = ["--app", _unstripped(command), *context_options(context), *_naming(engine.stack_name if engine else None)]
    options = [*named, "--quiet", "--output", str(output)]
    unpack_library(app_path())
    with scratch(STATE, "synthesis") as temporary:
        environment = _synthesis_environment(engine, temporary) | {"TMPDIR": str(temporary)}
        name = program(engine) if engine else "cdklocal"
        process = _start(name, ["synth", *arguments, *options], environment)
        try:
            _finish_synthesis(process, command, environment["PATH"])
        finally:
            _end(process)
    return output


def _synthesis_environment(engine: Engine | None, temporary: Path) -> dict[str, str]:
    if engine and engine.kind.is_account:
        return cdk_and_app_environment(engine)
    # cdklocal's own address would be a name, which leaves the machine to be looked up
    url = (engine and engine.endpoint_url) or f"http://127.0.0.1:{DEFAULT_PORT}"
    place = endpoint_variables(url) | {"CDK_HOME": str(temporary / "cdk")}
    _tell_account(temporary / "cdk")
    return app_environment() | _FOR_EVERY_COMMAND | _UNHEARD | _WITHOUT_LINTER | _own_cdk() | place


def _tell_account(cdk_home: Path) -> None:
    """Write where the CLI keeps whose a caller's key is; it would else ask, and know it from the second time on."""
    cache = cdk_home / "cache"
    cache.mkdir(parents=True)
    key = DUMMY_CREDENTIALS["AWS_ACCESS_KEY_ID"]
    known = {key: {"accountId": DEFAULT_ACCOUNT, "partition": "aws"}}
    (cache / "accounts_partitions.json").write_text(json.dumps(known), encoding="utf-8")


def unpack_library(path: str) -> None:
    """Unpack the CDK's library of the Python that is first on a ``PATH``, before jsii does so, which takes longer."""
    if python := shutil.which("python", path=path):
        with contextlib.suppress(SetupError):
            cdk_library.unpack(Path(python).parent.parent, JSII_CACHE)


def bootstrap(engine: Engine, account: str | None = None, region: str | None = None) -> None:
    """Make an emulator's environment, its default one or another, one that the CDK can deploy to.

    :raises LocaldevError: with what the CDK said.
    """
    if account is None or region is None:
        account, region = engine.clients().client("sts").get_caller_identity()["Account"], REGION
    place = _kept({"AWS_ACCESS_KEY_ID": account, "AWS_REGION": region, "AWS_DEFAULT_REGION": region})
    with scratch(STATE, "bootstrap") as folder:
        # elsewhere than in the app's folder, where the CLI would first run the app
        arguments = ["bootstrap", f"aws://{account}/{region}"]
        _run_quietly(program(engine), arguments, cdk_environment(engine) | place, folder)


def _kept(variables: dict[str, str]) -> dict[str, str]:
    """Return variables that cdklocal is to leave as they are, and does not replace by its own."""
    return variables | {"AWS_ENVAR_ALLOWLIST": ",".join(variables)}


def _credentials(engine: Engine, stacks: Sequence[Stack]) -> dict[str, str]:
    """Return the variables that make an emulator's caller one of the account that the stacks are in, if it is one.

    A stack whose synthesizer names no roles is deployed as the caller. The key's own name is the account that
    LocalStack works in.
    """
    accounts = {stack.place[0] for stack in stacks}
    if engine.kind.is_account or len(accounts) != 1 or DEFAULT_ACCOUNT in accounts:
        return {}
    return _kept({"AWS_ACCESS_KEY_ID": accounts.pop()})


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
        credentials = _credentials(engine, stacks_of(assembly, stacks))
        environment = cdk_environment(engine) | credentials | {_GATE: str(self._gate)}
        self._process = _start(program(engine), ["deploy", *_selected(stacks), *options], environment)

    def run(self) -> Outputs:
        """Deploy, now that the engine is ready, and return the outputs of each stack, also where it has none.

        :raises LocaldevError: with the failing resource and its reason.
        """
        self._gate.touch()
        try:
            _finish(self._process, "deploy")
        except LocaldevError as error:
            raise _with_reasons(error, self._engine, stacks_of(self._assembly, self._stacks)) from error
        outputs: Outputs = json.loads(self._outputs.read_text(encoding="utf-8")) if self._outputs.exists() else {}
        return {name: {} for name in _names_of(self._assembly, self._stacks)} | outputs

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
    environment = cdk_environment(engine) | _credentials(engine, stacks_of(assembly, stacks))
    _run_quietly(program(engine), command, environment)


def _unstripped(command: str) -> str:
    """Return a shell command as an option's value that the CDK CLI leaves alone: it takes away quotes at both ends."""
    return f"exec {command}" if command[:1] in ("'", '"') else command


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
    # with --all the CDK leaves out the stacks of stages
    return list(stacks) or ["**"]


def _names_of(assembly: Path, stacks: Sequence[str]) -> list[str]:
    """Return what CloudFormation calls stacks, given their ids in the app."""
    return [stack.name for stack in stacks_of(assembly, stacks)]


def _command(program: str, arguments: Sequence[str], path: str) -> list[str]:
    """Return a command of the CDK's, to be run with a ``PATH``.

    :raises LocaldevError: it cannot be run: the app's packages or Node.js have been removed.
    """
    ensure_installed()
    folder = app_with_cdk(ROOT) if program == "cdk" else None
    file = (folder / "node_modules" if folder else NODE_MODULES) / ".bin" / program
    if not file.exists():
        again = "install the app's packages (npm install)" if folder else f"remove {NODE_MODULES}, and {AGAIN}"
        raise LocaldevError(f"The AWS CDK's command {file} has been removed.", f"{again}.")
    with _as_ours():
        find_node(path)
    return [str(file), *arguments]


@contextmanager
def _as_ours() -> Iterator[None]:
    """Let what the set-up says of Node.js be an error of this command."""
    try:
        yield
    except SetupError as error:
        message, _, hint = str(error).partition("\nHint: ")
        raise LocaldevError(message, hint) from error


def _run_quietly(program: str, arguments: Sequence[str], environment: dict[str, str], folder: Path = ROOT) -> None:
    process = _start(program, arguments, environment, folder)
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


def _start(
    program: str, arguments: Sequence[str], environment: dict[str, str], folder: Path = ROOT
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        _command(program, arguments, environment.get("PATH", os.defpath)),
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )


def _finish_synthesis(process: subprocess.Popen[str], command: str, path: str) -> None:
    """Wait for the end of a synthesis. :raises LocaldevError: it failed; what the app said comes first."""
    said, _ = process.communicate()
    if process.returncode:
        with _as_ours():
            check_version(path)
        raise LocaldevError(
            f"{lines_of_error(said)}\nThe app could not be synthesised: {command}", hint_at_synthesis(said, ROOT)
        )


def _finish(process: subprocess.Popen[str], what: str) -> None:
    output, _ = process.communicate()
    if process.returncode:
        with _as_ours():
            check_version(os.environ.get("PATH", os.defpath))
        raise LocaldevError(f"cdk {what} failed. It said:\n{lines_of_error(output)}")


def _with_reasons(error: LocaldevError, engine: Engine, stacks: Sequence[Stack]) -> LocaldevError:
    """Return the error with the resources that failed and why, where the engine knows; else the CDK's own."""
    failed = {
        stack.name: reasons
        for stack in stacks
        if (reasons := failed_resources(clients_at(engine, *stack.place), stack.name))
    }
    if not failed:
        return error
    what = "\n".join(f"  {reason}" for reasons in failed.values() for reason in reasons)
    hint = _hint_at_import(engine) if _IMPORTED.search(what) else f"the whole story is in {typed('cdk deploy')}."
    return LocaldevError(f"The stack {', '.join(failed)} could not be deployed. What failed:\n{what}", hint)


def _hint_at_import(engine: Engine) -> str:
    """Return how to change a value that another stack imports, such as a layer's version: CloudFormation refuses it."""
    lasting = "let the other stack read it from an SSM parameter, or put what changes into the stack that uses it"
    if not engine.kind.ends_with_us:
        return f"{lasting}."
    return f"AWS refuses this as well: {lasting}. Here, {typed_for(engine, 'down')} and {typed_for(engine, 'up')} do."
