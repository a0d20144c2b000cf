"""The console in a container of its own: what the image runs.

Local work only ever calls an endpoint of its own machine. In a container that is 127.0.0.1:4566, which is passed on to
the emulator's container, ``EMULATOR=HOST:PORT``.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import threading
from typing import Final

from localdev.commands.cli import main
from localdev.system.project import DEFAULT_PORT

_CHUNK: Final = 65_536


def forward(port: int, host: str, target_port: int) -> None:
    """Pass connections to a port of this machine on to another one's, for as long as the process lives."""
    ready = threading.Event()
    threading.Thread(target=lambda: asyncio.run(_serve(port, host, target_port, ready)), daemon=True).start()
    ready.wait(10)


async def _serve(port: int, host: str, target_port: int, ready: threading.Event) -> None:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there_reader, there_writer = await asyncio.open_connection(host, target_port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(_pass_on(reader, there_writer), _pass_on(there_reader, writer))

    server = await asyncio.start_server(connected, "127.0.0.1", port)
    ready.set()
    async with server:
        await server.serve_forever()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(_CHUNK):
            writer.write(data)
            await writer.drain()
    writer.close()


if __name__ == "__main__":
    name, _, number = os.environ.get("EMULATOR", "emulator:4566").rpartition(":")
    forward(DEFAULT_PORT, name, int(number))
    sys.exit(main(["console", "--engine", "external", "--host", "0.0.0.0", "--no-open"]))  # noqa: S104 - in a container
