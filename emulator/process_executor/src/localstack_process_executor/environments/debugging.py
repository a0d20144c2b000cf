"""``LAMBDA_PROCESS_DEBUG``: which functions a debugger may attach to, and where.

``orders:5678`` lets one attach to the function ``orders`` at 127.0.0.1:5678; several are separated by commas. Such a
function has no timeout. It runs in a process of its own as any other, so nobody else waits while it is halted.
"""

import os

VARIABLE = "LAMBDA_PROCESS_DEBUG"
DEFAULT_PORT = 5678
"""That of ``debugpy`` and of the editors that speak to it."""


def address_for(function_name: str) -> str:
    """``host:port`` for a function that is to be debugged, nothing for any other.

    :raises ValueError: the setting cannot be read.
    """
    for entry in filter(None, os.environ.get(VARIABLE, "").replace(" ", "").split(",")):
        name, _, port = entry.partition(":")
        if port and not port.isdigit():
            raise ValueError(
                f"{VARIABLE} has {entry!r}, and a port is a number. Hint: {VARIABLE}={name}:{DEFAULT_PORT}"
            )
        if name == function_name:
            return f"127.0.0.1:{port or DEFAULT_PORT}"
    return ""
