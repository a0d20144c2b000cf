"""``doctor``: say what is there, what is missing, what to do."""

import argparse
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata

from localdev.commands.base import Command
from localdev.commands.terminal import DONE, FAILED, out
from localdev.engines import registry
from localdev.engines.embedded import EmbeddedEngine
from localdev.setup.environments import LEAST_NODE, SetupError, check_node
from localdev.system import project
from localdev.system.processes import port_holder, port_is_free


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


def _python() -> Finding:
    return Finding("Python", f"{platform.python_version()} ({sys.base_prefix})")


def _node() -> Finding:
    version = (_version_of("node", "--version") or "not found").removeprefix("v")
    try:
        check_node()
    except SetupError:
        return Finding("Node.js", version, f"install Node {LEAST_NODE} or newer (nodejs.org)")
    return Finding("Node.js", version)


def _cdk() -> Finding:
    version = _version_of(str(project.NODE_MODULES / ".bin" / "cdk"), "--version")
    if not version:
        return Finding("AWS CDK", "not installed", "run ./scripts/setup")
    return Finding("AWS CDK", f"CLI {version.split()[0]}, library {metadata.version('aws-cdk-lib')}")


def _localstack() -> Finding:
    names = "'localstack-core', 'localstack-process-executor'"
    program = f"from importlib.metadata import version; print(*map(version, [{names}]))"
    version = _version_of(str(project.EMULATOR_PYTHON), "-c", program)
    if not version:
        return Finding("LocalStack", "not installed", "run ./scripts/setup")
    core, executor = version.split()
    return Finding("LocalStack", f"{core}, process executor {executor}")


def _docker() -> Finding:
    version = _version_of("docker", "version", "--format", "{{.Server.Version}}")
    return Finding("Docker", version or "no engine answers; --engine embedded needs none, --engine container does")


def _port() -> Finding:
    port = project.DEFAULT_PORT
    if EmbeddedEngine(port).is_up():
        return Finding(f"port {port}", "held by this project's emulator")
    if port_is_free(port):
        return Finding(f"port {port}", "free")
    hint = "end that program, or choose another port with --port"
    return Finding(f"port {port}", f"held by {port_holder(port)}", hint)


def _emulators() -> Finding:
    up = [f"{engine.where} ({engine.kind.name})" for engine in registry.running() if engine.is_up()]
    return Finding("emulators", f"up at {', '.join(up)}" if up else "none up")


_CHECKS: list[Callable[[], Finding]] = [
    _python,
    _node,
    _cdk,
    _localstack,
    _docker,
    _port,
    _emulators,
]


def _run(options: argparse.Namespace) -> int:
    del options
    findings = [check() for check in _CHECKS]
    for finding in findings:
        mark = FAILED if finding.hint else DONE
        out.print(f"{mark} {finding.what:<10} {finding.found}", soft_wrap=True)
        if finding.hint:
            out.print(f"  Hint: {finding.hint}.", soft_wrap=True)
    return 1 if any(finding.hint for finding in findings) else 0


COMMAND = Command(
    "Say what is there, what is missing and what to do. Exit status 1 when something is missing.",
    _run,
    uses_engine=False,
)
