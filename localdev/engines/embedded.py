"""LocalStack as a child process on 127.0.0.1, with functions as processes beside it."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
from collections import deque
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

from localdev.engines.base import say_nothing
from localdev.engines.elsewhere import PREFIX, PROGRAM, holder_of
from localdev.engines.emulator_settings import passed_on
from localdev.engines.local import LocalEngine, PortTakenError, is_ready
from localdev.engines.naming import typed_for
from localdev.engines.registry import ENGINES, Options
from localdev.system import project
from localdev.system.child_environment import child_environment
from localdev.system.errors import LocaldevError
from localdev.system.file_lock import exclusive, remove_unused
from localdev.system.folders import remove_folder
from localdev.system.installation import ensure_installed
from localdev.system.interrupts import shielded
from localdev.system.processes import (
    end_session,
    is_process,
    named_owner,
    port_error,
    port_holder,
    port_is_free,
    started_at,
)
from localdev.system.waiting import WaitTimeoutError, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

START_SECONDS = 90.0
_LOG_LINES = 25
_READY = b"\nReady.\n"
"""What LocalStack prints when its init hooks have run, well or not."""
_LOOK_SECONDS = 0.01


@dataclass(frozen=True)
class Instance:
    """Record of a running emulator, by which another command finds it."""

    pid: int
    started: float
    """Its process's start, since ids are used again."""
    port: int
    owner: int | None = None
    """The process it was started for, if it is to end with it."""
    owner_started: float | None = None
    release: str = "an older one"
    """Which version of the tool has started it."""

    def is_running(self) -> bool:
        """Return whether this very process is there."""
        return is_process(self.pid, self.started)

    def is_orphaned(self) -> bool:
        """Return whether the process it was started for has ended."""
        return self.owner is not None and not is_process(self.owner, self.owner_started)


class EmbeddedEngine(LocalEngine):
    """The emulator on one port. Objects are cheap: what is up is known from its folder."""

    kind = ENGINES["embedded"]

    def __init__(
        self,
        port: int = project.DEFAULT_PORT,
        *,
        ends_with_us: bool = False,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        """Let ``settings`` of LocalStack win over those of ``emulator/localstack.env``."""
        super().__init__(f"http://127.0.0.1:{port}")
        self.port = port
        self.folder = project.STATE / f"{PREFIX}{port}"
        self._settings = settings or {}
        self._ends_with_us = ends_with_us
        self._process: subprocess.Popen[bytes] | None = None
        """LocalStack, where it is a child of ours."""

    @classmethod
    def of(cls, options: Options) -> EmbeddedEngine:
        """Return the engine that the options name."""
        return cls(options.port or project.DEFAULT_PORT, ends_with_us=options.ends_with_us)

    @staticmethod
    def known() -> list[EmbeddedEngine]:
        """Return every emulator of this checkout that has left a folder, up or not."""
        return known_engines()

    @property
    def log_file(self) -> Path:
        """LocalStack's output."""
        return self.folder / "localstack.log"

    @property
    def debug_file(self) -> Path:
        """The functions that a debugger may attach to: one ``NAME:PORT:wait`` a line."""
        return self.folder / "debugged-functions"

    def is_up(self) -> bool:
        """Return whether an emulator of this checkout runs on the port."""
        instance = self._read_instance()
        return bool(instance and instance.is_running())

    def instance(self) -> Instance:
        """Return what runs on the port.

        :raises LocaldevError: nothing of ours does.
        """
        instance = self._read_instance()
        if not instance:
            raise LocaldevError(f"Nothing is up at {self.endpoint_url}.", f"start it with {typed_for(self, 'up')}.")
        return instance

    def other_release(self) -> str | None:
        """Return the version of the tool that has started it, where that is another than this."""
        instance = self._read_instance()
        return instance.release if instance and instance.release != project.RELEASE else None

    def is_orphaned(self) -> bool:
        """Return whether it was started for a process that has ended without stopping it."""
        instance = self._read_instance()
        return bool(instance and instance.is_orphaned())

    def start(self, _say: Callable[[str], None] = say_nothing) -> None:
        """Start it, unless it is up, and wait until it is ready.

        :raises LocaldevError: the port is taken, or LocalStack does not become ready.
        """
        ensure_installed()
        with self._lock():
            if self.is_up():
                return
            self._clear()
            self._check_port()
            self._process = self._spawn()
            try:
                self._wait_until_ready(self._process)
            except BaseException:
                with shielded():
                    self._clear(keep_log=True)
                raise

    def stop(self) -> None:
        """End LocalStack and every function's process, and remove the folder."""
        with shielded(), self._lock():
            self._clear()

    def log_tail(self, lines: int = _LOG_LINES) -> str:
        """Return the last lines of LocalStack's log, without its request lines."""
        with contextlib.suppress(FileNotFoundError), self.log_file.open(errors="replace") as log:
            return "".join(deque((line for line in log if "_localstack/" not in line), lines))
        return ""

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """Keep two commands from starting or stopping the same emulator at once."""
        project.make_state()
        with exclusive(self.folder.with_suffix(".lock")):
            yield

    def _read_instance(self) -> Instance | None:
        with contextlib.suppress(FileNotFoundError, ValueError, TypeError):
            record = json.loads((self.folder / "instance.json").read_text(encoding="utf-8"))
            # a newer version of the tool may have written more
            return Instance(**{field.name: record[field.name] for field in fields(Instance) if field.name in record})
        return None

    def _clear(self, *, keep_log: bool = False) -> None:
        instance = self._read_instance()
        if instance and (instance.is_running() or started_at(instance.pid) is None):
            # also where LocalStack itself was killed: its session has its id until the last of it has ended
            end_session(instance.pid)
        if self._process:
            self._process.wait()
            self._process = None
        if keep_log and self.log_file.exists():
            # what went wrong can still be read after a start that failed
            self.log_file.replace(project.STATE / "last-failure.log")
        remove_folder(self.folder)

    def _check_port(self) -> None:
        error = port_error(self.port)
        if error is None:
            return
        if isinstance(error, PermissionError):
            raise LocaldevError(
                f"Port {self.port} on 127.0.0.1 is not for ordinary users: {error.strerror}.",
                "choose another port with --port, from 1024 on.",
            )
        if other := holder_of(self.port):
            raise PortTakenError(other.message, other.hint)
        raise PortTakenError(
            f"Port {self.port} on 127.0.0.1 is held by {port_holder(self.port)}.",
            "end that program, or choose another port with --port.",
        )

    def _spawn(self) -> subprocess.Popen[bytes]:
        self._make_folders()
        with self.log_file.open("ab") as log:
            process = subprocess.Popen(
                [project.EMULATOR_PYTHON, *PROGRAM],
                cwd=self.folder,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        owner = os.getpid() if self._ends_with_us else named_owner()
        instance = Instance(
            process.pid,
            started_at(process.pid) or 0.0,
            self.port,
            owner,
            started_at(owner) if owner else None,
            project.RELEASE,
        )
        (self.folder / "instance.json").write_text(json.dumps(asdict(instance)), encoding="utf-8")
        return process

    def _make_folders(self) -> None:
        files = self.folder / "files"
        for folder in (self.folder / "tmp", files / "usr/lib", files / "etc/localstack/init"):
            folder.mkdir(parents=True)
        (files / "usr/lib/localstack").symlink_to(project.STATIC_LIBS)
        for stage in ("start.d", "ready.d"):
            (files / "etc/localstack/init" / stage).symlink_to(project.EMULATOR / stage)

    def _environment(self) -> dict[str, str]:
        """Return the settings of this emulator alone; those of all are in ``emulator/localstack.env``."""
        return child_environment(
            self.folder / "home",
            {
                "TMPDIR": str(self.folder / "tmp"),
                # as in a container: LocalStack writes times of day without a zone, and sends them as UTC's
                "TZ": "UTC",
                "XDG_CACHE_HOME": str(project.PLUGIN_CACHE),
                "FILESYSTEM_ROOT": str(self.folder / "files"),
                "OVERRIDE_IN_DOCKER": "0",
                # plux knows its index by the import path, in which the working folder would be new every time
                "PYTHONSAFEPATH": "1",
                "CONFIG_DIR": str(project.EMULATOR),
                "CONFIG_PROFILE": project.SETTINGS_PROFILE,
                "GATEWAY_LISTEN": f"127.0.0.1:{self.port}",
                "LOCALSTACK_HOST": f"localhost.localstack.cloud:{self.port}",
                "CDK_BOOTSTRAP_TEMPLATE": str(project.BOOTSTRAP_TEMPLATE),
                "LAMBDA_HOT_RELOAD_FOLDERS": _hot_reload_folders(self.port),
                "LAMBDA_PROCESS_NODE_MODULES": str(project.NODE_MODULES),
                "LAMBDA_PROCESS_NODE_SDK": str(project.NODE_SDK),
                "LAMBDA_PROCESS_DEBUG_FILE": str(self.debug_file),
                **passed_on(),
                **self._settings,
            },
        )

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        def ready() -> bool | None:
            if process.poll() is not None:
                raise self._ended(process.returncode)
            # asking it would keep it from starting for a twentieth of the time
            if _READY not in self.log_file.read_bytes():
                return None
            try:
                return is_ready(self.endpoint_url)
            except LocaldevError as error:
                raise self._failure(error.message) from error

        try:
            wait_until(ready, what="LocalStack to be ready", seconds=START_SECONDS, longest_pause=_LOOK_SECONDS)
        except WaitTimeoutError as error:
            raise self._failure(error.message.rstrip(".")) from error

    def _ended(self, status: int) -> LocaldevError:
        """Return why LocalStack has ended: somebody may have taken the port after it was looked at."""
        if not port_is_free(self.port):
            return PortTakenError(f"Port {self.port} on 127.0.0.1 was taken by {port_holder(self.port)} meanwhile.")
        return self._failure(f"LocalStack ended with status {status}")

    def _failure(self, what: str) -> LocaldevError:
        return LocaldevError(
            f"{what}. The last lines of its log:\n\n{self.log_tail()}",
            f"the whole log is in {project.STATE / 'last-failure.log'}.",
        )


def _hot_reload_folders(port: int) -> str:
    """Return the folders that functions may be run from: that of ``watch``, and those that the person names."""
    named = os.environ.get("LAMBDA_HOT_RELOAD_FOLDERS")
    return os.pathsep.join(filter(None, (str(project.hot_folder(port)), named)))


def known_engines() -> list[EmbeddedEngine]:
    """Return every emulator of this checkout that has left a folder, up or not."""
    ports = (folder.name.removeprefix(PREFIX) for folder in project.STATE.glob(f"{PREFIX}*[0-9]"))
    return [EmbeddedEngine(int(port)) for port in sorted(ports) if port.isdigit()]


def sweep() -> None:
    """Stop the emulators whose owner has ended without stopping them, e.g. a killed test run; and remove such locks."""
    for engine in known_engines():
        if engine.is_orphaned():
            engine.stop()
    for left in project.STATE.glob("*-[0-9]*.lock"):
        remove_unused(left)
