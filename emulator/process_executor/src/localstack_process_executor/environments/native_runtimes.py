"""Runtimes whose functions are programs of their own: executed in place of the forked Python, in the same sandbox."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localstack_process_executor.environments import forking, interpreters
from localstack_process_executor.environments.aws_paths import PathTranslation
from localstack_process_executor.environments.forked import Forked
from localstack_process_executor.environments.forking import FORK_SERVERS, ForkServer
from localstack_process_executor.environments.launches import (
    Program,
    check_folders,
    file_rules,
    give_to_sandbox_user,
    merge_layers,
    on_this_machine,
    own_folders,
    translation,
)
from localstack_process_executor.environments.spares import Command
from localstack_process_executor.environments.variables import AT_THE_START

_TASK, _LAYERS, _RUNTIME, _LANG = "/var/task", "/opt", "/var/runtime", "/var/lang"
_WRAPPER = "AWS_LAMBDA_EXEC_WRAPPER"


@dataclass(frozen=True)
class Places:
    """Folders as a function finds them: by AWS's names, or by this machine's without a root of its own."""

    task: str
    layers: str
    runtime: str
    lang: str
    is_own_root: bool = True


AWS_PLACES = Places(_TASK, _LAYERS, _RUNTIME, _LANG)


@dataclass(frozen=True)
class NativeRuntime(ABC):
    """A runtime by itself. It is hashable: functions of equal runtimes share a fork server."""

    build: str
    """As ``INIT_START`` has it, e.g. ``nodejs:22.v11``."""
    executable: str = ""
    """The interpreter's program on this machine, if there is one."""

    def shown(self) -> Mapping[str, str]:
        """Return what a function sees of this machine: the path there, and the path here."""
        return {}

    def runtime_files(self) -> Mapping[str, Path]:
        """Return the files and folders of ``/var/runtime`` by name."""
        return {}

    def folders(self, layers: Path) -> Mapping[str, str]:
        """Return what an environment with these layers sees beside its code and ``/opt``."""
        del layers
        return {}

    def variables(self, places: Places) -> Mapping[str, str]:
        """Return the variables that the runtime adds; a function's own win."""
        del places
        return {}

    def starts_alike(self, variables: Mapping[str, str]) -> bool:
        """Return whether a process that was started without these variables does as well as one that had them."""
        del variables
        return False

    @property
    def takes_wrapper(self) -> bool:
        """Return whether ``AWS_LAMBDA_EXEC_WRAPPER`` is executed."""
        return True

    @property
    def writes_frames(self) -> bool:
        """Return whether the runtime client writes its log as frames, into a descriptor of its own."""
        return True

    @property
    def isolated(self) -> bool:
        """Return whether this machine allows namespaces."""
        return FORK_SERVERS.current(native=self).isolated

    def prepare(self, function: str, code: Path, layers: Sequence[Path], memory_size_mb: int) -> None:
        """Start the runtime's fork server in the background."""
        del function, code, layers, memory_size_mb
        forking.head_start(None, self)

    def before(self, function: str, code: Path, event: str) -> None:
        """Do nothing, by default."""
        del function, code, event

    def launch(self, program: Program, folder: Path) -> tuple[Forked, PathTranslation]:
        """Start the function's program in the place of a process forked for it.

        :raises EntrypointError: it cannot be executed.
        :raises ForkServerError: no process can be made on this machine; the message says why.
        :raises FileNotFoundError: its code, which may be a folder that somebody edits, has been removed.
        """
        check_folders(program)
        tmp, layers = folder / "tmp", merge_layers(program.layers, folder)
        places = AWS_PLACES
        # raises before a server is started for it
        command = self._command(places, program, layers)
        server = FORK_SERVERS.current(native=self)
        tmp.mkdir(mode=0o700, exist_ok=True)
        if not server.isolated:
            return server.fork(self._plain_request(server, program, layers, tmp)), translation(
                server, program, layers, tmp
            )
        variables = {**self.variables(places), **program.variables}
        shown = {
            "folders": {_TASK: str(program.code), _LAYERS: str(layers), **self.folders(layers)},
            "tmp": str(tmp),
        }
        forked = None
        if not program.debug_address and self.starts_alike(variables):
            function = {"variables": variables, "folder": _TASK}
            forked = server.spares.take(tuple(command), {**shown, "function": function})
        if not forked:
            forked = server.fork({**self._request(variables, command, _TASK), **shown})
        return forked, PathTranslation({})

    def spare_request(self, command: Command) -> dict[str, Any]:
        """Return what the fork server is asked for a process that waits, with this command line, for its function."""
        return self._request({**AT_THE_START, **self.variables(AWS_PLACES)}, list(command), "/")

    def _plain_request(self, server: ForkServer, program: Program, layers: Path, tmp: Path) -> dict[str, Any]:
        """Describe a start without namespaces: the code's own folder, temporary files and a home beside it."""
        places = Places(str(program.code), str(layers), str(server.runtime_dir), "", is_own_root=False)
        own = own_folders(program, tmp, server.runtime_dir)
        variables = {**self.variables(places), **program.variables, **own}
        if wrapper := variables.get(_WRAPPER):
            names = {_TASK: places.task, _LAYERS: places.layers, _RUNTIME: places.runtime}
            variables[_WRAPPER] = on_this_machine(wrapper, names)
        command = self._command(places, program, layers)
        home = Path(own["HOME"])
        return {
            **self._request(variables, command, places.task),
            "change_user": give_to_sandbox_user(program.code, tmp, home, interpreter=interpreters.own()),
            "file_rules": file_rules(server, program.code, layers, (tmp, home)),
        }

    def _command(self, places: Places, program: Program, layers: Path) -> list[str]:
        executable, *arguments = self.command(places, program.variables, program.code, layers)
        return [executable, *self.debugger(program.debug_address), *arguments]

    def debugger(self, address: str) -> list[str]:
        """Return the arguments that let a debugger attach at ``host:port``, or wait for it at ``host:port:wait``."""
        del address
        return []

    def _request(self, variables: Mapping[str, str], command: list[str], folder: str) -> dict[str, Any]:
        wrapper = variables.get(_WRAPPER) if self.takes_wrapper else None
        return {
            "env": dict(variables),
            "cwd": folder,
            "command": command,
            "arguments": [],
            "exec": [wrapper, *command] if wrapper else command,
            "writes_frames": self.writes_frames,
            "is_python": False,
        }

    @abstractmethod
    def command(self, places: Places, variables: Mapping[str, str], code: Path, layers: Path) -> list[str]:
        """Return the program and its arguments.

        :raises EntrypointError: there is none that could be executed.
        """
