"""The Lambda Runtime API of one execution environment: HTTP over loopback, sans event loop.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html. The environment polls the sockets and calls
:meth:`RuntimeApi.accept` and :meth:`RuntimeApi.receive`; nothing here blocks or starts a thread, so an environment
that has no invocation costs nothing. HTTP itself is h11's.
"""

import contextlib
import random
import re
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import h11

_PREFIX = "/2018-06-01/runtime"
_INVOCATION = re.compile(rf"{_PREFIX}/invocation/([^/]+)/(response|error)")
_INVALID_REQUEST_ID = b'{"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"}\n'
_AWS_PORT = 9001
_READ_BYTES = 256 * 1024
_ADDRESS_ATTEMPTS = 20
_HEADER_BYTES = 2 * 1024 * 1024
"""The runtime client sends an error's whole stack for X-Ray in a header, up to a megabyte of it."""


@dataclass(frozen=True)
class RuntimeMessage:
    """What the runtime has sent: it waits for work, or has answered an invocation, or could not start."""

    kind: Literal["next", "response", "error", "init-error"]
    request_id: str = ""
    payload: bytes = b""


@dataclass
class _Connection:
    sock: socket.socket
    http: h11.Connection
    request: h11.Request | None = None
    body: bytearray = field(default_factory=bytearray)


class RuntimeApi:
    """Serves one runtime process at a time, on an address of its own."""

    def __init__(self) -> None:
        self._listener = _listen()
        self._connections: dict[int, _Connection] = {}
        self._waiting: _Connection | None = None
        self._request_id: str | None = None
        """Of the invocation that has been handed over and not been answered."""

    @property
    def address(self) -> str:
        """``host:port``, for ``AWS_LAMBDA_RUNTIME_API``."""
        host, port = self._listener.getsockname()
        return f"{host}:{port}"

    @property
    def runtime_is_waiting(self) -> bool:
        """Whether the runtime has asked for its next invocation and not been answered."""
        return self._waiting is not None

    def filenos(self) -> list[int]:
        """The file descriptors to poll for reading."""
        return [self._listener.fileno(), *self._connections]

    def handle(self, fileno: int) -> list[RuntimeMessage]:
        """Do what a readable descriptor asks for; the messages that are now complete."""
        if fileno == self._listener.fileno():
            self._accept()
            return []
        connection = self._connections.get(fileno)
        return self._receive(connection) if connection else []

    def send_invocation(self, request_id: str, headers: Mapping[str, str], payload: bytes) -> None:
        """Answer the waiting runtime with an invocation; to one that has ended meanwhile, do nothing."""
        connection, self._waiting = self._waiting, None
        self._request_id = request_id
        if connection:
            self._respond(connection, 200, payload, {"Content-Type": "application/json", **headers})

    def drop_connections(self) -> None:
        """Forget the runtime: its process has ended."""
        self._request_id = None
        for connection in list(self._connections.values()):
            self._close(connection)

    def close(self) -> None:
        """Give the address back."""
        self.drop_connections()
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(BlockingIOError, ConnectionError):
            sock, _ = self._listener.accept()
            sock.setblocking(True)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._connections[sock.fileno()] = _Connection(sock, h11.Connection(h11.SERVER, _HEADER_BYTES))

    def _receive(self, connection: _Connection) -> list[RuntimeMessage]:
        try:
            connection.http.receive_data(connection.sock.recv(_READ_BYTES))
            return self._events(connection)
        except (ConnectionError, h11.RemoteProtocolError):
            self._close(connection)
            return []

    def _events(self, connection: _Connection) -> list[RuntimeMessage]:
        messages: list[RuntimeMessage] = []
        while True:
            event = connection.http.next_event()
            if event is h11.NEED_DATA or event is h11.PAUSED:
                return messages
            if isinstance(event, h11.ConnectionClosed):
                self._close(connection)
                return messages
            if isinstance(event, h11.Request):
                connection.request, connection.body = event, bytearray()
            elif isinstance(event, h11.Data):
                connection.body += event.data
            elif isinstance(event, h11.EndOfMessage) and connection.request:
                messages += self._route(connection, connection.request)

    def _route(self, connection: _Connection, request: h11.Request) -> list[RuntimeMessage]:
        path, body = request.target.decode(), bytes(connection.body)
        if path == f"{_PREFIX}/invocation/next":
            self._waiting = connection
            return [RuntimeMessage("next")]
        if path == f"{_PREFIX}/init/error":
            self._respond(connection, 202, b'{"status":"OK"}\n')
            return [RuntimeMessage("init-error", payload=body)]
        if match := _INVOCATION.fullmatch(path):
            if match[1] != self._request_id:
                # answered before, or never asked: nothing is answered twice
                self._respond(
                    connection, 400, b'{"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"}\n'
                )
                return []
            self._request_id = None
            self._respond(connection, 202, b'{"status":"OK"}\n')
            kind: Literal["response", "error"] = "error" if match[2] == "error" else "response"
            return [RuntimeMessage(kind, match[1], body)]
        self._respond(connection, 404, b'{"errorMessage":"no such path","errorType":"NotFound"}\n')
        return []

    def _respond(
        self,
        connection: _Connection,
        status: int,
        body: bytes,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Header and body leave in one write: two packets would meet Nagle and a delayed ACK (40 ms)."""
        fields = {**(headers or {}), "Content-Length": str(len(body))}
        http = connection.http
        data = (
            http.send(h11.Response(status_code=status, headers=list(fields.items()))) or b"",
            http.send(h11.Data(data=body)) or b"",
            http.send(h11.EndOfMessage()) or b"",
        )
        try:
            connection.sock.sendall(b"".join(data))
        except OSError:
            # its process has ended; whoever waits for that will see it
            self._close(connection)
            return
        if http.our_state is h11.MUST_CLOSE:
            self._close(connection)
        else:
            http.start_next_cycle()

    def _close(self, connection: _Connection) -> None:
        if self._waiting is connection:
            self._waiting = None
        self._connections.pop(connection.sock.fileno(), None)
        connection.sock.close()


def _listen() -> socket.socket:
    """A loopback address of its own with AWS's port; where only 127.0.0.1 exists (macOS), any free port."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if sys.platform == "linux":
        for _ in range(_ADDRESS_ATTEMPTS):
            # 127.0.0.0/16 is left to those who count upwards from 127.0.0.1
            host = f"127.{random.randint(1, 254)}.{random.randint(0, 255)}.{random.randint(1, 254)}"  # noqa: S311
            with contextlib.suppress(OSError):
                listener.bind((host, _AWS_PORT))
                break
        else:
            listener.bind(("127.0.0.1", 0))
    else:
        listener.bind(("127.0.0.1", 0))
    listener.listen(8)
    listener.setblocking(False)
    return listener
