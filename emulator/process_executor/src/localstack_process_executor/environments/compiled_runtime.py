"""``provided.al2023`` and ``provided.al2``: whatever program or script is named ``bootstrap``."""

import logging
import os
import platform
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from localstack_process_executor.environments.errors import EntrypointError
from localstack_process_executor.environments.native_runtimes import NativeRuntime, Places

LOG = logging.getLogger(__name__)
_NAMES = ("provided.al2023", "provided.al2")
_ELF = b"\x7fELF"
_ELF_MACHINES = {"x86_64": 62, "aarch64": 183, "arm64": 183}
_BOOTSTRAP = "bootstrap"


@dataclass(frozen=True)
class CompiledRuntime(NativeRuntime):
    """``provided.al2023`` and ``provided.al2``: a program named ``bootstrap``, or a script.

    https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html
    """

    @property
    def takes_wrapper(self) -> bool:
        """Return false: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html."""
        return False

    @property
    def writes_frames(self) -> bool:
        """Return false: what it logs are lines."""
        return False

    def command(self, places: Places, variables: Mapping[str, str], code: Path, layers: Path) -> list[str]:
        """Return the first ``bootstrap`` in the code and in the layers."""
        del variables
        for aws, place, folder in (("/var/task", places.task, code), ("/opt", places.layers, layers)):
            if (folder / _BOOTSTRAP).exists():
                _check_executable(folder / _BOOTSTRAP, f"{aws}/{_BOOTSTRAP}")
                return [f"{place}/{_BOOTSTRAP}"]
        raise EntrypointError("Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]")


def _check_executable(program: Path, name: str) -> None:
    """:raises EntrypointError: the kernel would not execute it; in Lambda's words. The log says what to do."""
    with program.open("rb") as file:
        head = file.read(256)
    if not os.access(program, os.X_OK) or program.is_dir():
        raise _unusable(name, "permission denied", "set its execute bits before it is put into the package.")
    if head.startswith(b"#!"):
        words = head.partition(b"\n")[0].removeprefix(b"#!").decode(errors="replace").strip(" \t").split(" ")
        interpreter = words[0] if words else ""
        if not Path(interpreter).exists():
            hint = f"its first line names {interpreter or 'no interpreter'}, which is not there; are its line ends LF?"
            raise _unusable(name, "no such file or directory", hint)
        return
    machine = struct.unpack_from("<H", head, 18)[0] if head.startswith(_ELF) and len(head) > 20 else None
    wanted = _ELF_MACHINES.get(platform.machine())
    if platform.system() == "Linux" and machine != wanted:
        found = "not an ELF program" if machine is None else f"an ELF program of machine {machine}"
        hint = f"it is {found}; build it for this machine, {platform.machine()} (ELF machine {wanted})."
        raise _unusable(name, "exec format error", hint)


def _unusable(name: str, problem: str, hint: str) -> EntrypointError:
    LOG.warning("%s cannot be executed: %s. Hint: %s", name, problem, hint)
    return EntrypointError(f"fork/exec {name}: {problem}")


def find(name: str) -> CompiledRuntime | None:
    """Return the runtime of a name; ``None`` for one that has more than a system."""
    return CompiledRuntime(f"{name.replace('.', ':')}.v1") if name in _NAMES else None
