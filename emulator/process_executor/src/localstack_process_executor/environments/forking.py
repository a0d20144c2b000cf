"""LocalStack's side of the fork servers: one for each Python version, started when first needed and after it died."""

import atexit
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from localstack_process_executor.environments import interpreters
from localstack_process_executor.environments.errors import ForkServerError, ForkServerKilledError
from localstack_process_executor.environments.forked import Forked
from localstack_process_executor.environments.interpreters import Interpreter
from localstack_process_executor.environments.runtime_dir import BOOTSTRAP, SANDBOX, runtime_entries
from localstack_process_executor.environments.spares import Command, Spare, Spares
from localstack_process_executor.environments.variables import LIBRARY_PATH

HOST = "/mnt"
"""Where a fork server in a root of its own has the host's files: ``namespaces.HOST``."""
_PROGRAM = SANDBOX / "fork_server.py"
_START_SECONDS = 60.0
_REPLY_SECONDS = 30.0
_STOP_SECONDS = 5.0
_EXIT_SECONDS = 1.0

PRELOADED = (
    "awslambdaric.lambda_config",
    "awslambdaric.lambda_context",
    "awslambdaric.lambda_literals",
    "awslambdaric.lambda_runtime_exception",
    "awslambdaric.lambda_runtime_log_utils",
    "awslambdaric.lambda_runtime_marshaller",
    "boto3.session",
    "botocore.auth",
    "botocore.client",
    "botocore.endpoint",
    "botocore.handlers",
    "botocore.httpsession",
    "botocore.parsers",
    "botocore.session",
    "botocore.signers",
    "boto3.resources.factory",
    "concurrent.futures.thread",
    "http.client",
    "simplejson",
    "ssl",
)
"""What nearly every function imports, and takes longest to: the SDK, and what the runtime client stands on."""


@cache
def base_folder() -> Path:
    """Return the folder of this process's environments, which goes when the process ends, however it ends."""
    folder = Path(tempfile.mkdtemp(prefix="lambda-process-"))
    # the fork server, chrooted or not, and the functions' user have to get through
    folder.chmod(0o711)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


class Native(Protocol):
    """Settings of a fork server for a runtime whose functions are executed, not forked. Equal ones share it."""

    def shown(self) -> Mapping[str, str]:
        """Return what functions see of this machine: the path there, and the path here."""

    def runtime_files(self) -> Mapping[str, Path]:
        """Return the files and folders of ``/var/runtime`` by name; an empty path for a folder to show something in."""

    def spare_request(self, command: Command) -> dict[str, Any]:
        """Return what the fork server is asked for a process that waits, with this command line, for its function."""

    def __hash__(self) -> int:
        """Tell runtimes apart."""


class ForkServer:
    """A running fork server. ``isolated`` says whether functions get a root of their own.

    With a native runtime, ``interpreter`` runs the fork server only, and functions do not see it.
    """

    def __init__(self, interpreter: Interpreter, *, namespaces: bool = True, native: Native | None = None) -> None:
        self.interpreter = interpreter
        self.native = native
        self.folder = Path(tempfile.mkdtemp(prefix="fork-server-", dir=base_folder()))
        self.folder.chmod(0o711)
        self.runtime_dir = self.folder / "runtime"
        self._make_folders()
        ours, theirs = socket.socketpair()
        config_reader, config_writer = os.pipe()
        with theirs, open(config_reader, "rb"), open(config_writer, "wb") as config:  # noqa: PTH123 - descriptors
            config.write(self._config(theirs, namespaces).encode())
            config.close()
            self._process = subprocess.Popen(
                [
                    interpreter.executable,
                    "-I",
                    "-S",
                    str(_PROGRAM),
                    str(config_reader),
                ],
                pass_fds=[theirs.fileno(), config_reader],
                stdin=subprocess.DEVNULL,
                env={"LANG": "en_US.UTF-8", "PATH": os.defpath, "LD_LIBRARY_PATH": f"{interpreter.prefix}/lib"},
                start_new_session=True,
            )
        # without somebody who waits for it, one that was killed would stay a zombie until it is needed again
        threading.Thread(target=self._process.wait, name="lambda-fork-server-end", daemon=True).start()
        self.spares = Spares(self._start_spare)
        """Processes of a native runtime that were started ahead."""
        self._socket = ours
        self._lock = threading.Lock()
        self._socket.settimeout(_START_SECONDS)
        try:
            ready = self._reply()
        except ForkServerError as error:
            was_killed = self._has_been_killed()
            self.stop()
            if was_killed:
                raise ForkServerKilledError(f"The fork server has been killed while it started: {error}") from error
            raise
        self.isolated = bool(ready["isolated"])
        self.modules = frozenset(ready["modules"])
        self._socket.settimeout(_REPLY_SECONDS)

    @property
    def readable(self) -> list[Path]:
        """Return what a function has to read beside its own files: the interpreter and the runtime's packages."""
        if self.native:
            files = [path for path in self.native.runtime_files().values() if path != Path()]
            # a module that is found by a link looks for others beside its file
            folders = [path.parent for path in files if path.is_file()]
            return [self.runtime_dir, *files, *folders, *map(Path, self.native.shown().values())]
        packages = runtime_entries(self.interpreter.version).values()
        return [Path(self.interpreter.prefix), self.runtime_dir, *packages]

    @property
    def pid(self) -> int:
        """The fork server's process."""
        return self._process.pid

    def is_alive(self) -> bool:
        """Return whether it still serves."""
        return self._process.poll() is None

    def fork(self, request: dict[str, Any], assignment: int | None = None) -> Forked:
        """Make an environment; one that is to be a spare gets a descriptor more, which is given back.

        :raises ForkServerError: it could not be made, and the message says why; or the server is of no more use.
        """
        output, output_writer = os.pipe()
        status, status_writer = os.pipe()
        life_reader, life = os.pipe()
        given = [output_writer, status_writer, life_reader, *([] if assignment is None else [assignment])]
        try:
            pid = self._ask(json.dumps(request).encode(), given)
        except BaseException:
            for descriptor in (output, status, life):
                os.close(descriptor)
            raise
        finally:
            for descriptor in given:
                os.close(descriptor)
        return Forked(pid, output, status, life, self.isolated)

    def _start_spare(self, command: Command) -> Spare:
        if not self.native:
            raise ForkServerError("Python functions are forked, and need no spare.")
        reader, assignment = os.pipe()
        try:
            return Spare(self.fork(self.native.spare_request(command), reader), assignment)
        except BaseException:
            os.close(assignment)
            raise

    def stop(self) -> None:
        """End it and its folder; environments that it has made live on, until their own end."""
        self.spares.close()
        self._process.terminate()
        self._socket.close()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _ask(self, data: bytes, descriptors: list[int]) -> int:
        """Return the id of a new environment's init."""
        with self._lock:
            try:
                socket.send_fds(self._socket, [len(data).to_bytes(4)], descriptors)
                self._socket.sendall(data)
                reply = self._reply()
            except (OSError, ForkServerError) as error:
                kind = ForkServerKilledError if self._has_been_killed() else ForkServerError
                # nobody knows what a later answer would belong to
                self._process.kill()
                raise kind(f"The fork server is gone: {error}") from error
        if "pid" not in reply:
            raise ForkServerError(f"The execution environment could not be made: {reply['error']}")
        return int(reply["pid"])

    def _has_been_killed(self) -> bool:
        """Return whether somebody's signal has ended it, or the kernel for want of memory."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            # its end of the socket closes a moment before
            return self._process.wait(_EXIT_SECONDS) == -signal.SIGKILL
        return False

    def _make_folders(self) -> None:
        (self.folder / "root").mkdir()
        self.runtime_dir.mkdir()
        if self.native:
            _copy(self.native.runtime_files(), self.runtime_dir)
            return
        for name, path in runtime_entries(self.interpreter.version).items():
            (self.runtime_dir / name).symlink_to(path)

    def _config(self, sock: socket.socket, namespaces: bool) -> str:
        return json.dumps(
            {
                "socket": sock.fileno(),
                "root": str(self.folder / "root") if namespaces else None,
                "isolated": False,
                "folder": str(base_folder()),
                "runtime_dir": str(self.runtime_dir),
                **(self._native_config(self.native) if self.native else self._python_config()),
            }
        )

    def _python_config(self) -> dict[str, Any]:
        entries = runtime_entries(self.interpreter.version)
        read_only = {f"/var/runtime/{name}": str(path) for name, path in entries.items()}
        return {
            "python": [f"/var/lang/bin/python{self.interpreter.version}"],
            "read_only": {**read_only, "/var/lang": self.interpreter.prefix},
            "program": BOOTSTRAP,
            "preload": PRELOADED,
            "env": {
                "LANG": "en_US.UTF-8",
                "LD_LIBRARY_PATH": LIBRARY_PATH,
                "PATH": os.defpath,
                "PYTHONPATH": "/var/runtime",
            },
        }

    def _native_config(self, native: Native) -> dict[str, Any]:
        """Python itself is used where the host's files are, which are out of reach before the function is executed."""
        python = self.interpreter
        return {
            "python": [f"{HOST}{Path(python.executable).resolve()}", "-I", "-S"],
            "read_only": {"/var/runtime": str(self.runtime_dir), **native.shown()},
            "program": None,
            "preload": (),
            "env": {"LANG": "en_US.UTF-8", "LD_LIBRARY_PATH": f"{HOST}{python.prefix}/lib", "PATH": os.defpath},
        }

    def _reply(self) -> dict[str, Any]:
        line = bytearray()
        while not line.endswith(b"\n"):
            try:
                chunk = self._socket.recv(4096)
            except TimeoutError as error:
                raise ForkServerError("The fork server does not answer.") from error
            except ConnectionError:
                chunk = b""
            if not chunk:
                raise ForkServerError("The fork server has ended.")
            line += chunk
        document: dict[str, Any] = json.loads(line)
        return document


def _copy(files: Mapping[str, Path], folder: Path) -> None:
    """Copy a runtime's files: Node.js follows a link, and would look for what it imports where that points to."""
    for name, source in files.items():
        if source.is_file():
            shutil.copyfile(source, folder / name)
        elif source == Path():
            # something is shown there
            (folder / name).mkdir()
        else:
            shutil.copytree(source, folder / name)


class ForkServers:
    """The one fork server that each Python version and native runtime is to have, started anew when it has died."""

    def __init__(self) -> None:
        self._servers: dict[tuple[str, bool, Native | None], ForkServer] = {}
        self._lock = threading.Lock()

    def current(self, interpreter: Interpreter | None = None, native: Native | None = None) -> ForkServer:
        """Return a fork server that serves. :raises ForkServerError: none can be started."""
        wanted = interpreter or interpreters.own()
        key = (wanted.executable, use_namespaces(), native)
        with self._lock:
            server = self._servers.get(key)
            if server and not server.is_alive():
                self._servers.pop(key).stop()
                server = None
            if not server:
                server = self._servers[key] = ForkServer(wanted, namespaces=key[1], native=native)
            return server

    def stop(self) -> None:
        """End them."""
        with self._lock:
            while self._servers:
                self._servers.popitem()[1].stop()


def use_namespaces() -> bool:
    """Return whether to use namespaces; ``LAMBDA_PROCESS_NAMESPACES=0`` does without them."""
    return os.environ.get("LAMBDA_PROCESS_NAMESPACES", "1") != "0"


FORK_SERVERS = ForkServers()
atexit.register(FORK_SERVERS.stop)


def head_start(
    interpreter: Interpreter | None, native: Native | None = None, command: Command | None = None
) -> threading.Thread:
    """Start a runtime's server in the background, and a spare, so that the first invocation finds them."""

    def start() -> None:
        # whoever needs it will try again, and say why it does not start
        with contextlib.suppress(ForkServerError, OSError):
            server = FORK_SERVERS.current(interpreter, native)
            if command and server.isolated:
                server.spares.expect(command)

    thread = threading.Thread(target=start, name="lambda-fork-server", daemon=True)
    thread.start()
    return thread
