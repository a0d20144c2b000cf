"""Fork server: the process that every function's process is forked from, with the usual imports done.

:mod:`localstack_process_executor.environments.forking` runs it with a bare interpreter of the function's Python
version, any that AWS has a runtime for. It serves one request at a time from a socket, each a JSON document with three
descriptors:

- ``output``: standard output and standard error of the function;
- ``status``: where how the function's process ended is written, and closed;
- ``life``: end of file there ends the environment. LocalStack holds the other end, so that nothing outlives it;
- ``assignment``, of a *spare* only: a process that is started ahead, and waits in its environment until it gets
  there which function it is to run.

For each it makes an environment of its own: mounts, a PID namespace, an *init* process that outlives every other
process in it, and the function's process, which has no privileges and no descriptor of ours.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from localstack_process_executor.sandbox import import_trace
else:
    # run as a program of its own: the package is not installed for the interpreter that runs it
    sys.path.insert(0, __file__.rpartition("/")[0])
    import import_trace
import_trace.TRACE.begin()

import contextlib
import ctypes
import errno
import gc
import importlib
import json
import locale
import os
import random
import resource
import select
import shutil
import signal
import socket
import time
import types
from pathlib import Path
from typing import Any

if TYPE_CHECKING:
    from localstack_process_executor.sandbox import file_rules, imported_ahead, namespaces, proc_self, socket_rules
else:
    import file_rules
    import imported_ahead
    import namespaces
    import proc_self
    import socket_rules

_LIBC = ctypes.CDLL(None)
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
_PYTHONS_LIBRARIES = f":{sys.prefix}/lib/."
_PROCESS_IDS = 7, 30_000
_OPEN_FILES = 1024
"""https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
_PROCESSES_OF_ALL = 16_384
"""Processes and threads that all functions of a user may have; each one's 1,024 are counted while it is invoked."""
_SIZE_BYTES = 4
_DESCRIPTORS = 4
_LAST_DESCRIPTOR = 1 << 16
_TELEMETRY_DESCRIPTOR, _ASSIGNMENT_DESCRIPTOR = 3, 4
_READ_BYTES = 64 * 1024
_OUR_MODULES = ("file_rules", "import_trace", "imported_ahead", "namespaces", "proc_self", "socket_rules")
_SHELLS = "/bin/bash", "/bin/sh"
_SHELL_NOT_FOUND, _SHELL_NOT_EXECUTABLE = 127, 126

Document = dict[str, Any]


class Server:
    """Accepts requests until its socket is closed; in a function's process, :meth:`serve` returns its request."""

    def __init__(self, sock: socket.socket, *, isolated: bool) -> None:
        self._sock = sock
        self._isolated = isolated
        self._forks_directly = not isolated or namespaces.can_leave_process_ids()

    def serve(self) -> Document | None:
        """Fork for each request; ``None`` at the end, the request in the function's process."""
        while True:
            size, descriptors, _, _ = socket.recv_fds(self._sock, _SIZE_BYTES, _DESCRIPTORS)
            if not size:
                return None
            data = self._receive(int.from_bytes(size, "big"))
            try:
                forked = self._fork()
            except OSError as error:
                self._reply({"error": str(error)})
                forked = True
            if not forked:
                self._sock.close()
                return self._become_init(json.loads(data), *descriptors)
            for descriptor in descriptors:
                os.close(descriptor)

    def _fork(self) -> bool:
        """Make an init, in a PID namespace of its own, and say its id; false in the init.

        A user namespace of ours cannot come back to the host's process ids, so that there a child goes, and ends.
        """
        if not self._forks_directly:
            if os.fork():
                return True
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        if self._isolated:
            namespaces.new_process_ids()
        try:
            pid = os.fork()
            if pid == 0:
                return False
        finally:
            if self._isolated and self._forks_directly:
                namespaces.leave_process_ids()
        self._reply({"pid": pid})
        if not self._forks_directly:
            os._exit(0)
        return True

    def _reply(self, document: Document) -> None:
        self._sock.sendall(json.dumps(document).encode() + b"\n")

    def _receive(self, size: int) -> bytes:
        data = bytearray()
        while len(data) < size:
            chunk = self._sock.recv(size - len(data))
            if not chunk:
                break
            data += chunk
        return bytes(data)

    def _become_init(
        self, request: Document, output: int, status: int, life: int, assignment: int | None = None
    ) -> Document:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        spare = Spare(assignment) if assignment is not None else None
        if self._isolated:
            namespaces.own_mounts()
            if not spare:
                namespaces.show(request["folders"], request["tmp"])
            namespaces.show_own_processes()
            namespaces.begin_process_ids_at(random.SystemRandom().randrange(*_PROCESS_IDS))
        else:
            _set_process_option(_PR_SET_CHILD_SUBREAPER, 1)
        # what goes wrong before is not the function's, and nothing for its log
        os.dup2(output, 1)
        os.dup2(output, 2)
        wake_reader, wake_writer = os.pipe()
        os.set_blocking(wake_writer, False)
        signal.set_wakeup_fd(wake_writer)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        function = os.fork()
        if function:
            os.close(output)
            _point_to_null(1, 2)
            watch(function, status, life, wake_reader, spare, isolated=self._isolated)
        if spare:
            request["assignment"] = spare.reader
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        return request


class Spare:
    """The init's side of a process that waits, in namespaces of its own, to be told which function it is to run."""

    def __init__(self, assignment: int) -> None:
        self.assignment = assignment
        self.reader, self._writer = os.pipe()
        """Where the process reads it."""

    def assign(self) -> None:
        """Show the function's folders, put the host's out of reach, and only then hand the assignment on."""
        data = b"".join(iter(lambda: os.read(self.assignment, _READ_BYTES), b""))
        os.close(self.assignment)
        if not data:
            # nobody needs it any more: its life ends, too
            return
        document = json.loads(data)
        namespaces.show(document["folders"], document["tmp"])
        namespaces.leave_host()
        with contextlib.suppress(OSError):  # it has ended, and is about to be reaped
            os.write(self._writer, json.dumps(document["function"]).encode())
        os.close(self._writer)
        os.close(self.reader)


def watch(function: int, status: int, life: int, wake: int, spare: Spare | None = None, *, isolated: bool) -> None:
    """Be the init of an environment: reap processes, report how the function ended, end when unneeded."""
    while life not in (ready := select.select([life, wake, *([spare.assignment] if spare else [])], [], [])[0]):
        if spare and spare.assignment in ready:
            spare.assign()
            spare = None
        if wake in ready:
            os.read(wake, 4096)
            _reap(function, status, isolated=isolated)
    if not isolated:
        _kill_descendants()
    # the end of a PID namespace's init ends every process in it
    os._exit(0)


def _reap(function: int, status: int, *, isolated: bool) -> None:
    """Take note of whatever has ended; when the function has, say how, and end."""
    while True:
        try:
            pid, how, used = os.wait4(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        if pid == function:
            if not isolated:
                _kill_descendants()
            os.write(status, f"{os.waitstatus_to_exitcode(how)} {used.ru_maxrss}\n".encode())
            os._exit(0)


def _kill_descendants() -> None:
    """End, without a PID namespace, what the function started, and what that started, until nothing is left."""
    while True:
        children = _children()
        if not children:
            return
        for child in children:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(child, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(-1, 0)


def _children() -> list[int]:
    """List our children; as a subreaper, every orphan of the environment is one."""
    listing = Path(f"/proc/self/task/{os.getpid()}/children")
    if listing.exists():
        return [int(pid) for pid in listing.read_text(encoding="utf-8").split()]
    with contextlib.suppress(ProcessLookupError, PermissionError):
        # no /proc (macOS): the function's own session is what we know, and we are in it
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.killpg(0, signal.SIGTERM)
    return []


def _set_process_option(option: int, value: int) -> None:
    if sys.platform == "linux":
        _LIBC.prctl(option, value, 0, 0, 0)


def _point_to_null(*descriptors: int) -> None:
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in descriptors:
        os.dup2(null, descriptor)
    os.close(null)


def _give_up_rights(request: Document, *, isolated: bool) -> None:
    """Leave the host's files and every privilege behind; of a spare, its init removes the files later."""
    if isolated and "assignment" not in request:
        namespaces.leave_host()
    if sys.platform == "linux":
        namespaces.drop_privileges(change_user=isolated or request["change_user"])
    if isolated:
        file_rules.keep_from_abstract_sockets()
        return
    # an init that the function could kill must not leave it behind
    _set_process_option(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if rules := request.get("file_rules"):
        file_rules.restrict(**rules)
        socket_rules.refuse_shared()


def become_function(request: Document, *, isolated: bool) -> None:
    """Take the last steps before the function's own code: no privileges, its variables, its folder."""
    _give_up_rights(request, isolated=isolated)
    _point_to_null(0)
    _close_descriptors(request.get("assignment"))
    _limit(resource.RLIMIT_NOFILE, _OPEN_FILES)
    _limit(resource.RLIMIT_NPROC, _PROCESSES_OF_ALL)
    variables = dict(request["env"])
    if request.get("writes_frames", True):
        # the runtime client's framed log goes the same way as the output, so that both keep their order
        _open_telemetry()
        variables["_LAMBDA_TELEMETRY_LOG_FD"] = str(_TELEMETRY_DESCRIPTOR)
    if "assignment" in request:
        variables["_LAMBDA_SPARE"] = str(_ASSIGNMENT_DESCRIPTOR)
    os.environ.clear()
    os.environ.update(variables)
    time.tzset()
    os.chdir(request["cwd"])
    if request["exec"]:
        if request.get("is_python", True):
            # where Python itself is; bootstrap.py takes it away again
            variables["LD_LIBRARY_PATH"] = f"{variables.get('LD_LIBRARY_PATH', '')}{_PYTHONS_LIBRARIES}"
        _execute(request["exec"], variables)
    if sys.version_info >= (3, 10):  # noqa: UP036 - any Python that AWS has a runtime for
        sys.orig_argv[:] = request["command"]
    if sys.platform == "linux":
        proc_self.set_proc_self(request["command"], request["env"])
    with contextlib.suppress(locale.Error):
        locale.setlocale(locale.LC_CTYPE, "")


def _limit(kind: int, most: int) -> None:
    """Allow no more than so many of something, for good."""
    hard = resource.getrlimit(kind)[1]
    limit = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (limit, limit))


def _open_telemetry() -> None:
    """Open the output once more: Node.js lets nobody wait who writes to what it writes to itself."""
    try:
        own = os.open("/proc/self/fd/1", os.O_WRONLY)
    except OSError:
        own = os.dup(1)  # a system without /proc
    os.dup2(own, _TELEMETRY_DESCRIPTOR, inheritable=True)
    if own != _TELEMETRY_DESCRIPTOR:
        os.close(own)
    else:
        os.set_inheritable(own, True)


def _close_descriptors(assignment: int | None) -> None:
    """Close all but the standard ones, and the one that a spare reads what it is to do from."""
    if assignment is None:
        os.closerange(3, _LAST_DESCRIPTOR)
        return
    os.dup2(assignment, _ASSIGNMENT_DESCRIPTOR)
    os.set_inheritable(_ASSIGNMENT_DESCRIPTOR, True)
    os.closerange(3, _ASSIGNMENT_DESCRIPTOR)
    os.closerange(_ASSIGNMENT_DESCRIPTOR + 1, _LAST_DESCRIPTOR)


def _execute(command: list[str], env: dict[str, str]) -> None:
    """Replace this process; a program that is not there ends as AWS's start script does."""
    program = command[0]
    if not os.path.isfile(program):  # noqa: PTH113
        print(f"{program}: does not exist", flush=True)
        os._exit(_SHELL_NOT_FOUND)
    try:
        os.execve(program, command, env)  # noqa: S606 - no shell
    except OSError as error:
        if error.errno == errno.ENOEXEC:
            # without a first line that names its interpreter, it is a shell's
            _execute([next(filter(os.path.isfile, _SHELLS), _SHELLS[-1]), *command], env)
        problem = "is not an executable" if isinstance(error, PermissionError) else error.strerror
        print(f"{program}: {problem}", flush=True)
        os._exit(_SHELL_NOT_EXECUTABLE)


def serve(config: Document) -> Document | None:
    """Serve until LocalStack is gone; in a function's process, return its request, ready to run."""
    sock = socket.socket(fileno=config["socket"])
    isolated = bool(config["isolated"])
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # nobody asks how our children ended: they say it themselves
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    _set_process_option(_PR_SET_CHILD_SUBREAPER, 1)
    own = str(Path(__file__).parent)
    sys.path[:] = [entry for entry in sys.path if entry not in (own, config["runtime_dir"])]
    sys.path.append(config["runtime_dir"])
    at_the_start = import_trace.AT_THE_START | (set() if isolated else _finish_start())
    # before anything is imported ahead: a module that changes later on is taken for one that a library patches
    _resolve_emulators_names()
    # once, and not in each process
    namespaces.may_change_user()
    _preload(config["preload"])
    import_trace.TRACE.end()
    ahead = imported_ahead.ImportedAhead(import_trace.TRACE, at_the_start.union(_OUR_MODULES))
    sock.sendall(json.dumps({"isolated": isolated, "modules": sorted(_imported())}).encode() + b"\n")
    request = Server(sock, isolated=isolated).serve()
    if request:
        become_function(request, isolated=isolated)
        ahead.hide()
    else:
        _clean_up(Path(config["folder"]), isolated=isolated)
    return request


def _finish_start() -> set[str]:
    """Do what Python's start does without ``-S``, and return the modules it imports."""
    import encodings.utf_8_sig
    import site

    for define in (site.setquit, site.setcopyright, site.sethelper):
        define()
    return {site.__name__, "_sitebuiltins", encodings.utf_8_sig.__name__}


def _resolve_emulators_names() -> None:
    """Find this machine under the names that LocalStack gives it, also without a DNS server that knows them.

    Queue URLs and presigned URLs have such a name.
    """
    resolve, end = socket.getaddrinfo, f".{namespaces.EMULATOR}"

    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(host, str) and f".{host.lower()}".endswith(end):
            host = "127.0.0.1"
        return resolve(host, *args, **kwargs)

    socket.getaddrinfo = getaddrinfo


def _preload(modules: list[str]) -> None:
    for module in modules:
        # what an old Python's SDK cannot do is not loaded ahead
        with contextlib.suppress(ImportError, SyntaxError):
            importlib.import_module(module)
    gc.collect()
    # a collection in a child must not touch, and so copy, every page it shares with us
    gc.freeze()


def _clean_up(folder: Path, *, isolated: bool) -> None:
    """LocalStack is gone: once the environments are gone too, so are their files."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with contextlib.suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)
    shutil.rmtree(str(namespaces.HOST) + str(folder) if isolated else folder, ignore_errors=True)


def isolate(config: Document) -> None:
    """Begin again inside a root of our own, where one can be had; return where not.

    It is tried in a child first: half a namespace is worse than none.
    """
    probe = os.fork()
    if probe == 0:
        try:
            _enter(config)
            namespaces.new_process_ids()
        except OSError as error:
            print(f"no namespaces: {error}", flush=True)
            os._exit(1)
        os._exit(0)
    _, how = os.waitpid(probe, 0)
    if how:
        return
    _enter(config)
    namespaces.keep_privileges_on_exec()
    inside = {**config, "isolated": True, "root": None, "runtime_dir": "/var/runtime"}
    program = str(namespaces.SERVER / Path(__file__).name)
    python = config["python"]
    # not as an argument: everybody can read those, above all the functions
    reader, writer = os.pipe()
    os.set_inheritable(reader, True)
    os.write(writer, json.dumps(inside).encode())
    os.close(writer)
    os.execve(python[0], [*python, program, str(reader)], config["env"])  # noqa: S606 - no shell


def _enter(config: Document) -> None:
    namespaces.enter()
    shown = {**config["read_only"], str(namespaces.SERVER): str(Path(__file__).parent)}
    namespaces.build_root(Path(config["root"]), shown)


def _imported() -> set[str]:
    """Top-level names of what is imported: a function that brings a module of that name must get its own."""
    return {name.partition(".")[0] for name in sys.modules} - {"__main__", "__mp_main__", *_OUR_MODULES}


def run(program: str, code: types.CodeType, arguments: list[str]) -> None:
    """Run it as a program of its own."""
    sys.argv = [program, *arguments]
    folder = str(Path(program).parent)
    sys.path[:] = [folder, *(entry for entry in sys.path if entry != folder)]
    main_module = types.ModuleType("__main__")
    main_module.__file__ = program
    sys.modules["__main__"] = main_module
    for module in _OUR_MODULES:
        del sys.modules[module]
    try:
        exec(code, main_module.__dict__)  # noqa: S102 - our own bootstrap.py
    except SystemExit:
        raise
    except BaseException as error:  # noqa: BLE001 - it ends the program as any other
        # without our frames, as if the program had been started by itself
        its_own = error.__traceback__.tb_next if error.__traceback__ else None
        sys.excepthook(type(error), error.with_traceback(its_own), its_own)
        sys.stdout.flush()
        sys.stderr.flush()
        if isinstance(error, KeyboardInterrupt):
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGINT)
        sys.exit(1)


def main() -> None:
    """Serve, and in a function's process run the runtime folder's program."""
    with open(int(sys.argv[1]), "rb") as file:  # noqa: PTH123 - a descriptor
        config = json.load(file)
    if config["root"] and sys.platform == "linux":
        isolate(config)
    program = config["program"]
    path = f"{config['runtime_dir']}/{program}"
    # the child need not compile it; a native runtime has none, and its functions do not come back from serve()
    code = compile(Path(path).read_text(encoding="utf-8"), path, "exec") if program else None
    request = serve(config)
    if request and code:
        run(code.co_filename, code, request["arguments"])


if __name__ == "__main__":
    main()
