"""``doctor``: say what is there, what is missing, what to do."""

import argparse
import json
import os
import platform
import shlex
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

from localdev.commands.base import Command, port_argument
from localdev.commands.terminal import DONE, FAILED, out
from localdev.commands.what_is_here import app_here, deployed_here
from localdev.deployment.cdk import app_with_cdk
from localdev.engines import registry
from localdev.engines.base import Engine
from localdev.engines.elsewhere import find_abandoned
from localdev.engines.embedded import EmbeddedEngine, known_engines
from localdev.engines.emulator_settings import left_out, passed_on
from localdev.engines.naming import typed_for
from localdev.setup.environments import SDK_INSTALLER, SDK_VARIABLE
from localdev.setup.errors import SetupError
from localdev.setup.node import LEAST_NODE, check_node
from localdev.system import project
from localdev.system.errors import LocaldevError
from localdev.system.folders import foreign, owner_of, user
from localdev.system.processes import port_error, port_holder

_MAKE_IT = "run 'localdev up'" if project.IS_INSTALLED else "run ./scripts/setup"
_SETUP = f"{shlex.quote(sys.executable)} -m localdev.setup.environments" if project.IS_INSTALLED else "./scripts/setup"
_GET_ALL = f"{_SETUP} --all"
_DOWNLOADED = ("OpenSearch", "Transcribe")
"""What LocalStack 4.14 gets from the network itself, and nothing of ours replaces."""
_LEAST_DISK = 3 * 10**9


@dataclass(frozen=True)
class Finding:
    """One line of the report."""

    what: str
    found: str
    hint: str | None = None
    """What to do; nothing where all is well."""


def _version_of(*command: str) -> str | None:
    if not shutil.which(command[0]):
        return None
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    return result.stdout.strip().splitlines()[0] if result.stdout.strip() else None


def _user() -> Finding:
    checkout = f"{user()}, in {project.ROOT}"
    if theirs := foreign(project.STATE):
        names = ", ".join(f"{path.name} ({owner_of(path)})" for path in theirs[:5])
        hint = f"'sudo chown -R {user()} .' in the checkout makes them yours"
        return Finding("user", f"{checkout}; files of another user in {project.STATE.name}: {names}", hint)
    return Finding("user", checkout)


def _python() -> Finding:
    found = f"{platform.python_version()} ({sys.base_prefix})"
    # a Python that is a shared library may be found by us, and not by what has another environment
    if sysconfig.get_config_var("Py_ENABLE_SHARED") and not _runs_alone(sys.executable):
        hint = f"'echo {sysconfig.get_config_var('LIBDIR')} | sudo tee /etc/ld.so.conf.d/python.conf; sudo ldconfig'"
        return Finding("Python", f"{found}; its shared library cannot be found", hint)
    return Finding("Python", found)


def _runs_alone(python: str) -> bool:
    return subprocess.run([python, "-I", "-c", ""], env={}, capture_output=True, check=False).returncode == 0


def _isolation() -> Finding:
    """Return how functions are kept from each other and from this machine."""
    if os.environ.get("LAMBDA_PROCESS_NAMESPACES") == "0":
        return Finding("namespaces", "switched off by LAMBDA_PROCESS_NAMESPACES=0; functions see this machine's files")
    if why := _why_no_namespaces():
        return Finding("namespaces", f"none, {why}; functions see this machine's files")
    return Finding("namespaces", "functions have a file system of their own")


def _why_no_namespaces() -> str | None:
    if sys.platform != "linux":
        return "which only Linux has"
    if os.geteuid() == 0:
        return None
    result = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "true"], capture_output=True, check=False
    )
    if result.returncode == 0:
        return None
    restricted = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
    if restricted.exists() and restricted.read_text(encoding="utf-8").strip() == "1":
        return "since AppArmor restricts them (sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0)"
    return "since this kernel or container allows none"


def _landlock() -> Finding:
    modules = Path("/sys/kernel/security/lsm")
    if not modules.exists():
        return Finding("Landlock", "not known here")
    return Finding(
        "Landlock", "there" if "landlock" in modules.read_text(encoding="utf-8").split(",") else "not in this kernel"
    )


def _proxies() -> Finding:
    names = sorted(name for name in os.environ if name.lower() in {"http_proxy", "https_proxy", "all_proxy"})
    if not names:
        return Finding("proxy", "none")
    return Finding("proxy", f"{', '.join(names)}: for the set-up; nothing on this machine is reached through it")


def _settings() -> Finding:
    """Name the person's variables that are LocalStack's settings."""
    given = sorted(passed_on())
    taken = f"passed on: {', '.join(given)}" if given else "no variable is set for it"
    if not (names := left_out()):
        return Finding("settings", taken)
    return Finding("settings", f"{taken}; not passed on: {', '.join(names)} (docs/engines.md lists those that are)")


def _disk() -> Finding:
    free = shutil.disk_usage(project.ROOT).free
    found = f"{free / 10**9:.0f} GB free"
    return Finding("disk", found, "make room: 'df -h' shows where" if free < _LEAST_DISK else None)


def _leftovers() -> Finding:
    left = [engine.where for engine in known_engines() if not engine.is_up()]
    found = [f"of emulators that were killed: {', '.join(left)}"] if left else []
    found += [f"{each.where} runs, and its project {each.project} has been removed" for each in find_abandoned()]
    if not found:
        return Finding("leftovers", "none")
    return Finding("leftovers", "; ".join(found), f"remove them with '{project.typed('down --all')}'")


def _node() -> Finding:
    version = (_version_of("node", "--version") or "not found").removeprefix("v")
    try:
        warning = check_node()
    except SetupError:
        return Finding("Node.js", version, f"install Node {LEAST_NODE} or newer (nodejs.org)")
    return Finding("Node.js", f"{version}, past its end of life; 24 is current" if warning else version)


def _cdk() -> Finding:
    version = _version_of(str(project.NODE_MODULES / ".bin" / "cdk"), "--version")
    if not version:
        return Finding("AWS CDK", "not installed", _MAKE_IT)
    return Finding("AWS CDK", f"CLI {version.split()[0]}{_own_cdk()}{_cdk_library()}")


def _own_cdk() -> str:
    folder = app_with_cdk(project.ROOT)
    if not folder:
        return ""
    own = json.loads((folder / "node_modules" / "aws-cdk" / "package.json").read_text(encoding="utf-8")).get("version")
    return f", the app's own {own}"


def _cdk_library() -> str:
    """Return the version of the library for Python; an app in another language, or environment, has its own."""
    try:
        return f", library {metadata.version('aws-cdk-lib')}"
    except metadata.PackageNotFoundError:
        return ""


def _localstack() -> Finding:
    names = "'localstack-core', 'localstack-process-executor'"
    program = f"from importlib.metadata import version; print(*map(version, [{names}]))"
    version = _version_of(str(project.EMULATOR_PYTHON), "-c", program)
    if not version:
        return Finding("LocalStack", "not installed", _MAKE_IT)
    core, executor = version.split()
    return Finding("LocalStack", f"{core}, process executor {executor}")


def _docker() -> Finding:
    version = _version_of("docker", "version", "--format", "{{.Server.Version}}")
    return Finding("Docker", version or "no engine answers; --engine embedded needs none, --engine container does")


def _port(port: int = project.DEFAULT_PORT) -> Finding:
    if EmbeddedEngine(port).is_up():
        return Finding(f"port {port}", "held by this project's emulator")
    error = port_error(port)
    if error is None:
        return Finding(f"port {port}", "free")
    if isinstance(error, PermissionError):
        return Finding(f"port {port}", "not for ordinary users", "choose another port with --port, from 1024 on")
    hint = "end that program, or choose another port with --port"
    return Finding(f"port {port}", f"held by {port_holder(port)}", hint)


def _emulators() -> Finding:
    """Name the emulators that are up, and those among them that another version of the tool has started."""
    running = [engine for engine in registry.running() if engine.is_up()]
    old = {engine.where: release for engine in running if (release := _other_release(engine))}
    said = [f"{each.where} ({each.kind.name}{_started_by(old.get(each.where))})" for each in running]
    found = f"up at {', '.join(said)}" if said else "none up"
    again = [f"'{typed_for(each, 'down')}' and '{typed_for(each, 'up')}'" for each in running if each.where in old]
    return Finding("emulators", found, f"start it anew with {', and '.join(again)}" if again else None)


def _other_release(engine: Engine) -> str | None:
    return engine.other_release() if isinstance(engine, EmbeddedEngine) else None


def _started_by(release: str | None) -> str:
    return f", started by another version of the tool: {release}, and this is {project.RELEASE}" if release else ""


def _app() -> Finding:
    try:
        return Finding("app", app_here())
    except LocaldevError as error:
        return Finding("app", error.message, (error.hint or "").rstrip(".") or None)


def _deployed() -> Finding:
    return Finding("deployed", deployed_here())


def _offline() -> Finding:
    """Tell what of the emulator is there without a network, and what is downloaded when it is first used."""
    there = "Lambda, Step Functions, API Gateway, DynamoDB, Kinesis, EventBridge, SQS, SNS, S3"
    by_localstack = f"{' and '.join(_DOWNLOADED)}, by LocalStack when first used"
    missing = _missing_of_the_sdk()
    if missing == []:
        return Finding("offline", f"there: {there}, AWS SDK for JavaScript; downloaded: {by_localstack}")
    count = f", {len(missing)} packages" if missing else ""
    sdk = f"AWS SDK for JavaScript{count}, when a function needs it ({_GET_ALL} gets it now)"
    return Finding("offline", f"there: {there}; downloaded: {sdk}; {by_localstack}")


def _missing_of_the_sdk() -> list[str] | None:
    """Return the common packages that are not installed; ``None`` without an emulator that could say it."""
    try:
        said = subprocess.run(
            [project.EMULATOR_PYTHON, "-m", SDK_INSTALLER, "--list"],
            env={**os.environ, SDK_VARIABLE: str(project.NODE_SDK)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    return [str(name) for name in json.loads(said)["missing"]]


_NODE_RUNTIMES = (18, 20, 22, 24)
_FIND_NODE = """
import json
from localstack_process_executor.environments.node_runtime import installed
print(json.dumps(sorted(installed())))
"""


def _node_functions() -> Finding:
    """Tell on which Node.js each runtime's functions run."""
    found = _node_versions()
    if found is None:
        return Finding("runtimes", "not known before the set-up")
    if not found:
        return Finding("runtimes", "none: functions for Node.js can be described, and not be invoked")
    own = {major: max(fitting) for major in _NODE_RUNTIMES if (fitting := [each for each in found if each[0] == major])}
    lines = [f"nodejs{major}.x on {_written(version)}" for major, version in own.items()]
    if others := ", ".join(f"nodejs{major}.x" for major in _NODE_RUNTIMES if major not in own):
        lines.append(f"{others} on {_written(max(found))}, the newest here")
    return Finding("runtimes", "; ".join(lines))


def _written(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def _node_versions() -> list[tuple[int, ...]] | None:
    """Return the versions that functions can run on; ``None`` without an emulator that could say it."""
    said = _version_of(str(project.EMULATOR_PYTHON), "-c", _FIND_NODE)
    return [tuple(version) for version in json.loads(said)] if said else None


_CHECKS: list[Callable[[], Finding]] = [
    _user,
    _python,
    _node,
    _cdk,
    _localstack,
    _isolation,
    _landlock,
    _docker,
    _proxies,
    _settings,
    _disk,
    _port,
    _node_functions,
    _offline,
    _emulators,
    _app,
    _deployed,
    _leftovers,
]


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print a JSON line for each finding")
    help_ = f"the port an emulator is to have (default: {project.DEFAULT_PORT})"
    parser.add_argument("--port", type=port_argument, metavar="N", help=help_)


def _run(options: argparse.Namespace) -> int:
    findings = [_port(options.port) if options.port and check is _port else check() for check in _CHECKS]
    for finding in findings:
        if options.json:
            print(json.dumps({**asdict(finding), "ok": finding.hint is None}))
            continue
        mark = FAILED if finding.hint else DONE
        out.print(f"{mark} {finding.what:<10} {finding.found}", soft_wrap=True)
        if finding.hint:
            out.print(f"  Hint: {finding.hint}.", soft_wrap=True)
    return 1 if any(finding.hint for finding in findings) else 0


COMMAND = Command(
    "Say what is there, what is missing and what to do. Exit status 1 when something is missing.",
    _run,
    _add_arguments,
    uses_engine=False,
)
