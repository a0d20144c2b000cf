"""``LAMBDA_PROCESS_DEBUG``: which functions a debugger may attach to, and where.

``orders:5678`` lets one attach to the function ``orders`` at 127.0.0.1:5678; several are separated by commas. With
``orders:5678:wait`` the function waits for it. Such a function has no timeout. It runs in a process of its own as any
other, so nobody else waits while it is halted.

``LAMBDA_PROCESS_DEBUG_FILE`` names a file with more of these. It is looked at whenever a function starts, so that they
can be named while LocalStack runs.
"""

import os
from collections.abc import Iterator
from pathlib import Path

VARIABLE = "LAMBDA_PROCESS_DEBUG"
FILE_VARIABLE = "LAMBDA_PROCESS_DEBUG_FILE"
DEFAULT_PORT = 5678
"""That of ``debugpy`` and of the editors that speak to it."""
WAIT = "wait"


def address_for(function_name: str) -> str:
    """Return ``host:port`` of a function to be debugged, ``host:port:wait`` where it waits, else nothing.

    :raises ValueError: the setting cannot be read.
    """
    for entry in _entries():
        name, _, rest = entry.partition(":")
        port, _, wait = rest.partition(":")
        if (port and not port.isdigit()) or wait not in {"", WAIT}:
            raise ValueError(
                f"{VARIABLE} has {entry!r}, and a port is a number. Hint: {VARIABLE}={name}:{DEFAULT_PORT}"
            )
        if name == function_name:
            return f"127.0.0.1:{port or DEFAULT_PORT}{f':{wait}' if wait else ''}"
    return ""


def _entries() -> Iterator[str]:
    yield from filter(None, os.environ.get(VARIABLE, "").replace(" ", "").split(","))
    if file := os.environ.get(FILE_VARIABLE):
        try:
            yield from Path(file).read_text(encoding="utf-8").split()
        except FileNotFoundError:
            return
