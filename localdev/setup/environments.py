"""Make both Python environments and ``node_modules``, synthesise the app once, or see in a moment that all is current.

Run by ``scripts/setup`` with a bare Python 3.13, before anything is installed: the standard library only. The installed
tool calls :func:`ensure`. Each part carries a stamp with a hash of everything it was made from, written last, so that a
part whose making was interrupted is made again from nothing.
"""

import argparse
import contextlib
import errno
import fcntl
import functools
import hashlib
import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from localdev.setup import places
from localdev.setup.places import EMULATOR, NODE_MODULES

ROOT = places.SOURCES
MADE = places.MADE
APP = MADE / ".venv"
"""The checkout's; the installed tool is in an environment that somebody else has made."""
MAKE_INDICES = ROOT / "emulator" / "image" / "make_indices.py"
FIRST_SYNTHESIS = APP / ".first-synthesis"
"""Goes with the environment whose bytecode it has made."""
LEAST_NODE = 20
LEAST_SUPPORTED_NODE = 22
"""Older ones work, though neither Node's makers nor the CDK's support them any more."""
STATE = MADE / ".localdev"
INSTALLER = STATE / "installer"
SDK_INSTALLER = "localstack_process_executor.environments.node_sdk"
"""A module of the emulator's environment."""
SDK_VARIABLE = "LAMBDA_PROCESS_NODE_SDK"
STAMP = ".made-from"
_NOT_OURS = ("PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP")
"""Variables that lead a Python to another one's modules."""
_FOR_UV = {"UV_SYSTEM_CERTS": "true", "UV_LINK_MODE": "copy"}
"""The machine's own certificates, which a proxy that inspects TLS is among; uv has a list of its own by default."""
_SELDOM_IMPORTED = (
    "awscli", "cfnlint", "docutils", "graphql", "mpmath", "networkx", "openapi_core", "opensearchpy", "pip", "pygments",
    "pymongo", "samtranslator", "setuptools", "sympy", "twisted",
)  # fmt: skip
"""Half of the emulator's modules, which no start imports: they are compiled when they are."""
_WRITES_BYTECODE = {"PYTHONDONTWRITEBYTECODE": ""}
"""For what is to compile an environment's modules, whatever the person's shell says: every later start saves that."""
_PIP_OPTIONS = ("--quiet", "--no-input", "--disable-pip-version-check", "--require-hashes")
FOR_NPM = (
    "package.json", "package-lock.json", ".npmrc", "localdev/loopback_names/package.json",
    "localdev/loopback_names/index.cjs",
)  # fmt: skip
_LOG_LINES = 15
_PYTHON = (3, 13)
_AGAIN = "run the command again" if places.IS_INSTALLED else "run ./scripts/setup again"
_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


class SetupError(Exception):
    """A part could not be made; the message says which, why, and what to do."""


@dataclass
class Part:
    """One of the things to be made: a folder, what it depends on, and how it is made."""

    title: str
    folder: Path
    inputs: Sequence[Path]
    make: Callable[[], None]
    after: Sequence["Part"] = ()
    """The parts it is made with."""
    state: str = "waiting"
    seconds: float = 0.0
    error: str = ""
    ended: threading.Event = field(default_factory=threading.Event)
    fingerprint: str = field(init=False)

    def __post_init__(self) -> None:
        digest = hashlib.sha256(f"{sys.version} {self.folder}".encode())
        for path in self.inputs:
            digest.update(path.read_bytes())
        self.fingerprint = digest.hexdigest()

    def is_current(self) -> bool:
        """Return whether it was made to its end, from these very inputs, by this Python."""
        stamp = self.folder / STAMP
        return stamp.is_file() and stamp.read_text() == self.fingerprint

    def run(self) -> None:
        """Make it from nothing; what goes wrong is kept in ``error``."""
        for part in self.after:
            part.ended.wait()
        if all(part.state != "failed" for part in self.after):
            self._make()
        else:
            self.state = "left out"
        self.ended.set()

    def _make(self) -> None:
        self.state, started = "running", time.monotonic()
        try:
            remove(self.folder)
            self.make()
            (self.folder / STAMP).write_text(self.fingerprint)
            self.state = "done"
        except (SetupError, OSError) as error:
            self.state, self.error = "failed", said_of(error)
        finally:
            self.seconds = time.monotonic() - started


def remove(folder: Path) -> None:
    """Remove a folder. :raises OSError: something in it stays."""

    def let_go(function: Callable[..., object], path: str, error: BaseException) -> None:
        if not isinstance(error, FileNotFoundError):
            Path(path).parent.chmod(0o700)
            function(path)

    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(folder, onexc=let_go)


def said_of(error: Exception) -> str:
    """Return what a person is told of an error; of a file that is another user's, whose and what to do."""
    if not isinstance(error, OSError) or not error.filename:
        return str(error)
    path = Path(os.fsdecode(error.filename))
    there = next((place for place in (path, *path.parents) if os.access(place, os.F_OK)), ROOT)
    owner, own = there.stat().st_uid, os.geteuid()
    if error.errno == errno.ENOSPC:
        return f"The disk is full: {path}.\nHint: make room ('df -h' shows where), and {_AGAIN}."
    if isinstance(error, PermissionError) and owner != own:
        return (
            f"{there} belongs to {_name_of(owner)}, and you are {_name_of(own)}.\n"
            f"Hint: 'sudo chown -R {_name_of(own)} .' in the checkout makes it yours; or use a checkout of your own."
        )
    return str(error)


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


_installer_lock = threading.Lock()
_IMPORTED_BY_EVERY_COMMAND = """
import boto3, docker, psutil, requests, rich.console, rich.table, urllib3, watchfiles
for service in ("cloudformation", "lambda", "logs", "stepfunctions"):
    boto3.Session("test", "test", region_name="us-east-1").client(service)
"""
_SYNTHESISED_AT_FIRST = "from localdev.deployment import assemblies; assemblies.assembly()"
_IMPORTED_BY_EVERY_TEST = """
import sys, pytest
folder = sys.argv[1]
pytest.main(["--collect-only", "--quiet", "-p", "no:cacheprovider", "-c", "/dev/null", "--rootdir", folder, folder])
"""
"""In a process of its own: pytest warns of plugins that are imported before it."""


def run(*command: str | Path, env: dict[str, str] | None = None, cwd: Path = ROOT) -> None:
    """Run a command to its end, quietly. :raises SetupError: with the end of its output."""
    result = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=_environment() | (env or {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if result.returncode:
        shown = " ".join(str(part) for part in command[:6])
        end = "\n".join(result.stdout.splitlines()[-_LOG_LINES:])
        raise SetupError(f"{shown} ended with status {result.returncode}:\n{end}")


def _environment() -> dict[str, str]:
    """Return the person's variables without those that are not for the set-up: ``AWS_PROFILE`` may name no profile."""
    return {name: value for name, value in os.environ.items() if name not in _NOT_OURS and not name.startswith("AWS_")}


def base_python() -> str:
    """Return the Python underneath: we may be running in the very environment that is to be made anew."""
    return str(Path(getattr(sys, "_base_executable", sys.executable)).resolve())


def emulator_python() -> str:
    """Return the Python of the emulator's environment: LocalStack 4.14 runs on 3.13 alone.

    :raises SetupError: this is another one, and there is none of 3.13 on the ``PATH``, in pyenv or in uv.
    """
    if sys.version_info[:2] == _PYTHON:
        return base_python()
    name = ".".join(map(str, _PYTHON))
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    found = [shutil.which(f"python{name}"), *sorted(map(str, pyenv.glob(f"{name}*/bin/python{name}")))]
    for python in (*filter(None, found), *_known_to_uv(name)):
        program = f"import sys; sys.exit(sys.version_info[:2] != {_PYTHON})"
        if not subprocess.run([python, "-I", "-c", program], capture_output=True, check=False).returncode:
            return python
    raise SetupError(
        f"Python {name} is not installed, and LocalStack 4.14 runs on no other.\n"
        f"Hint: install it (python.org, 'pyenv install {name}' or 'uv python install {name}'), and {_AGAIN}."
    )


def _known_to_uv(version: str) -> list[str]:
    uv = shutil.which("uv")
    command = [uv or "", "python", "find", version]
    found = subprocess.run(command, capture_output=True, text=True, check=False).stdout if uv else ""
    return found.split("\n")[:1] if found else []


@functools.cache
def installer() -> Path | None:
    """Return uv, in an environment of its own; ``None`` where it cannot be had, and pip has to do."""
    uv = INSTALLER / "bin" / "uv"
    try:
        if not uv.exists():
            _make_installer("install", *_PIP_OPTIONS, "-r", ROOT / "requirements-setup.txt")
        run(uv, "--version")
    except SetupError:
        return None
    return uv


def _make_installer(*pip: str | Path) -> None:
    """Make the installer's environment with this Python's own pip: another one takes longer than all else there."""
    python = base_python()
    run(python, "-m", "venv", "--clear", "--without-pip", INSTALLER)
    try:
        run(python, "-m", "pip", "--python", INSTALLER / "bin" / "python", *pip)
    except SetupError as error:
        if not re.search("No module named pip|no such option", str(error)):
            raise
        run(python, "-m", "venv", "--clear", INSTALLER)
        run(INSTALLER / "bin" / "pip", *pip)


def make_environment(folder: Path, *requirements: Path, python: str) -> None:
    """Make a virtual environment of a Python, with exactly what the locks name."""
    locks = [argument for lock in requirements for argument in ("-r", lock)]
    with _installer_lock:
        uv = installer()
    if uv:
        try:
            # a tenth of a second; Python's own takes that long for pip alone, which is not needed
            run(uv, "venv", "--quiet", "--clear", "--python", python, folder, env=_FOR_UV)
            run_uv("pip", "install", "--require-hashes", "--python", folder / "bin" / "python", *locks)
        except SetupError as error:
            # uv knows fewer ways to configure an index than pip; pip's own error is then the one to show
            _say(f"uv could not install the {folder.parent.name} environment, pip does: {error}", live=False)
        else:
            return
    run(python, "-m", "venv", "--clear", folder)
    run(folder / "bin" / "python", "-m", "pip", "install", *_PIP_OPTIONS, *locks)


def run_uv(*arguments: str | Path) -> None:
    """Run uv quietly. :raises SetupError: it failed, or cannot be had."""
    uv = installer()
    if not uv:
        raise SetupError("uv cannot be installed.")
    run(uv, *arguments, "--quiet", env=_FOR_UV | _index_for_uv())


@functools.cache
def _index_for_uv() -> dict[str, str]:
    """Return the package indices that pip is configured with, if any, as uv's variables."""
    # 'config get' reads one file of several, and never that of PIP_CONFIG_FILE
    pip = [base_python(), "-m", "pip", "config", "list"]
    said = subprocess.run(pip, capture_output=True, text=True, check=False).stdout
    settings = {name: value for name, _, value in re.findall(r"^(\S+?)=(['\"])(.*)\2$", said, re.MULTILINE)}
    found = {}
    for name, variable in (("index-url", "UV_DEFAULT_INDEX"), ("extra-index-url", "UV_INDEX")):
        of_pip = (settings.get(f"{section}.{name}") for section in (":env:", "install", "global"))
        if value := os.environ.get(f"PIP_{name.upper().replace('-', '_')}") or next(filter(None, of_pip), None):
            found[variable] = " ".join(value.replace("\\n", " ").split())
    if "UV_INDEX" in found and "UV_INDEX_STRATEGY" not in os.environ:
        # as pip does: uv takes a package's versions from the first index that has it; the hashes keep strangers out
        found["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return found


def make_app() -> None:
    """Install the CDK, boto3, and what the tests need."""
    make_environment(APP, ROOT / "requirements.txt", ROOT / "requirements-dev.txt", python=base_python())
    compile_what_is_used()


def compile_what_is_used() -> None:
    """Import once what every command and every test imports: then it is there as bytecode.

    Also where ``PYTHONDONTWRITEBYTECODE`` is set: half of the time of one test would be its compilation. Not all that
    is installed, which is minutes and 200 MB.
    """
    with tempfile.TemporaryDirectory() as empty:
        for code in (_IMPORTED_BY_EVERY_COMMAND, _IMPORTED_BY_EVERY_TEST):
            run(APP / "bin" / "python", "-P", "-c", code, empty, env=_WRITES_BYTECODE)


def emulator_packages() -> list[Path]:
    """Return our own packages for the emulator, each a folder with a ``pyproject.toml``."""
    return sorted(path.parent for path in (ROOT / "emulator").glob("*/pyproject.toml"))


def make_emulator() -> None:
    """Install LocalStack, our plugins in it, and the indices LocalStack would otherwise make at every start."""
    make_environment(EMULATOR, ROOT / "emulator" / "requirements.txt", python=emulator_python())
    python = EMULATOR / "bin" / "python"
    # the environment of one app may be removed while another app's emulator runs: what is installed is copied
    editable = () if places.IS_INSTALLED else ("-e",)
    packages = [argument for package in emulator_packages() for argument in (*editable, package)]
    options = ["--no-deps", "--no-build-isolation", *packages]
    if installer():
        run_uv("pip", "install", "--python", python, *options)
    else:
        run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *options)
    compile_modules(EMULATOR)
    run(python, MAKE_INDICES, env={
        "FILESYSTEM_ROOT": str(EMULATOR / "localstack"),
        "HOME": str(EMULATOR / "localstack"),
        "XDG_CACHE_HOME": str(EMULATOR / "cache"),
        "OVERRIDE_IN_DOCKER": "0",
        "PYTHONSAFEPATH": "1",
    })  # fmt: skip


def compile_modules(environment: Path) -> None:
    """Compile what LocalStack imports, or its first start does that for two thousand modules."""
    seldom = f"/({'|'.join(_SELDOM_IMPORTED)})/"
    # some packages have files that are no Python of this version: they are never imported
    with contextlib.suppress(SetupError):
        run(environment / "bin" / "python", "-W", "ignore", "-m", "compileall", "-qq", "-j", "0", "-x", seldom,
            environment / "lib")  # fmt: skip


def make_node_modules() -> None:
    """Install the CDK CLI and cdklocal."""
    options = ["--no-audit", "--no-fund", "--loglevel=error"]
    if places.IS_INSTALLED:
        for name in FOR_NPM:
            target = MADE / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target)
        options.append("--omit=dev")
    run("npm", "ci", *options, cwd=MADE)


def synthesise_at_first() -> None:
    """Synthesise the app, so that the first deployment does not wait for what only a first synthesis does.

    The CDK's library is unpacked, and its Python package compiled: two thirds of the time of that deployment, also
    where ``PYTHONDONTWRITEBYTECODE`` is set. What is wrong with the app is for its deployment to say.
    """
    with contextlib.suppress(SetupError):
        run(APP / "bin" / "python", "-c", _SYNTHESISED_AT_FIRST, env=_WRITES_BYTECODE)
    FIRST_SYNTHESIS.mkdir(exist_ok=True)


def check_place() -> None:
    """Check that what is installed can be run where it is made. :raises SetupError: the mount allows no programs."""
    there = next(place for place in (MADE, *MADE.parents) if place.exists())
    # macOS says nothing of it there
    if os.statvfs(there).f_flag & getattr(os, "ST_NOEXEC", 0):
        kind = "the cache folder" if places.IS_INSTALLED else "the checkout"
        way_out = (
            f"name another folder with the variable {places.CACHE_VARIABLE}"
            if places.IS_INSTALLED
            else "move the checkout to another file system, or mount this one with 'exec'"
        )
        raise SetupError(f"No program can be run from {kind}, {there}: it is mounted 'noexec'.\nHint: {way_out}.")


def check_node() -> str | None:
    """Return a warning of a Node that still works, or nothing.

    :raises SetupError: Node is missing, or older than the CDK CLI needs.
    """
    hint = f"Hint: install Node {LEAST_NODE} or newer (nodejs.org) and run this again."
    node = shutil.which("node")
    if not node or not shutil.which("npm"):
        raise SetupError(f"Node.js is not installed, and the AWS CDK needs it.\n{hint}")
    found = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    version = found.stdout.strip()
    major = version.removeprefix("v").split(".")[0]
    if not major.isdigit() or int(major) < LEAST_NODE:
        raise SetupError(f"Node.js is {version or 'broken'}; the AWS CDK needs {LEAST_NODE}.\n{hint}")
    if int(major) < LEAST_SUPPORTED_NODE:
        return f"Node.js {version} works, but neither Node.js nor the AWS CDK supports it any more; 24 is current."
    return None


def parts() -> list[Part]:
    """Return everything that is needed, each with what it is made from; the app's environment only in a checkout."""
    packages = [package / "pyproject.toml" for package in emulator_packages()]
    emulator = Part("emulator environment", EMULATOR,
                    [ROOT / "emulator" / "requirements.txt", MAKE_INDICES, *packages], make_emulator)  # fmt: skip
    command_line = Part("CDK command line", NODE_MODULES, [ROOT / "package-lock.json"], make_node_modules)
    if places.IS_INSTALLED:
        return [emulator, command_line]
    locks = [ROOT / "requirements.txt", ROOT / "requirements-dev.txt"]
    app = Part("app environment", APP, locks, make_app)
    first = Part("first synthesis", FIRST_SYNTHESIS, [*locks, ROOT / "package-lock.json"], synthesise_at_first,
                 after=[app, command_line])  # fmt: skip
    return [app, emulator, command_line, first]


def show_progress(todo: Sequence[Part], threads: Sequence[threading.Thread]) -> None:
    """Show one line that changes on a terminal; elsewhere a line for each part that is done."""
    live = sys.stderr.isatty()
    said: set[str] = set()
    started, tick = time.monotonic(), 0
    while any(thread.is_alive() for thread in threads) or len(said) < len(todo):
        for part in todo:
            if part.state in {"done", "failed", "left out"} and part.title not in said:
                said.add(part.title)
                if part.state != "left out":
                    mark = "✓" if part.state == "done" else "✗"
                    _say(f"{mark} {part.title} ({part.seconds:.0f} s)", live=live)
        running = ", ".join(part.title for part in todo if part.state == "running")
        if live and running:
            spinner = _SPINNER[tick % len(_SPINNER)]
            elapsed = time.monotonic() - started
            print(
                f"\r\x1b[K{spinner} {running} … {elapsed:.0f} s",
                end="",
                file=sys.stderr,
                flush=True,
            )
        tick += 1
        for thread in threads:
            thread.join(0.1 / len(threads))


def _say(text: str, *, live: bool) -> None:
    print(f"\r\x1b[K{text}" if live else text, file=sys.stderr, flush=True)


def main() -> int:
    """Make what is missing; the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m localdev.setup.environments" if places.IS_INSTALLED else "scripts/setup",
        description="Make the environments, or find in a moment that they are up to date.",
    )
    parser.add_argument("--quiet", action="store_true", help="say nothing when there is nothing to do")
    parser.add_argument("--all", action="store_true", help="get what functions may need later, too, for work offline")
    options = parser.parse_args()
    status = _make(quiet=options.quiet or options.all)
    return status or (get_what_may_be_needed() if options.all else 0)


def _make(*, quiet: bool) -> int:
    """Make what is missing; the exit status."""
    if all(part.is_current() for part in parts()):
        if not quiet:
            print("Everything is up to date.")
        return 0
    try:
        check_place()
        if warning := check_node():
            print(warning, file=sys.stderr)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    try:
        STATE.mkdir(parents=True, exist_ok=True)
        with one_at_a_time(STATE / "setup.lock"):
            return make_what_is_missing()
    except OSError as error:
        if not places.IS_INSTALLED:
            raise
        print(
            f"{MADE} cannot be written to: {said_of(error)}\n"
            f"Hint: name another folder with the variable {places.CACHE_VARIABLE}.",
            file=sys.stderr,
        )
        return 1


def get_what_may_be_needed() -> int:
    """Install what is otherwise got when a function first needs it: AWS's SDK for JavaScript; the exit status."""
    try:
        run(EMULATOR / "bin" / "python", "-m", SDK_INSTALLER, env={SDK_VARIABLE: str(places.NODE_SDK)})
    except SetupError as error:
        print(f"{error}\nHint: check the network and run the command again.", file=sys.stderr)
        return 1
    print("The AWS SDK for JavaScript is there: functions for Node.js find it without a network.")
    return 0


@contextlib.contextmanager
def one_at_a_time(lock: Path) -> Iterator[None]:
    """Hold the set-up: two commands in a fresh clone would each remove what the other is making."""
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another command is setting up; waiting for it.", file=sys.stderr)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def make_what_is_missing() -> int:
    """Make the parts that are not current by now; the exit status. Nobody else does meanwhile."""
    everything = parts()
    todo = [part for part in everything if not part.is_current()]
    for part in everything:
        if part not in todo:
            part.ended.set()
    if not todo:
        return 0
    print("Setting up, once; this needs the network.", file=sys.stderr)
    for left in STATE.glob("setup-*"):
        with contextlib.suppress(OSError):  # another user's is in nobody's way
            remove(left)
    with tempfile.TemporaryDirectory(prefix="setup-", dir=STATE) as folder:
        # what installers leave behind goes with it: uv never removes its lock files
        os.environ["TMPDIR"] = folder
        make(todo)
    failed = [part for part in todo if part.state == "failed"]
    for part in failed:
        print(f"\nThe {part.title} could not be made: {part.error}", file=sys.stderr)
    if failed:
        print(f"Hint: check the network and {_AGAIN}.", file=sys.stderr)
    return 1 if failed else 0


def make(todo: Sequence[Part]) -> None:
    """Make the parts side by side, saying how far each is."""
    threads = [threading.Thread(target=part.run, daemon=True) for part in todo]
    for thread in threads:
        thread.start()
    show_progress(todo, threads)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except OSError as trouble:
        print(said_of(trouble), file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("\nInterrupted; what is half made is made again next time.", file=sys.stderr)
        sys.exit(130)
