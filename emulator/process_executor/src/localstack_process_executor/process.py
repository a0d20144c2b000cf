"""One runtime process: started in its own process group, its output in one pipe, ended whole."""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

_READ_BYTES = 64 * 1024
_END_SECONDS = 5.0
_POLL_SECONDS = 0.05
_LAUNCHER = Path(__file__).with_name("launcher.py")


def base_interpreter() -> str:
    """The Python the virtual environment was made from: a function must not see the environment."""
    return str(Path(getattr(sys, "_base_executable", sys.executable)).resolve())


@dataclass(frozen=True)
class Launch:
    """What the launcher is told; see :mod:`localstack_process_executor.launcher`."""

    argv: list[str]
    env: dict[str, str]
    cwd: str
    tmp: str
    root: str | None = None
    """An empty folder that becomes ``/``, or nothing where there are no namespaces."""
    read_only: dict[str, str] = field(default_factory=dict)
    """What is shown where: path inside to path on the host."""


class RuntimeProcess:
    """A process that runs until it ends by itself or :meth:`end` is called."""

    def __init__(self, launch: Launch) -> None:
        self._popen = subprocess.Popen(
            [base_interpreter(), "-I", "-S", str(_LAUNCHER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={"LANG": "C.UTF-8"},
            process_group=0,
        )
        assert self._popen.stdin
        assert self._popen.stdout
        self._output = self._popen.stdout.fileno()
        os.set_blocking(self._output, False)
        self._exit = os.pidfd_open(self.pid) if hasattr(os, "pidfd_open") else None
        # a launcher that has died says so in its output
        with contextlib.suppress(BrokenPipeError), self._popen.stdin as pipe:
            pipe.write(json.dumps(asdict(launch)).encode())

    @property
    def pid(self) -> int:
        """The process's id, which is also its group's."""
        return self._popen.pid

    def returncode(self) -> int | None:
        """How it ended, negative for a signal, or ``None`` while it runs."""
        return self._popen.poll()

    def wait_for_exit(self, seconds: float) -> int | None:
        """The return code, or ``None`` when it still runs after so long."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._popen.wait(seconds)
        return None

    def poll(self, other_filenos: list[int], seconds: float) -> list[int]:
        """Wait until the process writes or ends, or another descriptor is readable; those of the others."""
        poller = select.poll()
        own = [self._output] if self._exit is None else [self._output, self._exit]
        for fileno in (*other_filenos, *own):
            poller.register(fileno, select.POLLIN)
        if self._exit is None:
            seconds = min(seconds, _POLL_SECONDS)
        ready = poller.poll(max(0.0, seconds) * 1000)
        if self._exit is None and any(mask & select.POLLHUP for _, mask in ready):
            self.wait_for_exit(_POLL_SECONDS)
        return [fileno for fileno, _ in ready if fileno not in own]

    def read_output(self) -> bytes:
        """Everything written and not yet read; never waits."""
        chunks: list[bytes] = []
        with contextlib.suppress(BlockingIOError):
            while chunk := os.read(self._output, _READ_BYTES):
                chunks.append(chunk)
        return b"".join(chunks)

    def max_memory_used_mb(self) -> int:
        """Peak resident memory in MB; 0 where the system does not tell."""
        with contextlib.suppress(OSError, StopIteration):
            status = Path(f"/proc/{self.pid}/status").read_text()
            peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
            return int(peak.split()[1]) // 1024
        return 0

    def kill(self) -> None:
        """Kill the process and all of its group, and wait until it is gone. May be called again."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._popen.wait(_END_SECONDS)

    def end(self) -> bytes:
        """Kill it and give its descriptors back; what it had still written. To be called once."""
        self.kill()
        rest = self.read_output()
        assert self._popen.stdout
        self._popen.stdout.close()
        if self._exit is not None:
            os.close(self._exit)
        return rest


def remaining(deadline: float) -> float:
    """Seconds until a moment of the monotonic clock, never negative."""
    return max(0.0, deadline - time.monotonic())


__all__ = ["Launch", "RuntimeProcess", "base_interpreter", "remaining"]
