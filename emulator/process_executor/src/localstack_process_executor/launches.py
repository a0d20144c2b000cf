"""How a runtime process is launched on this machine: with AWS's file system, or with the nearest thing."""

import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from localstack_process_executor.process import Launch, RuntimeProcess, base_interpreter
from localstack_process_executor.runtime_dir import runtime_entries

_BOOTSTRAP = Path(__file__).with_name("bootstrap.py")
_PROBE_SECONDS = 10.0


def make_launch(code: Path, variables: Mapping[str, str], folder: Path) -> Launch:
    """The launch of a function's runtime; ``folder`` is the environment's own and keeps its ``/tmp``."""
    tmp = folder / "tmp"
    tmp.mkdir(mode=0o700, exist_ok=True)
    if has_namespaces():
        return _in_namespace(code, variables, folder, tmp)
    return _in_place(code, variables, folder, tmp)


@cache
def has_namespaces() -> bool:
    """Whether this machine lets us give a process a root of its own; tried once."""
    if sys.platform != "linux":
        return False
    with tempfile.TemporaryDirectory(prefix="lambda-probe-") as folder:
        root, tmp = Path(folder, "root"), Path(folder, "tmp")
        root.mkdir()
        tmp.mkdir()
        launch = Launch([], {}, "/", str(tmp), str(root), _python())
        process = RuntimeProcess(launch)
        returncode = process.wait_for_exit(_PROBE_SECONDS)
        process.end()
        return returncode == 0


def _python() -> dict[str, str]:
    prefix = subprocess.check_output(
        [base_interpreter(), "-I", "-S", "-c", "import sys; print(sys.base_prefix)"], text=True
    )
    return {"/var/lang": prefix.strip()}


@cache
def _shown() -> dict[str, str]:
    """What every function sees beside its code."""
    entries = {f"/var/runtime/{name}": str(path) for name, path in runtime_entries().items()}
    return {**_python(), **entries, "/var/runtime/bootstrap.py": str(_BOOTSTRAP)}


def _in_namespace(code: Path, variables: Mapping[str, str], folder: Path, tmp: Path) -> Launch:
    root = folder / "root"
    root.mkdir(exist_ok=True)
    python = f"/var/lang/bin/python{sys.version_info.major}.{sys.version_info.minor}"
    return Launch(
        argv=[python, "/var/runtime/bootstrap.py", "/var/task", "/var/runtime", "/opt"],
        env=dict(variables),
        cwd="/var/task",
        tmp=str(tmp),
        root=str(root),
        read_only={**_shown(), "/var/task": str(code)},
    )


def _in_place(code: Path, variables: Mapping[str, str], folder: Path, tmp: Path) -> Launch:
    """Without namespaces: the code's own folder, and a temporary folder named by ``TMPDIR``."""
    runtime, layers = folder / "runtime", folder / "opt"
    if not runtime.exists():
        runtime.mkdir()
        layers.mkdir()
        for name, path in runtime_entries().items():
            (runtime / name).symlink_to(path)
    overrides = {
        "LAMBDA_RUNTIME_DIR": str(runtime),
        "LAMBDA_TASK_ROOT": str(code),
        "PWD": str(code),
        "PYTHONPATH": str(runtime),
        "TMPDIR": str(tmp),
    }
    argv = [base_interpreter(), "-s", str(_BOOTSTRAP), str(code), str(runtime), str(layers)]
    return Launch(argv, {**variables, **overrides}, str(code), str(tmp))
