"""One runtime process, forked by the fork server: its output in one pipe, how it ended in another, ended whole."""

import contextlib
import os
import re
import select
import signal
import time
from pathlib import Path
from typing import NamedTuple

from localstack_process_executor.environments.forked import Forked

_READ_BYTES = 64 * 1024
_MOST_READS = 16
"""What a pipe can hold, 1 MB; without an end, who writes as fast as we read would never let us go on."""
_MOST_TASKS = 1024
"""Processes and threads: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
_MOST_LOOKED_AT = 64
"""Of so many the kernel sums up all memory, which takes it a millisecond each."""
_GONE_SECONDS = 10.0
_QUIET_SECONDS = 0.01
"""Who writes more than a pipe holds in this time waits for the rest of it."""
_KB_WORTH_A_LOOK = 1024
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_MEMORY = re.compile(rb"^VmHWM:\s+(\d+).*^RssFile:\s+(\d+).*^RssShmem:\s+(\d+)", re.DOTALL | re.MULTILINE)
_SHARE = re.compile(rb"^Pss_Anon:\s+(\d+)", re.MULTILINE)
_RESIDENT = re.compile(rb"^Rss:\s+(\d+)", re.MULTILINE)
_PRIVATE = re.compile(rb"^Private_Dirty:\s+(\d+)", re.MULTILINE)


class Ready(NamedTuple):
    """Finding of a wait."""

    others: list[int]
    """Those of the other descriptors that are readable."""
    output: bytes
    """What the process has written."""
    may_have_ended: bool


class RuntimeProcess:
    """A process that runs until it ends by itself or :meth:`end` is called."""

    def __init__(self, forked: Forked) -> None:
        self._forked = forked
        os.set_blocking(forked.output, False)
        os.set_blocking(forked.status, False)
        self._init_exit = _open_process(forked.pid)
        self._said = b""
        self._returncode: int | None = None
        self._peak_kb = 0
        self._together_kb = 0
        self.tasks = 0
        """Processes and threads of the environment, when :meth:`exceeds` last looked."""
        self._memory_file: int | None = None
        self._children_file: int | None = None
        self._function_pid: int | None = None
        self._ended = False

    @property
    def pid(self) -> int | None:
        """The function's process, seen from the host; ``None`` where the system does not tell, or it has ended."""
        if self._function_pid is None:
            with contextlib.suppress(OSError, ValueError, IndexError):
                init = self._forked.pid
                children = Path(f"/proc/{init}/task/{init}/children").read_text(encoding="utf-8").split()
                self._function_pid = int(children[0])
        return self._function_pid

    def pids(self) -> list[int]:
        """Return the processes of the environment, its init aside; none where the system does not tell."""
        return _descendants(self._forked.pid)

    def returncode(self) -> int | None:
        """Return how it ended, negative for a signal, or ``None`` while it runs."""
        if self._returncode is None:
            try:
                chunk = os.read(self._forked.status, 256)
            except BlockingIOError:
                return None
            self._said += chunk
            if not chunk or self._said.endswith(b"\n"):
                self._conclude()
        return self._returncode

    def poll(self, other_filenos: list[int], seconds: float, since: float, *, reads: bool = True) -> Ready:
        """Wait until another descriptor is readable or the process ends, or writes; at most for so long.

        What was written before another descriptor became readable is read with it. Most functions write a line or two
        and answer: in the first milliseconds after ``since``, of the monotonic clock, nobody is woken for a line.

        Without ``reads`` a process that writes more than a pipe holds waits.
        """
        quiet = since + _QUIET_SECONDS - time.monotonic()
        own = (self._forked.status,) if quiet > 0 or not reads else (self._forked.output, self._forked.status)
        poller = select.poll()
        for fileno in (*other_filenos, *own):
            poller.register(fileno, select.POLLIN)
        ready = poller.poll(max(0.0, min(seconds, quiet) if quiet > 0 else seconds) * 1000)
        hung_up = any(fileno == self._forked.output and mask == select.POLLHUP for fileno, mask in ready)
        if hung_up:
            # whoever could write has ended; how is a moment away
            _wait_until_readable(self._forked.status, min(seconds, _GONE_SECONDS))
        filenos = [fileno for fileno, _ in ready]
        others = [fileno for fileno in filenos if fileno not in own]
        return Ready(
            others,
            self.read_output() if others or (ready and reads) else b"",
            hung_up or self._forked.status in filenos,
        )

    def read_output(self) -> bytes:
        """Return everything written and not yet read; never waits, and leaves what is written meanwhile for later."""
        chunks: list[bytes] = []
        for _ in range(_MOST_READS):
            try:
                chunk = os.read(self._forked.output, _READ_BYTES)
            except BlockingIOError:
                break
            chunks.append(chunk)
            if len(chunk) < _READ_BYTES:
                break  # there was no more
        return b"".join(chunks)

    def exceeds(self, limit_kb: int) -> bool:
        """Return whether the function uses more memory than that now, together with all it has started, and has to end.

        As the kernel would, the largest process is ended: where that is not the function, it learns of it by itself.
        """
        pids, self.tasks = _walk(self._forked.pid)
        if self.has_too_many_tasks:
            # what they use takes too long to find out
            return False
        together_kb = sum(map(_memory_kb, pids))
        if len(pids) > 1:
            self._note(pids, together_kb)
        if together_kb <= limit_kb:
            return False
        if len(pids) == 1:
            return True
        # what is shared since a fork is there once
        sizes = {pid: _proportional_kb(pid) for pid in _some(pids)}
        if sum(sizes.values()) * len(pids) <= limit_kb * len(sizes):
            return False
        largest = max(sizes, key=lambda pid: sizes[pid])
        if largest != self.pid:
            self._end_one(largest)
        return largest == self.pid

    @property
    def has_too_many_tasks(self) -> bool:
        """Return whether it has more processes and threads than Lambda allows."""
        return self.tasks > _MOST_TASKS

    def _end_one(self, pid: int) -> None:
        with contextlib.suppress(OSError):
            process = os.pidfd_open(pid)
            try:
                # nobody else has its number meanwhile
                if pid in _descendants(self._forked.pid):
                    signal.pidfd_send_signal(process, signal.SIGKILL)
            finally:
                os.close(process)

    def _note(self, pids: list[int], together_kb: int) -> None:
        """Remember what the function and all it has started use, if it is more than before."""
        if together_kb <= self._together_kb + _KB_WORTH_A_LOOK:
            return
        self._together_kb = together_kb
        # what is shared, since a fork or of files, is there once: about as much as one of them has
        some = _some(pids)
        resident, private = zip(*(_rollup_kb(pid, _RESIDENT, _PRIVATE) for pid in some), strict=True)
        shared_kb = max(size - own for size, own in zip(resident, private, strict=True))
        self._peak_kb = max(self._peak_kb, sum(private) * len(pids) // len(some) + shared_kb)

    def peak_memory_kb(self) -> tuple[int, int]:
        """Return peak memory, of the function with all it has started, and of it alone without mapped files.

        Zeros where the system does not tell.
        """
        try:
            if self._memory_file is None or self._children_file is None:
                # once: they are read after every invocation
                self._memory_file = os.open(f"/proc/{self.pid}/status", os.O_RDONLY | os.O_CLOEXEC)
                self._children_file = os.open(f"/proc/{self.pid}/task/{self.pid}/children", os.O_RDONLY | os.O_CLOEXEC)
            if os.pread(self._children_file, 1, 0):
                pids = _descendants(self._forked.pid)
                self._note(pids, sum(map(_memory_kb, pids)))
            found = _MEMORY.search(os.pread(self._memory_file, _READ_BYTES, 0))
        except OSError:
            found = None
        if not found:
            return self._peak_kb, 0
        peak, files, shared = map(int, found.groups())
        self._peak_kb = max(self._peak_kb, peak)
        return self._peak_kb, peak - files - shared

    def kill(self) -> None:
        """Kill the process and all it has started, and wait until they are gone. May be called again."""
        if self._ended:
            return
        self._ended = True
        os.close(self._forked.life)
        if self._forked.isolated and self._init_exit is not None:
            # its init ends everything in its PID namespace; it would by itself, a moment later
            with contextlib.suppress(OSError):
                signal.pidfd_send_signal(self._init_exit, signal.SIGKILL)
        self._wait_until_gone()
        if self.returncode() is None:
            self._returncode = -signal.SIGKILL

    def end(self) -> bytes:
        """Kill it and give its descriptors back; what it had still written. To be called once."""
        self.kill()
        rest = self.read_output()
        for descriptor in (self._forked.output, self._forked.status):
            os.close(descriptor)
        for optional in (self._init_exit, self._memory_file, self._children_file):
            if optional is not None:
                os.close(optional)
        return rest

    def _conclude(self) -> None:
        """Take what its init has said; an init that was killed has said nothing, and took the function with it."""
        words = self._said.split()
        self._returncode = int(words[0]) if words else -signal.SIGKILL
        if len(words) > 1:
            self._peak_kb = max(self._peak_kb, int(words[1]))

    def _wait_until_gone(self) -> None:
        """Until its init has ended, and with it whatever the function started."""
        if self._init_exit is not None:
            _wait_until_readable(self._init_exit, _GONE_SECONDS)
            return
        deadline = time.monotonic() + _GONE_SECONDS
        with contextlib.suppress(BlockingIOError):
            while _wait_until_readable(self._forked.status, remaining(deadline)):
                chunk = os.read(self._forked.status, 256)
                self._said += chunk
                if not chunk:
                    break
        if self._said and self._returncode is None:
            self._conclude()


def _wait_until_readable(descriptor: int, seconds: float) -> bool:
    """Return whether it is, at most after so long; ``select`` refuses the numbers that descriptors have among many."""
    poller = select.poll()
    poller.register(descriptor, select.POLLIN)
    return bool(poller.poll(seconds * 1000))


def _descendants(init: int) -> list[int]:
    """Return all processes of an environment but its init; none where the system does not tell."""
    return _walk(init)[0]


def _walk(init: int) -> tuple[list[int], int]:
    """Return all processes of an environment but its init, and how many threads they have together."""
    found: list[int] = []
    tasks = 0
    todo = [init]
    while todo:
        pid = todo.pop()
        with contextlib.suppress(OSError):
            threads = os.listdir(f"/proc/{pid}/task")  # noqa: PTH208 - names only
            tasks += len(threads) if found else 0
            for thread in threads:
                todo += map(int, _read(f"/proc/{pid}/task/{thread}/children").split())
        found.append(pid)
    return found[1:], tasks


def _some(pids: list[int]) -> list[int]:
    """Return the processes to look at closely: of very many, the first ones, which stand for all."""
    return pids[:_MOST_LOOKED_AT]


def _memory_kb(pid: int) -> int:
    """Memory of its own a process uses now, without mapped files."""
    with contextlib.suppress(OSError, ValueError):
        resident, shared = _read(f"/proc/{pid}/statm").split()[1:3]
        return (int(resident) - int(shared)) * _PAGE_BYTES // 1024
    return 0


def _proportional_kb(pid: int) -> int:
    """Return the same, of what it shares with others its share."""
    return _rollup_kb(pid, _SHARE)[0] or _memory_kb(pid)


def _rollup_kb(pid: int, *fields: re.Pattern[bytes]) -> list[int]:
    """Sums over all its memory (proc(5)); 0 where the system does not tell."""
    try:
        text = _read(f"/proc/{pid}/smaps_rollup")
    except OSError:
        text = b""
    return [int(found[1]) if (found := field.search(text)) else 0 for field in fields]


def _open_process(pid: int) -> int | None:
    """Return a descriptor that is readable once the process has ended, or ``None`` where there is none."""
    with contextlib.suppress(OSError, AttributeError):
        return os.pidfd_open(pid)
    return None


def _read(path: str) -> bytes:
    """Return a small file of the system's, without a file object: this is read for every invocation."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(descriptor, _READ_BYTES)
    finally:
        os.close(descriptor)


def remaining(deadline: float) -> float:
    """Seconds until a moment of the monotonic clock, never negative."""
    return max(0.0, deadline - time.monotonic())
