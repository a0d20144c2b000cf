"""One HTTP/1.1 connection: requests in, responses of a WSGI application out, in this thread and nowhere else.

HTTP is parsed by httptools, the parser of Node.js and uvicorn.
"""

from __future__ import annotations

import contextlib
import io
import socket
import struct
import tempfile
import time
from collections import deque
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import lru_cache
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes, urlsplit

import httptools

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication

_IDLE_SECONDS = 60
_HEAD_SECONDS = 60
"""From a request's first byte to the end of its headers; a body may take longer, if it goes on coming."""
_READ_BYTES = 256 * 1024
_BODY_BYTES = 5 * 1024**3 + 1024**2
"""What S3 takes at once, the largest body of all services, and how it is cut into chunks."""
_TARGET_BYTES = 16 * 1024
_HEADER_BYTES = 64 * 1024
"""https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html"""
_URI_TOO_LONG = 414, "URI Too Long"
_TOO_SLOW = 408, "Request Timeout"
_TOO_LARGE = 413, "Content Too Large"
_BAD_REQUEST = 400, "Bad Request"
UNAVAILABLE = 503, "Service Unavailable"
_BODY_IN_MEMORY_BYTES = 1024 * 1024
_NO_BODY = frozenset({204, 304})


@dataclass
class HttpRequest:
    """A request as it came: header names keep their case, and one that came in several has that of its last."""

    method: str = ""
    version: str = "1.1"
    target: bytes = b""
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: IO[bytes] = field(default_factory=io.BytesIO)
    length: int = 0
    keep_alive: bool = False

    def write(self, data: bytes) -> None:
        """Add to the body, which moves to a file when it grows."""
        if self.length + len(data) > _BODY_IN_MEMORY_BYTES and isinstance(self.body, io.BytesIO):
            file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the request
            file.write(self.body.getvalue())
            self.body = file
        self.body.write(data)
        self.length += len(data)


class RequestParser:
    """Bytes in, complete requests out."""

    def __init__(self) -> None:
        self.complete: deque[HttpRequest] = deque()
        self.expects_continue = False
        """Whether the client waits for ``100 Continue`` before it sends the body."""
        self.refusal = _BAD_REQUEST
        """Status and reason, once :meth:`feed` has raised."""
        self._parser = httptools.HttpRequestParser(self)
        self._request: HttpRequest | None = None
        self._header_bytes = 0
        self._has_head = False
        self._spellings: dict[bytes, bytes] = {}

    @property
    def is_idle(self) -> bool:
        """Return whether no request has begun."""
        return self._request is None

    @property
    def awaits_head(self) -> bool:
        """Return whether a request's headers are not complete yet."""
        return self._request is None or not self._has_head

    def feed(self, data: bytes) -> None:
        """:raises httptools.HttpParserError: this is not HTTP, or its headers or its body never end."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            # nothing of LocalStack's speaks another protocol: the request is answered as it is, and is the last one
            if self.complete:
                self.complete[-1].keep_alive = False

    def on_message_begin(self) -> None:
        self._request, self._header_bytes = HttpRequest(), 0
        self._has_head, self._spellings = False, {}

    def on_url(self, url: bytes) -> None:
        assert self._request
        self._request.target += url
        if len(self._request.target) > _TARGET_BYTES:
            self.refusal = _URI_TOO_LONG
            raise httptools.HttpParserError("the request's target is too long")

    def on_header(self, name: bytes, value: bytes) -> None:
        assert self._request
        self._header_bytes += len(name) + len(value)
        if self._header_bytes > _HEADER_BYTES:
            raise httptools.HttpParserError("the request's headers are too long")
        if self._has_head:
            return  # behind the body: no trailer field is a header (RFC 9110, 6.5.1)
        value = value.rstrip(b" \t")  # the parser leaves out what is before a value, not what is after it
        self._request.headers.append((name, value))
        lower = name.lower()
        self._spellings[lower] = name
        if lower == b"content-length":
            self._check_length(int(value) if value.isdigit() else 0)
        if lower == b"expect" and value.lower() == b"100-continue":
            self.expects_continue = True

    def on_headers_complete(self) -> None:
        assert self._request
        self._has_head = True
        if len(self._spellings) < len(self._request.headers):
            # as rolo.serving.twisted.TwistedHeaderAdapter spells it; WsgiGateway puts what has one name together
            self._request.headers = [(self._spellings[name.lower()], value) for name, value in self._request.headers]
        self._request.method = self._parser.get_method().decode()
        self._request.version = self._parser.get_http_version()
        self._request.keep_alive = self._parser.should_keep_alive()

    def on_body(self, body: bytes) -> None:
        assert self._request
        self._check_length(self._request.length + len(body))
        self._request.write(body)

    def on_message_complete(self) -> None:
        assert self._request
        self._request.body.seek(0)
        self.complete.append(self._request)
        self._request, self.expects_continue = None, False

    def _check_length(self, length: int) -> None:
        if length > _BODY_BYTES:
            self.refusal = _TOO_LARGE
            raise httptools.HttpParserError("the request's body is too long")


class HttpConnection:
    """Serves one client until it or the server closes the connection."""

    def __init__(self, sock: socket.socket, application: WSGIApplication, *, scheme: str) -> None:
        self._sock = sock
        self._application = application
        self._scheme = scheme
        peer, own = sock.getpeername(), sock.getsockname()
        self._environ = {
            "SCRIPT_NAME": "",
            "REMOTE_ADDR": peer[0],
            "REMOTE_PORT": str(peer[1]),
            "SERVER_NAME": own[0],
            "SERVER_PORT": str(own[1]),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": scheme,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "wsgi.input_terminated": True,
            "wsgi.errors": io.StringIO(),
        }

    def serve(self) -> None:
        """Answer requests one after the other. Never raises for what the client does."""
        parser = RequestParser()
        try:
            # the kernel's, set once: each change of Python's own is a system call, and so is each wait under it
            self._sock.settimeout(None)
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", _IDLE_SECONDS, 0))
            while self._receive(parser):
                while parser.complete:
                    request = parser.complete.popleft()
                    keep_alive = self._answer(request)
                    request.body.close()
                    if not keep_alive:
                        return
        except httptools.HttpParserError:
            send_status(self._sock, *parser.refusal)
        except (OSError, TimeoutError):
            pass  # the client has gone

    def _receive(self, parser: RequestParser) -> bool:
        """Read until there is a request; ``False`` when the client has closed, or has been idle for too long."""
        began = 0.0
        while not parser.complete:
            data = self._sock.recv(_READ_BYTES)
            if not data:
                return False
            parser.feed(data)
            if not parser.complete and parser.awaits_head:
                began = began or time.monotonic()
                if time.monotonic() - began > _HEAD_SECONDS:
                    send_status(self._sock, *_TOO_SLOW)
                    return False
            if parser.expects_continue:
                parser.expects_continue = False
                self._sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        return True

    def _answer(self, request: HttpRequest) -> bool:
        """Run the application and send what it says; whether the connection goes on."""
        response = _Response(self._sock, request)
        application = _answer_for_all if request.target == b"*" else self._application
        chunks: Iterable[bytes] = application(self._environ_of(request), response.start)
        try:
            response.send(chunks)
        finally:
            if close := getattr(chunks, "close", None):
                close()
        return response.keep_alive

    def _environ_of(self, request: HttpRequest) -> dict[str, Any]:
        target = request.target.decode("latin-1")
        path, _, query = target.partition("?")
        if not path.startswith("/"):
            path = urlsplit(target).path  # a request to a proxy names the whole address
        environ = {
            **self._environ,
            "REQUEST_METHOD": request.method,
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "REQUEST_URI": target,
            "RAW_URI": target,
            "SERVER_PROTOCOL": f"HTTP/{request.version}",
            "CONTENT_TYPE": "",
            "CONTENT_LENGTH": "",
            "rolo.headers": request.headers,
            "wsgi.input": request.body,
        }
        for name, value in request.headers:
            key = _environ_key(name)
            text = value.decode("latin-1")
            environ[key] = f"{environ[key]},{text}" if environ.get(key) else text
        if not environ["CONTENT_LENGTH"] and request.length:
            environ["CONTENT_LENGTH"] = str(request.length)
        return environ


def send_status(sock: socket.socket, status: int, reason: str) -> None:
    """Send a response without a body, after which the connection is to be closed."""
    with contextlib.suppress(OSError):
        sock.sendall(f"HTTP/1.1 {status} {reason}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())


def _answer_for_all(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """``OPTIONS *`` asks a server about itself; answered as ``twisted.web.server.Request`` does."""
    if environ["REQUEST_METHOD"] == "OPTIONS":
        start_response("200 OK", [("Content-Length", "0")])
    else:
        start_response("405 Method Not Allowed", [("Allow", "OPTIONS"), ("Content-Length", "0")])
    return []


class _Response:
    """Response of the application, on its way to the client."""

    def __init__(self, sock: socket.socket, request: HttpRequest) -> None:
        self.keep_alive = request.keep_alive
        self._sock = sock
        self._request = request
        self._status = ""
        self._headers: list[tuple[str, str]] = []
        self._has_length = False
        self._sent_head = False

    def start(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        """Do what WSGI's ``start_response`` does."""
        if exc_info and self._sent_head:
            raise exc_info[1].with_traceback(exc_info[2])
        self._status, self._headers = status, headers
        names = {name.lower(): value for name, value in headers}
        self._has_length = "content-length" in names
        if names.get("connection", "").lower() == "close":
            self.keep_alive = False
        return self._write

    def send(self, chunks: Iterable[bytes]) -> None:
        """Head and first chunk leave in one piece; a body of unknown length is chunked."""
        has_body = self._request.method != "HEAD" and int(self._status[:3]) not in _NO_BODY
        chunked = False
        if has_body and not self._has_length:
            if isinstance(chunks, list | tuple) and len(chunks) <= 1:
                self._headers = [*self._headers, ("Content-Length", str(len(chunks[0]) if chunks else 0))]
            elif self._request.version == "1.1":
                chunked, self._headers = True, [*self._headers, ("Transfer-Encoding", "chunked")]
            else:
                self.keep_alive = False
        for chunk in chunks:
            if chunk and has_body:
                self._write(b"%x\r\n%b\r\n" % (len(chunk), chunk) if chunked else chunk)
        self._write(b"0\r\n\r\n" if chunked else b"")

    def _write(self, data: bytes) -> None:
        if not self._sent_head:
            self._sent_head = True
            data = self._head() + data
        if data:
            self._sock.sendall(data)

    def _head(self) -> bytes:
        headers = [("Server", "localstack-tuning"), ("Date", _date(int(time.time()))), *self._headers]
        if not self.keep_alive and not any(name.lower() == "connection" for name, _ in headers):
            headers.append(("Connection", "close"))
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
        return f"HTTP/1.1 {self._status}\r\n{lines}\r\n".encode("latin-1")


@lru_cache(4)
def _date(second: int) -> str:
    return formatdate(second, usegmt=True)


@lru_cache(512)
def _environ_key(name: bytes) -> str:
    key = name.decode("latin-1").upper().replace("-", "_")
    return key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"
