"""The threaded server where the machine has no thread or no descriptor left, and has them again."""

from __future__ import annotations

import json
import os
import resource
import socket
import threading
from typing import Any
from unittest import mock

from localstack.config import HostAndPort

from localstack_tuning.gateway.threaded_server import ThreadedRuntimeServer

_REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
_SECONDS = 30.0
_FILES = 256


class _Gateway:
    """Answers every request."""

    def process(self, _request: Any, response: Any) -> None:
        response.status_code = 200
        response.data = b"served"


def _status(sock: socket.socket, port: int, *, send: bool = True) -> str:
    """Return the status of an answer, by a socket that was made before; the server has closed its end then."""
    sock.settimeout(_SECONDS)
    sock.connect(("127.0.0.1", port))
    if send:
        sock.sendall(_REQUEST)
    answer = b""
    while chunk := sock.recv(4096):
        answer += chunk
    return answer.split(b" ")[1].decode()


def _start(*_: object) -> None:
    raise RuntimeError("can't start new thread")


def without_threads(port: int) -> list[str]:
    """Return the statuses while no thread can be started, and after that."""
    thread = threading.Thread
    with socket.socket() as first, socket.socket() as second:
        with mock.patch.object(thread, "start", _start):
            before = _status(first, port, send=False)
        return [before, _status(second, port)]


def without_descriptors(port: int) -> list[str]:
    """Return the statuses while no descriptor is left, and after that."""
    with socket.socket() as first, socket.socket() as second, socket.socket() as third:
        taken: list[int] = []
        try:
            while True:
                taken.append(os.open(os.devnull, os.O_RDONLY))
        except OSError:
            found = [_status(first, port, send=False), _status(second, port, send=False)]
        for descriptor in taken:
            os.close(descriptor)
        return [*found, _status(third, port)]


def main() -> None:
    """Run a server on a free port and say what it answers."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (_FILES, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = ThreadedRuntimeServer()
    server.register(_Gateway(), [HostAndPort("127.0.0.1", port)])  # type: ignore[arg-type]
    running = threading.Thread(target=server.run, daemon=True)
    running.start()
    answers = {"threads": without_threads(port), "descriptors": without_descriptors(port)}
    server.shutdown()
    running.join(_SECONDS)
    print(json.dumps({**answers, "ended": not running.is_alive()}))


if __name__ == "__main__":
    main()
