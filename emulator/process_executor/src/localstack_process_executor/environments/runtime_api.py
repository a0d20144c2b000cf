"""The Lambda Runtime API of one execution environment: HTTP over loopback, sans event loop.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html. The environment polls the sockets and calls
:meth:`RuntimeApi.accept` and :meth:`RuntimeApi.receive`; nothing here blocks or starts a thread, so an environment
that has no invocation costs nothing. HTTP is parsed by httptools, the parser of Node.js and uvicorn.
"""

import base64
import contextlib
import logging
import random
import re
import socket
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Literal, NamedTuple

import httptools

from localstack_process_executor.environments.payloads import RESPONSE_LIMIT_BYTES, request_too_large

LOG = logging.getLogger(__name__)
_PREFIX = "/2018-06-01/runtime"
_INVOCATION = re.compile(rf"{_PREFIX}/invocation/([^/]+)/(response|error)")
_FAILS_TOO_LATE = (
    b'{"errorMessage":"State transition from %s to InitError failed for runtime. '
    b'Error: State transition is not allowed","errorType":"InvalidStateTransition"}\n'
)
_INVALID_REQUEST_ID = b'{"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"}\n'
_STREAM_ERROR = b"lambda-runtime-function-error-body"
"""https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming"""
_AWS_PORT = 9001
_READ_BYTES = 256 * 1024
_ADDRESS_ATTEMPTS = 20


class _Request(NamedTuple):
    target: str
    body: bytes
    began: float


@dataclass(frozen=True)
class RuntimeMessage:
    """Message of the runtime: it waits for work, has answered an invocation, with too much, or could not start."""

    kind: Literal["next", "response", "too-large", "error", "init-error"]
    request_id: str = ""
    payload: bytes = b""
    began: float = field(default=0.0, compare=False)
    """When its first bytes were here, by the monotonic clock."""


class _Connection:
    """One connection of a runtime: bytes in, complete requests out.

    Headers may be of any length: the runtime client sends an error's whole stack for X-Ray in one, up to a megabyte.
    """

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.requests: deque[_Request] = deque()
        self.keeps_alive = True
        """Whether the client goes on after the request that is answered next."""
        self._target = b""
        self._body = bytearray()
        self._began = 0.0
        self._stream_error = b""
        self._parser = httptools.HttpRequestParser(self)

    def feed(self, data: bytes) -> None:
        """:raises httptools.HttpParserError: this is not HTTP."""
        self._parser.feed_data(data)

    def on_message_begin(self) -> None:
        self._target, self._body, self._began = b"", bytearray(), time.monotonic()
        self._stream_error = b""

    def on_url(self, url: bytes) -> None:
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == _STREAM_ERROR:
            self._stream_error = value

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        if self._stream_error:
            # a function failed after it had begun to stream its response; the trailer has the error
            self._target = self._target.removesuffix(b"/response") + b"/error"
            self._body = bytearray(base64.b64decode(self._stream_error))
        self.requests.append(_Request(self._target.decode("latin-1"), bytes(self._body), self._began))
        self.keeps_alive = self._parser.should_keep_alive()


class RuntimeApi:
    """Serves one runtime process at a time, on an address of its own.

    ``admits`` says of each new connection whether it comes from that process; any other one is closed unread.
    """

    def __init__(
        self, response_limit_bytes: int = RESPONSE_LIMIT_BYTES, admits: Callable[[socket.socket], bool] = lambda _: True
    ) -> None:
        self._response_limit_bytes = response_limit_bytes
        self._admits = admits
        self._listener = _listen()
        self._connections: dict[int, _Connection] = {}
        self._waiting: _Connection | None = None
        self._is_initialized = False
        self._request_id: str | None = None
        """Of the invocation that has been handed over and not been answered."""

    @property
    def address(self) -> str:
        """``host:port``, for ``AWS_LAMBDA_RUNTIME_API``."""
        host, port = self._listener.getsockname()
        return f"{host}:{port}"

    @property
    def runtime_is_waiting(self) -> bool:
        """Return whether the runtime has asked for its next invocation and not been answered."""
        return self._waiting is not None

    def filenos(self) -> list[int]:
        """Return the file descriptors to poll for reading."""
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
        self._is_initialized = False
        for connection in list(self._connections.values()):
            self._close(connection)

    def close(self) -> None:
        """Give the address back."""
        self.drop_connections()
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(BlockingIOError, ConnectionError):
            sock, _ = self._listener.accept()
            if not self._admits(sock):
                LOG.warning("Somebody else than the function connected to its runtime API at %s.", self.address)
                sock.close()
                return
            sock.setblocking(True)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._connections[sock.fileno()] = _Connection(sock)

    def _receive(self, connection: _Connection) -> list[RuntimeMessage]:
        try:
            data = connection.sock.recv(_READ_BYTES)
            if data:
                connection.feed(data)
        except (ConnectionError, httptools.HttpParserError, httptools.HttpParserUpgrade):
            data = b""
        if not data:
            self._close(connection)
            return []
        messages: list[RuntimeMessage] = []
        while connection.requests and self._waiting is not connection:
            messages += self._route(connection, *connection.requests.popleft())
        return messages

    def _route(self, connection: _Connection, path: str, body: bytes, began: float) -> list[RuntimeMessage]:
        if path == f"{_PREFIX}/invocation/next":
            self._waiting = connection
            self._is_initialized = True
            return [RuntimeMessage("next")]
        if path == f"{_PREFIX}/init/error":
            if self._is_initialized:
                self._respond(connection, 403, _FAILS_TOO_LATE % self._state())
                return []
            self._respond(connection, 202, b'{"status":"OK"}\n')
            return [RuntimeMessage("init-error", payload=body)]
        if match := _INVOCATION.fullmatch(path):
            if match[1] != self._request_id:
                # answered before, or never asked: nothing is answered twice
                self._respond(connection, 400, _INVALID_REQUEST_ID)
                return []
            self._request_id = None
            if match[2] == "response" and len(body) > self._response_limit_bytes:
                self._respond(connection, 413, request_too_large(self._response_limit_bytes))
                return [RuntimeMessage("too-large", match[1], began=began)]
            self._respond(connection, 202, b'{"status":"OK"}\n')
            kind: Literal["response", "error"] = "error" if match[2] == "error" else "response"
            return [RuntimeMessage(kind, match[1], body, began)]
        self._respond(connection, 404, b'{"errorMessage":"no such path","errorType":"NotFound"}\n')
        return []

    def _state(self) -> bytes:
        """Return what AWS's runtime API calls the state that an initialised runtime is in."""
        if self._waiting:
            return b"Ready"
        return b"Running" if self._request_id else b"RuntimeResponseSentState"

    def _respond(
        self,
        connection: _Connection,
        status: int,
        body: bytes,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Header and body leave in one write: two packets would meet Nagle and a delayed ACK (40 ms).

        :raises ValueError: a header cannot be sent as it is.
        """
        fields = {**(headers or {}), "Content-Length": str(len(body))}
        if not connection.keeps_alive:
            fields["Connection"] = "close"
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        if head.count("\n") != len(fields):
            raise ValueError(f"Expected headers of one line each, found {fields}.")
        start = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n{head}\r\n"
        try:
            connection.sock.sendall(start.encode("ascii") + body)
        except OSError:
            # its process has ended; whoever waits for that will see it
            self._close(connection)
            return
        if not connection.keeps_alive:
            self._close(connection)

    def _close(self, connection: _Connection) -> None:
        if self._waiting is connection:
            self._waiting = None
        self._connections.pop(connection.sock.fileno(), None)
        connection.sock.close()


def _listen() -> socket.socket:
    """Return a loopback address of its own with AWS's port; where only 127.0.0.1 exists (macOS), any free port."""
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
