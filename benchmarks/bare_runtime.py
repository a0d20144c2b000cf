"""A runtime by itself, as a person would start it: AWS's client for Python is ``python -m awslambdaric HANDLER``."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, NamedTuple

from localdev.system.project import EMULATOR_PYTHON

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_SECONDS = 30.0


class Start(NamedTuple):
    """How long a program took until it asked for the first event."""

    ms: float
    processor_ms: float
    """Of the program's own process."""


def init_ms(folder: Path, handler: str) -> float:
    """Return milliseconds from the start of AWS's client for Python until it asks for the first event."""
    return start([EMULATOR_PYTHON, "-m", "awslambdaric", handler], folder).ms


def start(command: Sequence[str | Path], folder: Path) -> Start:
    """Start a program, wait until it asks for the first event, and end it.

    :raises TimeoutError: it never did.
    """
    asked = threading.Event()
    ended = threading.Event()

    class RuntimeApi(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.set()
            ended.wait(_SECONDS)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), RuntimeApi) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"127.0.0.1:{server.server_port}"
        variables = {"AWS_LAMBDA_RUNTIME_API": address, "LAMBDA_TASK_ROOT": str(folder), "PATH": "/usr/bin:/bin"}
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, env=variables)
        try:
            if not asked.wait(_SECONDS):
                raise TimeoutError(f"{command[0]} was started and never asked for an event")
            milliseconds = (time.perf_counter() - started) * 1000
        finally:
            process.kill()
            _, process.returncode, used = os.wait4(process.pid, 0)
            ended.set()
            server.shutdown()
    return Start(milliseconds, (used.ru_utime + used.ru_stime) * 1000)
