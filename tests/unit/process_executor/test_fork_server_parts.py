"""Parts of the fork server that its whole does not come to everywhere, in processes of their own."""

from __future__ import annotations

import os
import signal
import socket
import sys
import tempfile
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from localstack_process_executor.sandbox import fork_server, namespaces, proc_self

if TYPE_CHECKING:
    from collections.abc import Callable

# the program sees every import from its first line on; that of all other tests would take half as long again
sys.modules["import_trace"].TRACE.end()

NOBODY = 65534
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="namespaces are Linux's")


def in_a_child(step: Callable[[], object]) -> tuple[int, str]:
    """Fork, run a step, and return the exit status, as of :class:`subprocess.Popen`, and the output."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(writer, 1)
        os.dup2(writer, 2)
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        status = 70
        try:
            step()
            status = 0
        except SystemExit as error:
            status = int(error.code or 0)
        except BaseException:  # noqa: BLE001 - the parent gets it
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)
    os.close(writer)
    with open(reader, encoding="utf-8", errors="replace") as written:  # noqa: PTH123 - a descriptor
        output = written.read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), output


def as_nobody(step: Callable[[], object]) -> Callable[[], None]:
    """Return the step, taken by a user who has no privileges."""

    def run() -> None:
        if os.geteuid() == 0:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            # who changes their user may not write below /proc/self, as whoever never was root may
            fork_server._set_process_option(namespaces._PR_SET_DUMPABLE, 1)
        step()

    return run


def program(source: str, tmp_path: Path) -> Callable[[], None]:
    path = str(tmp_path / "program.py")
    (tmp_path / "program.py").write_text(source)
    return lambda: fork_server.run(path, compile(source, path, "exec"), ["an argument"])


def test_a_program_is_run_as_if_it_had_been_started_by_itself(tmp_path: Path) -> None:
    source = "import sys\nassert __name__ == '__main__'\nprint(sys.argv[1], __file__ == sys.argv[0])\nsys.exit(7)\n"

    assert in_a_child(program(source, tmp_path)) == (7, "an argument True\n")


def test_an_exception_that_ends_a_program_is_shown_without_our_frames(tmp_path: Path) -> None:
    status, output = in_a_child(program("raise ValueError('burnt')\n", tmp_path))

    assert status == 1
    assert output.count("File ") == 1
    assert "program.py" in output
    assert output.endswith("ValueError: burnt\n")


def test_an_interrupt_ends_a_program_by_its_signal(tmp_path: Path) -> None:
    status, output = in_a_child(program("raise KeyboardInterrupt\n", tmp_path))

    assert status == -signal.SIGINT
    assert "program.py" in output


def test_where_processes_are_not_listed_the_session_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getpid", lambda: 0)

    def end_the_session() -> None:
        os.setsid()
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.pause()
        # until it waits for its signal, it could be ended too early to have asked for it
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        assert fork_server._children() == []
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)

    assert in_a_child(end_the_session) == (0, "")


def test_a_process_that_cannot_be_made_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> bool:
        raise OSError(11, "no more processes")

    monkeypatch.setattr(fork_server.Server, "_fork", fail)
    ours, theirs = socket.socketpair()
    reader, writer = os.pipe()
    with ours, theirs:
        socket.send_fds(ours, [(2).to_bytes(4)], [reader, writer, reader])
        ours.sendall(b"{}")
        ours.shutdown(socket.SHUT_WR)

        assert fork_server.Server(theirs, isolated=False).serve() is None
        assert ours.recv(4096) == b'{"error": "[Errno 11] no more processes"}\n'
    os.close(reader)
    os.close(writer)


def test_a_request_that_breaks_off_ends_there() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(b"abc")
        ours.shutdown(socket.SHUT_WR)

        assert fork_server.Server(theirs, isolated=False)._receive(10) == b"abc"


@on_linux
def test_what_the_kernel_refuses_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "missing"

    with pytest.raises(OSError, match="unshare"):
        namespaces._unshare(1)
    with pytest.raises(OSError, match="missing"):
        namespaces._mount("none", str(missing), "tmpfs", 0)
    with pytest.raises(OSError, match="missing"):
        namespaces._unmount(missing)


@on_linux
def test_a_user_without_privileges_can_do_none_of_it() -> None:
    def try_it() -> None:
        assert not namespaces.can_leave_process_ids()
        namespaces.begin_process_ids_at(100)
        with pytest.raises(OSError, match="PR_CAP_AMBIENT_RAISE"):
            namespaces.keep_privileges_on_exec()

    assert in_a_child(as_nobody(try_it)) == (0, "")


@on_linux
def test_a_process_that_may_not_see_itself_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proc_self, "Path", lambda _: tmp_path / "missing")

    assert not proc_self.set_proc_self(["pizza"], {})


@on_linux
def test_in_a_user_namespace_privileges_survive_an_exec() -> None:
    def execute() -> None:
        try:
            namespaces.enter()
        except OSError:
            sys.exit(77)
        namespaces.keep_privileges_on_exec()
        os.execv("/bin/grep", ["grep", "^CapEff", "/proc/self/status"])  # noqa: S606 - no shell

    status, output = in_a_child(as_nobody(execute))

    if status == 77:
        pytest.skip("this machine allows no user namespaces")
    assert output == f"CapEff:\t{1 << 21:016x}\n"


@on_linux
def test_where_no_process_list_of_its_own_can_be_had_the_hosts_is_hidden(tmp_path: Path) -> None:
    def look() -> None:
        try:
            namespaces.enter()
        except OSError:
            sys.exit(77)
        host = tmp_path / "proc"
        host.mkdir()
        namespaces._bind(Path("/proc"), host, read_only=False)
        namespaces.HOST = tmp_path
        # the process ids are the host's still, and so a user namespace may not have their list
        namespaces.show_own_processes()
        print(sorted(os.listdir("/proc")))  # noqa: PTH208 - names only

    # down to the run's own temporary folder, whatever is between
    shared = Path(tempfile.gettempdir())
    for folder in (tmp_path, *(each for each in tmp_path.parents if shared in each.parents)):
        folder.chmod(0o777)
    status, output = in_a_child(as_nobody(look))

    if status == 77:
        pytest.skip("this machine allows no user namespaces")
    assert output == f"{sorted(namespaces._PUBLIC_PROC_FILES)}\n"
