"""Describe a function's process: AWS's file system where this machine allows it, or the nearest thing."""

import logging
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localstack_process_executor.environments.aws_paths import PathTranslation
from localstack_process_executor.environments.code_packages import lay_over
from localstack_process_executor.environments.forked import Forked
from localstack_process_executor.environments.forking import FORK_SERVERS, ForkServer
from localstack_process_executor.environments.interpreters import Interpreter
from localstack_process_executor.environments.runtime_dir import BOOTSTRAP
from localstack_process_executor.environments.variables import LIBRARY_PATH

LOG = logging.getLogger(__name__)
_TASK, _LAYERS, _RUNTIME, _LANG = "/var/task", "/opt", "/var/runtime", "/var/lang"
_OTHERS_MAY_PASS = 0o001


@dataclass(frozen=True)
class Program:
    """A function, as a process has to know it."""

    code: Path
    """Its unpacked package."""
    variables: Mapping[str, str]
    layers: Sequence[Path] = ()
    """Unpacked, in the function's order: a later one covers an earlier one."""
    debug_address: str = ""
    """``host:port`` for a debugger to attach to."""


def launch(program: Program, folder: Path, interpreter: Interpreter | None = None) -> tuple[Forked, PathTranslation]:
    """Start a process of a Python function; ``folder`` is the environment's own and keeps its ``/tmp``.

    ``interpreter`` is LocalStack's own by default.

    :raises ForkServerError: no process can be made on this machine; the message says why.
    :raises FileNotFoundError: its code, which may be a folder that somebody edits, has been removed.
    """
    check_folders(program)
    server = FORK_SERVERS.current(interpreter)
    tmp, layers = folder / "tmp", merge_layers(program.layers, folder)
    tmp.mkdir(mode=0o700, exist_ok=True)
    if server.isolated:
        return server.fork(_isolated_request(server, program, layers, tmp)), PathTranslation({})
    return server.fork(_plain_request(server, program, layers, tmp)), translation(server, program, layers, tmp)


def check_folders(program: Program) -> None:
    for folder in (program.code, *program.layers):
        if not folder.is_dir():
            name = program.variables.get("AWS_LAMBDA_FUNCTION_NAME")
            problem = f"The folder that {name} is run from is not there any more: {folder}. Hint: put it back."
            # the caller gets an internal error only
            LOG.error(problem)
            raise FileNotFoundError(problem)


def own_folders(program: Program, tmp: Path, runtime: Path) -> dict[str, str]:
    """Return what names the environment's folders to a function without a root of its own."""
    home = tmp.parent / "home"
    home.mkdir(exist_ok=True)
    return {
        "HOME": str(home),
        "LAMBDA_RUNTIME_DIR": str(runtime),
        "LAMBDA_TASK_ROOT": str(program.code),
        "PWD": str(program.code),
        "TMPDIR": str(tmp),
    }


def _isolated_request(server: ForkServer, program: Program, layers: Path, tmp: Path) -> dict[str, Any]:
    python = f"{_LANG}/bin/python{server.interpreter.version}"
    arguments = _arguments(program, _LAYERS)
    command = [python, f"{_RUNTIME}/{BOOTSTRAP}", *arguments]
    wrapper = program.variables.get("AWS_LAMBDA_EXEC_WRAPPER")
    return {
        "folders": {_TASK: str(program.code), _LAYERS: str(layers)},
        "tmp": str(tmp),
        "env": dict(program.variables),
        "cwd": _TASK,
        "command": command,
        "arguments": arguments,
        "exec": _command(server, program, layers, wrapper, command),
    }


def _plain_request(server: ForkServer, program: Program, layers: Path, tmp: Path) -> dict[str, Any]:
    """Describe a start without namespaces: the code's own folder, temporary files and a home beside it."""
    runtime = server.runtime_dir
    bootstrap = str(runtime / BOOTSTRAP)
    overrides = own_folders(program, tmp, runtime)
    home = Path(overrides["HOME"])
    places = {_TASK: str(program.code), _LAYERS: str(layers), _RUNTIME: str(runtime)}
    variables = {**program.variables, **overrides}
    if "PYTHONPATH" in variables:
        entries = variables["PYTHONPATH"].split(":")
        variables["PYTHONPATH"] = ":".join(on_this_machine(entry, places) for entry in entries)
    arguments = _arguments(program, str(layers))
    command = [server.interpreter.executable, "-s", bootstrap, *arguments]
    wrapper = program.variables.get("AWS_LAMBDA_EXEC_WRAPPER")
    if wrapper:
        wrapper = on_this_machine(wrapper, places)
    return {
        "change_user": give_to_sandbox_user(program.code, tmp, home, interpreter=server.interpreter),
        "file_rules": file_rules(server, program.code, layers, (tmp, home)),
        "env": variables,
        "cwd": str(program.code),
        "command": command,
        "arguments": arguments,
        "exec": _command(server, program, layers, wrapper, command),
    }


def file_rules(server: ForkServer, code: Path, layers: Path, writable: Iterable[Path]) -> dict[str, list[str]] | None:
    """Return what a function may reach, for a kernel with Landlock; ``None`` where that is switched off."""
    if os.environ.get("LAMBDA_PROCESS_LANDLOCK", "1") == "0":
        return None
    return {"readable": list(map(str, (code, layers, *server.readable))), "writable": list(map(str, writable))}


def on_this_machine(path: str, places: Mapping[str, str]) -> str:
    """Return a path that a function's variables give in AWS's file system."""
    for aws, ours in places.items():
        if path == aws or path.startswith(f"{aws}/"):
            return ours + path.removeprefix(aws)
    return path


def _arguments(program: Program, layers: str) -> list[str]:
    if program.debug_address:
        return [layers, program.debug_address]
    return [] if layers == _LAYERS else [layers]


def _command(
    server: ForkServer, program: Program, layers: Path, wrapper: str | None, command: list[str]
) -> list[str] | None:
    """Return what to execute instead of going on in the forked process, if anything."""
    if wrapper:
        return [wrapper, *command]
    return command if _needs_a_new_interpreter(server, program, layers) else None


def _needs_a_new_interpreter(server: ForkServer, program: Program, layers: Path) -> bool:
    """Return whether what was imported ahead, or the way our interpreter was started, could make a difference."""
    if program.debug_address or program.variables.get("LD_LIBRARY_PATH", LIBRARY_PATH) != LIBRARY_PATH:
        return True
    if any(name.startswith(("PYTHON", "LD_PRELOAD", "MALLOC_")) for name in program.variables):
        return True
    if any((folder / "lib").is_dir() for folder in (program.code, layers)):
        return True
    packages = f"python/lib/python{server.interpreter.version}/site-packages"
    places = (program.code, layers / "python", layers / packages)
    return any(_matters(name, server.modules) for place in places for name in _names(place))


def _matters(name: str, modules: frozenset[str]) -> bool:
    """Return whether a file or folder has to be there before anything is imported."""
    return name.partition(".")[0] in modules or name.endswith(".pth")


def _names(folder: Path) -> list[str]:
    """Return what is at the top level of a folder."""
    return os.listdir(folder) if folder.is_dir() else []  # noqa: PTH208 - names only


def merge_layers(layers: Sequence[Path], folder: Path) -> Path:
    """Return one folder with what is in all layers; of the same file, the later layer's."""
    if len(layers) == 1:
        return layers[0]
    merged = folder / "opt"
    shutil.rmtree(merged, ignore_errors=True)
    merged.mkdir(parents=True)
    for layer in layers:
        lay_over(layer, merged)
    return merged


def give_to_sandbox_user(code: Path, *own: Path, interpreter: Interpreter) -> bool:
    """Return whether, as root, the function can run as a user of its own, one that can reach its files."""
    from localstack_process_executor.sandbox.namespaces import SANDBOX_GID, SANDBOX_UID, may_change_user

    prefix = Path(interpreter.prefix)
    reachable = (parent for place in (code, prefix, *own) for parent in place.parents)
    if not may_change_user() or not all(parent.stat().st_mode & _OTHERS_MAY_PASS for parent in reachable):
        return False
    for folder in own:
        os.chown(folder, SANDBOX_UID, SANDBOX_GID)
    return True


def translation(server: ForkServer, program: Program, layers: Path, tmp: Path) -> PathTranslation:
    """Return what the function's own texts call its places, as AWS calls them."""
    return PathTranslation(
        {
            str(program.code): _TASK,
            str(layers): _LAYERS,
            str(server.runtime_dir): _RUNTIME,
            str(tmp): "/tmp",  # noqa: S108 - AWS's name for it
            server.interpreter.prefix: _LANG,
        }
    )
