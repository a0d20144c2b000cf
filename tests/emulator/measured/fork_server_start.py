"""Run the fork server under coverage, also once it has begun again inside a root of its own.

Copied in front of the fork server by ``deployed.measured``, which says where things are on the host.
"""

import os
import runpy
import signal
import sys
from pathlib import Path
from typing import Any

PLACES: dict[str, str] = globals()["PLACES"]
"""The fork server's program, coverage and the folder of its settings."""

HOST = "/mnt" if __file__.startswith("/mnt/") else ""
"""Where the host's files are: in the root of its own, until the function begins."""
PROGRAM = "/srv/fork_server.py" if HOST else PLACES["program"]


def start() -> Any:
    """Begin to measure."""
    os.environ["COVERAGE_FOLDER"] = os.path.dirname(__file__)  # noqa: PTH120 - before anything is imported
    sys.path.insert(0, HOST + PLACES["packages"])
    import coverage

    measurement = coverage.Coverage(config_file=f"{HOST}{PLACES['settings']}/pyproject.toml")
    del sys.path[0]
    # a fork goes on measuring: begun anew, it would not see the rest of the functions it was forked in
    measurement.set_option("run:patch", ["_exit", "execv"])
    measurement.start()
    return measurement


def save_before(module: Any, name: str, *, the_last_time: bool) -> None:
    """Save what was measured before a step, after which it cannot be saved, or nobody may come to it."""
    step = getattr(module, name)

    def save_first(*arguments: Any, **options: Any) -> Any:
        measurement = coverage.Coverage.current()
        if measurement:
            measurement.save()
        if measurement and the_last_time:
            measurement.stop()
            measurement._auto_save = False
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
        return step(*arguments, **options)

    setattr(module, name, save_first)


def follow_into_the_root() -> None:
    """Measure the fork server that is executed inside the root, too, and save what was measured before."""
    execute, build = os.execve, namespaces.build_root

    def build_root(root: Path, read_only: dict[str, str]) -> None:
        build(root, read_only)
        folder = Path(os.environ["COVERAGE_FOLDER"])
        namespaces._bind(namespaces.HOST / str(folder).lstrip("/"), folder, read_only=False)

    def execve(path: str, arguments: list[str], env: dict[str, str]) -> None:
        if arguments[1:2] == ["/srv/fork_server.py"]:
            arguments = [arguments[0], f"/mnt{__file__}", *arguments[2:]]
        execute(path, arguments, env)

    namespaces.build_root = build_root
    os.execve = execve  # type: ignore[assignment]


start()
import coverage  # noqa: E402 - found by now

sys.path.insert(0, os.path.dirname(PROGRAM))  # noqa: PTH120
import locale  # noqa: E402

import namespaces  # type: ignore[import-not-found] # noqa: E402

if HOST:
    save_before(namespaces, "leave_host", the_last_time=True)
else:
    follow_into_the_root()
    save_before(locale, "setlocale", the_last_time=False)
sys.argv[0] = PROGRAM
runpy.run_path(PROGRAM, run_name="__main__")
