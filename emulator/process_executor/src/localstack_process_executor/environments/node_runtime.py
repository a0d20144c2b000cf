"""Node.js functions: the ``node`` of this machine that a runtime's name means, and AWS's client for it."""

import contextlib
import logging
import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from localstack_process_executor.environments import forking, node_sdk
from localstack_process_executor.environments.forking import base_folder
from localstack_process_executor.environments.missing_runtime import MissingRuntime
from localstack_process_executor.environments.native_runtimes import AWS_PLACES, NativeRuntime, Places
from localstack_process_executor.environments.runtime_dir import SANDBOX
from localstack_process_executor.environments.variables import AT_THE_START

LOG = logging.getLogger(__name__)
_RUNTIME = re.compile(r"nodejs(\d+)\.x")
_VERSION = re.compile(r"v(\d+)\.(\d+)\.(\d+)")
_PROBE_SECONDS = 10.0
_OLDEST = 18
_OURS = SANDBOX / "node"
_BOOTSTRAP = "bootstrap.cjs"
_CLIENT = Path("aws-lambda-ric/dist/index.mjs")
CLIENT_SETTING = "LAMBDA_PROCESS_NODE_MODULES"
"""The ``node_modules`` folder that has ``aws-lambda-ric``."""
_CONTAINER_MARKS = (Path("/.dockerenv"), Path("/run/.containerenv"))
"""Files that Docker and Podman make in every container."""
_HEADER_BYTES = 81920
_MEMORY_SIZE = "AWS_LAMBDA_FUNCTION_MEMORY_SIZE"
_READ_AT_THE_START = re.compile(
    "NODE_(?!ENV$)|LD_|UV_|OPENSSL|SSL|GLIBC_|MALLOC_|ICU_|LC_|LANG|PATH$|TZ$|NO_COLOR|FORCE_COLOR"
    "|AWS_LAMBDA_(EXEC_WRAPPER|NODEJS_|RUNTIME_VERBOSE)"
)
"""Variables that make a difference only where a process has them from the first moment on."""
_REQUIRE_MODULE, _DETECT_MODULE = "experimental-require-module", "experimental-detect-module"
_SWITCHED_OFF = {
    18: (_REQUIRE_MODULE, _DETECT_MODULE),
    20: (_REQUIRE_MODULE,),
    22: (_REQUIRE_MODULE, _DETECT_MODULE),
    24: (_REQUIRE_MODULE,),
}
"""What AWS's runtimes switch off, unless NODE_OPTIONS names it; Node.js 18 did not have it.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html#nodejs-experimental-features and, of Node.js 24,
https://github.com/nestjs/nest/issues/17707
"""
_KNOWN_SINCE = {_REQUIRE_MODULE: ((20, 17), (22, 0)), _DETECT_MODULE: ((20, 10), (21, 1))}
"""The version of Node.js 20 and the first one after it that take such an option."""
_NEW_SPACE_PERCENT, _OLD_SPACE_PERCENT = 5, 90
"""AWS's start script gives V8 these parts of the function's memory."""


@dataclass(frozen=True)
class NodeRuntime(NativeRuntime):
    """A ``node`` with AWS's runtime interface client."""

    major: int = 0
    """Of the runtime's name."""
    client: str = ""
    """The one file of aws-lambda-ric."""

    def shown(self) -> Mapping[str, str]:
        """Return the interpreter, and the SDK where ``require`` and where ``import`` look for it."""
        sdk = str(node_sdk.modules())
        return {"/var/lang/bin/node": self.executable, "/var/runtime/node_modules": sdk, "/node_modules": sdk}

    def runtime_files(self) -> Mapping[str, Path]:
        """Return AWS's client as ``index.mjs``, what starts it, and the native half that it asks for."""
        return {
            "index.mjs": Path(self.client),
            _BOOTSTRAP: _OURS / _BOOTSTRAP,
            "node_path.mjs": _OURS / "node_path.mjs",
            "rapid-client.node": _OURS / "rapid-client.node",
            "node_modules": Path(),
        }

    def folders(self, layers: Path) -> Mapping[str, str]:
        """Return the layers' packages where ``import`` finds them: above the code's folder."""
        for name in (f"nodejs/node{self.major}/node_modules", "nodejs/node_modules"):
            if (layers / name).is_dir():
                return {"/var/node_modules": str(layers / name)}
        return {}

    def variables(self, places: Places) -> Mapping[str, str]:
        """Return AWS's ``NODE_PATH``."""
        sdk = "/var/runtime/node_modules" if places.is_own_root else str(node_sdk.modules())
        layers = [f"{places.layers}/nodejs/{folder}node_modules" for folder in (f"node{self.major}/", "")]
        return {"NODE_PATH": ":".join([*layers, sdk, places.runtime, places.task])}

    def starts_alike(self, variables: Mapping[str, str]) -> bool:
        """Return whether the function leaves alone what Node.js, its libraries and AWS's client read at their start."""
        known = {**AT_THE_START, **self.variables(AWS_PLACES)}
        return all(known.get(name) == value for name, value in variables.items() if _READ_AT_THE_START.match(name))

    def prepare(self, function: str, code: Path, layers: Sequence[Path], memory_size_mb: int) -> None:
        """Start the runtime's fork server and a spare, and install the SDK's packages that the function names."""
        command = self.command(AWS_PLACES, {_MEMORY_SIZE: str(memory_size_mb)}, code, code)
        forking.head_start(None, self, tuple(command))
        node_sdk.provide(function, self.major, code, layers)

    def before(self, function: str, code: Path, event: str) -> None:
        """Install the SDK's package that the function would compute from the event."""
        node_sdk.provide_for_event(function, code, event)

    @property
    def version(self) -> tuple[int, ...]:
        """Version of the interpreter, which may be another one than the runtime's name means."""
        return tuple(int(part.removeprefix("v")) for part in self.build.partition(":")[2].split("."))

    def _switches(self, options: str) -> list[str]:
        """Return what AWS's runtime switches off and this Node.js knows, with ``NODE_OPTIONS``."""
        return [
            f"--no-{name}"
            for name in _SWITCHED_OFF.get(self.major, ())
            if _knows(self.version, name) and f"--{name}" not in options.split()
        ]

    def debugger(self, address: str) -> list[str]:
        """Return Node's own option; one of another environment of the function goes on without a debugger."""
        host, _, rest = address.partition(":")
        port, _, waits = rest.partition(":")
        if not port:
            return []
        return [f"--{self._waiting_option if waits else 'inspect'}={host}:{port}"]

    @property
    def _waiting_option(self) -> str:
        """The option with which Node.js waits; older ones halt in the first line, which is the runtime's."""
        takes_wait = self.version >= (22, 2) or (20, 15) <= self.version < (21, 0)
        return "inspect-wait" if takes_wait else "inspect-brk"

    def command(self, places: Places, variables: Mapping[str, str], code: Path, layers: Path) -> list[str]:
        """Return AWS's command line; without a root of its own, a word more may tell bootstrap.cjs of NODE_PATH."""
        memory = int(variables.get(_MEMORY_SIZE) or 128)
        node = f"{places.lang}/bin/node" if places.is_own_root else self.executable
        return [
            node,
            *self._switches(variables.get("NODE_OPTIONS", "")),
            "--expose-gc",
            f"--max-http-header-size={_HEADER_BYTES}",
            f"--max-semi-space-size={max(1, memory * _NEW_SPACE_PERCENT // 100)}",
            f"--max-old-space-size={memory * _OLD_SPACE_PERCENT // 100}",
            f"{places.runtime}/{_BOOTSTRAP}",
            *([] if places.is_own_root or _imports_find_packages(code, layers) else ["node-path"]),
        ]


def _knows(version: tuple[int, ...], option: str) -> bool:
    """Return whether Node.js of this version takes an option."""
    backported, since = _KNOWN_SINCE[option]
    return version >= since or backported <= version < (backported[0] + 1,)


def _imports_find_packages(code: Path, layers: Path) -> bool:
    """Return whether ``import`` finds the SDK above a copy of the code, and there is nothing else for it to find.

    What makes it look at NODE_PATH costs as much as Node.js's own start: before 22.15, a second thread.
    """
    base = base_folder()
    if (layers / "nodejs").exists() or base not in code.parents:
        return False
    with contextlib.suppress(FileExistsError):
        (base / "node_modules").symlink_to(node_sdk.modules())
    return True


def major_of(runtime: str | None) -> int | None:
    """Return the Node.js version that a runtime's name means; ``None`` for what is not Node.js."""
    match = _RUNTIME.fullmatch(runtime or "")
    return int(match[1]) if match else None


@cache
def find(name: str) -> NativeRuntime | None:
    """Return the runtime of this name, e.g. ``nodejs22.x``, on the best ``node`` of this machine.

    One of another version is used with one warning. Without any, or without AWS's client, every invocation says so.
    """
    major = major_of(name)
    if major is None:
        return None
    found, client = installed(), _client()
    if not found:
        hint = f"install Node.js {major} (nodejs.org), or put it on the PATH of LocalStack."
        if any(mark.exists() for mark in _CONTAINER_MARKS):
            hint = (
                f"this container has none: add Node.js {major} to its image, or run LocalStack outside of a container."
            )
        return _missing(name, f"There is no Node.js {_OLDEST} or newer on this machine. Hint: {hint}")
    if not client:
        hint = (
            f"run 'npm install --ignore-scripts aws-lambda-ric', and set {CLIENT_SETTING} to its node_modules folder."
        )
        return _missing(name, f"AWS's runtime client for Node.js, aws-lambda-ric, is not installed. Hint: {hint}")
    version = _choose(name, major, found)
    return NodeRuntime(f"nodejs:{version[0]}.v{version[1]}", found[version], major, str(client))


def _choose(name: str, major: int, found: Mapping[tuple[int, int, int], str]) -> tuple[int, int, int]:
    fitting = [version for version in found if version[0] == major]
    best = max(fitting or found)
    if not fitting:
        LOG.warning(
            "No Node.js %s can be used on this machine; functions of runtime %s run on Node.js %s. "
            "Hint: install it, e.g. with 'nvm install %s' or 'fnm install %s'.",
            major, name, ".".join(map(str, best)), major, major,
        )  # fmt: skip
    return best


def _missing(name: str, reason: str) -> MissingRuntime:
    return MissingRuntime(name, reason=f"{name}: {reason}")


def _client() -> Path | None:
    """Return AWS's client in the folder that the setting names, or in one above the working folder."""
    named = os.environ.get(CLIENT_SETTING)
    folders = [Path(named)] if named else [folder / "node_modules" for folder in (Path.cwd(), *Path.cwd().parents)]
    return next((folder / _CLIENT for folder in folders if (folder / _CLIENT).is_file()), None)


@cache
def installed() -> dict[tuple[int, int, int], str]:
    """Return the program of each version of Node.js on this machine that can run functions."""
    found: dict[tuple[int, int, int], str] = {}
    for candidate in _candidates():
        version = _version_of(candidate)
        if version and version[0] >= _OLDEST:
            found.setdefault(version, str(candidate.resolve()))
    return found


def _candidates() -> Iterator[Path]:
    """List interpreters on the PATH, and where nvm, fnm, volta, mise, n and Homebrew put them."""
    home = Path(pwd.getpwuid(os.getuid()).pw_dir)
    patterns = (
        (home / ".nvm/versions/node", "v*/bin/node"),
        (home / ".local/share/fnm/node-versions", "v*/installation/bin/node"),
        (home / ".volta/tools/image/node", "*/bin/node"),
        (home / ".local/share/mise/installs/node", "*/bin/node"),
        (Path("/usr/local/n/versions/node"), "*/bin/node"),
        (Path("/opt"), "node*/bin/node"),
        (Path("/opt/homebrew/opt"), "node@*/bin/node"),
        (Path("/usr/local/bin"), "node"),
        (Path("/usr/bin"), "node"),
    )
    if on_path := shutil.which("node"):
        yield Path(on_path)
    for folder, pattern in patterns:
        with contextlib.suppress(OSError):
            yield from sorted(folder.glob(pattern))


@cache
def _version_of(program: Path) -> tuple[int, int, int] | None:
    """Ask it; ``None`` for what is no working Node.js."""
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        answer = subprocess.check_output(
            [program, "--version"], stderr=subprocess.DEVNULL, timeout=_PROBE_SECONDS, text=True, env={}
        )
        if match := _VERSION.match(answer):
            major, minor, patch = map(int, match.groups())
            return major, minor, patch
    return None
