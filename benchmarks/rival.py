"""The rival emulator, ministack, in a throw-away environment: it is no dependency of ours."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from localdev.engines import ExternalEngine
from localdev.setup.installer import uv
from localdev.system.child_environment import child_environment
from localdev.system.errors import LocaldevError
from localdev.system.processes import end_session, free_port
from localdev.system.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "ministack"
VERSION = "1.5.33"
_START_SECONDS = 30.0
_INSTALL_SECONDS = 180.0


class NoRivalError(Exception):
    """Error: the rival cannot be had on this machine."""


@dataclass(frozen=True)
class Rival:
    """An installed rival, to be started any number of times."""

    folder: Path

    @contextmanager
    def running(self) -> Iterator[ExternalEngine]:
        """Start it on a port of its own, as its manual says, and end it."""
        port = free_port()
        with tempfile.TemporaryDirectory(prefix="rival-", ignore_cleanup_errors=True) as folder:
            with (Path(folder) / "rival.log").open("wb") as log:
                process = subprocess.Popen(
                    [self.folder / "bin" / NAME],
                    cwd=folder,
                    env=child_environment(Path(folder) / "home", self._variables(port, folder)),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            try:
                engine = ExternalEngine(f"http://127.0.0.1:{port}")
                wait_until(lambda: engine.is_up() or None, what=f"{NAME} to answer", seconds=_START_SECONDS)
                yield engine
            finally:
                end_session(process.pid)
                process.wait()

    def _variables(self, port: int, folder: str) -> dict[str, str]:
        return {
            "GATEWAY_PORT": str(port),
            "BIND_HOST": "127.0.0.1",
            "TMPDIR": folder,
            "S3_DATA_DIR": f"{folder}/s3",
            "STATE_DIR": f"{folder}/state",
            "LOG_LEVEL": "WARNING",
            "SFTP_ENABLED": "0",
            "PATH": f"{self.folder / 'bin'}:/usr/local/bin:/usr/bin:/bin",
        }


@contextmanager
def installed() -> Iterator[Rival]:
    """Install it, with boto3 for the functions it runs, and remove it afterwards.

    :raises NoRivalError: with the reason.
    """
    with tempfile.TemporaryDirectory(prefix="rival-environment-") as folder:
        try:
            _install(Path(folder) / "venv")
        except (OSError, subprocess.SubprocessError, LocaldevError) as error:
            said = getattr(error, "stderr", None)
            raise NoRivalError(f"{NAME} {VERSION} could not be installed: {said or error}") from error
        yield Rival(Path(folder) / "venv")


def _install(venv: Path) -> None:
    def run(*command: str | Path) -> None:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=_INSTALL_SECONDS)

    what = (f"{NAME}=={VERSION}", "boto3")
    run(sys.executable, "-m", "venv", *(["--without-pip"] if (fast := uv()) else []), venv)
    if fast:
        with contextlib.suppress(subprocess.CalledProcessError):
            run(fast, "pip", "install", "--quiet", "--compile-bytecode", "--python", venv / "bin" / "python", *what)
            return
        run(sys.executable, "-m", "venv", "--clear", venv)
    run(venv / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *what)
