"""The threaded server speaks HTTP as LocalStack's own does; each exchange is held with both."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from typing import TYPE_CHECKING

import httptools
import pytest

from localstack_tuning.gateway import http_connection
from localstack_tuning.gateway.http_connection import HttpConnection, RequestParser
from tests.emulator.deployed import REGION, Cloud, create

if TYPE_CHECKING:
    from localdev.engines import EmbeddedEngine

_SECONDS = 20.0
_HEALTH = "GET /_localstack/health HTTP/1.1\r\nHost: localhost\r\n"
_OWN = (b"server", b"date")

EXCHANGES = {
    "a request that keeps the connection": [f"{_HEALTH}\r\n", f"{_HEALTH}Connection: close\r\n\r\n"],
    "two requests at once": [f"{_HEALTH}\r\n{_HEALTH}Connection: close\r\n\r\n"],
    "a request in pieces": ["GET /_localstack/hea", "lth HTTP/1.1\r\nHo", "st: localhost\r\nConnection: close\r\n\r\n"],
    "the head of a document": [f"{_HEALTH.replace('GET', 'HEAD')}Connection: close\r\n\r\n"],
    "a whole address as its target": [
        "GET http://localhost/_localstack/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    ],
    "a preflight request": [
        (
            "OPTIONS / HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost:3000\r\n"
            "Access-Control-Request-Method: POST\r\nConnection: close\r\n\r\n"
        )
    ],
    "a question about the server": ["OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"],
    "a question about the server that is none": ["GET * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"],
    "a path that is not there": ["GET /_localstack/nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"],
}

_ECHO = """
    import json

    def handler(event, context):
        return {"statusCode": 200, "body": json.dumps([event["multiValueHeaders"], event["body"]])}
"""

FIELDS = {
    "white space around a value": (
        "X-Own:  \t a   b  \t\r\nX-Own-Empty:  \t\r\n\r\n",
        [("X-Own", ["a   b"]), ("X-Own-Empty", [""])],
    ),
    "a name in several spellings": (
        "X-Own: 1\r\nX-OWN-B: 2\r\nX-Own: 3\r\nx-owN: 4\r\nX-OWN-B: 5\r\n\r\n",
        [("x-owN", ["1", "3", "4"]), ("X-OWN-B", ["2", "5"])],
    ),
    "trailer fields": (
        (
            "X-Own: 1\r\nTransfer-Encoding: chunked\r\n\r\n"
            "3\r\nabc\r\n0\r\nX-Own: 2\r\nX-Own-Trailer: 3\r\nExpect: 100-continue\r\n\r\n"
        ),
        [("X-Own", ["1"])],
    ),
}


@pytest.fixture(scope="module")
def echoes(engines: dict[str, EmbeddedEngine]) -> list[tuple[int, str]]:
    """Port and path of an API that answers with the headers its function got, on each."""
    return [(engine.port, _deploy_echo(Cloud(engine.endpoint_url))) for engine in engines.values()]


@pytest.mark.parametrize(("fields", "received"), FIELDS.values(), ids=FIELDS.keys())
def test_a_function_receives_the_same_headers(
    echoes: list[tuple[int, str]], fields: str, received: list[tuple[str, list[str]]]
) -> None:
    for port, path in echoes:
        with _connect(port) as sock:
            sock.sendall(f"POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{fields}".encode())
            head, _, body = _read_to_end(sock).partition(b"\r\n\r\n")
        assert b" 200 " in head.splitlines()[0]
        headers, sent = json.loads(body)
        assert [header for header in headers.items() if header[0].lower().startswith("x-own")] == received
        assert sent == ("abc" if "chunked" in fields else None)


@pytest.mark.parametrize("exchange", EXCHANGES.values(), ids=EXCHANGES.keys())
def test_an_exchange_is_the_same(engines: dict[str, EmbeddedEngine], exchange: list[str]) -> None:
    released, adjusted = (_exchange(engine.port, exchange) for engine in engines.values())
    assert adjusted == released


def test_an_object_is_put_in_chunks_after_asking_and_got_whole(engines: dict[str, EmbeddedEngine]) -> None:
    body = bytes(range(256)) * 8192  # 2 MiB: more than is kept in memory
    for engine in engines.values():
        with _connect(engine.port) as sock:
            sock.sendall(_request("PUT", "/a-bucket", "Content-Length: 0\r\n"))
            assert b" 200 " in _head(sock)
            sock.sendall(
                _request("PUT", "/a-bucket/an-object", "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n")
            )
            assert _head(sock).startswith(b"HTTP/1.1 100 ")
            for start in range(0, len(body), 65536):
                chunk = body[start : start + 65536]
                sock.sendall(b"%x\r\n%b\r\n" % (len(chunk), chunk))
            sock.sendall(b"0\r\n\r\n")
            assert b" 200 " in _head(sock)
            sock.sendall(_request("GET", "/a-bucket/an-object", "Connection: close\r\n"))
            assert _read_to_end(sock).endswith(body)


def test_header_names_reach_a_service_in_their_own_case(engines: dict[str, EmbeddedEngine]) -> None:
    for engine in engines.values():
        with _connect(engine.port) as sock:
            sock.sendall(_request("PUT", "/b-bucket", "Content-Length: 0\r\n"))
            _head(sock)
            sock.sendall(_request("PUT", "/b-bucket/o", "x-amz-meta-Some_Case: as It is\r\nContent-Length: 0\r\n"))
            _head(sock)
            sock.sendall(_request("HEAD", "/b-bucket/o", "Connection: close\r\n"))
            assert b"as It is" in _read_to_end(sock)


def test_the_same_port_speaks_https(engines: dict[str, EmbeddedEngine]) -> None:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    for engine in engines.values():
        with context.wrap_socket(_connect(engine.port), server_hostname="localhost") as sock:
            sock.sendall(f"{_HEALTH}Connection: close\r\n\r\n".encode())
            assert b'"edition"' in _read_to_end(sock)


def test_what_is_no_request_is_refused(engines: dict[str, EmbeddedEngine]) -> None:
    for engine in engines.values():
        with _connect(engine.port) as sock:
            sock.sendall(b"this is not HTTP\r\n\r\n")
            assert b" 400 " in _read_to_end(sock).splitlines()[0]


def test_a_client_that_goes_away_disturbs_nobody(engines: dict[str, EmbeddedEngine]) -> None:
    port = engines["adjusted"].port
    for _ in range(20):
        _connect(port).close()
        with _connect(port) as sock:
            sock.sendall(b"POST / HTTP/1.1\r\nContent-Length: 1000\r\n\r\nx")
    assert _exchange(port, EXCHANGES["two requests at once"])


def _exchange(port: int, pieces: list[str]) -> list[bytes]:
    """Return all that comes back, line by line, without the server's name, the time, and the order of the headers."""
    with _connect(port) as sock:
        for piece in pieces:
            sock.sendall(piece.encode())
        lines = _read_to_end(sock).split(b"\r\n")
    return sorted(_without_states(line) for line in lines if line.split(b":")[0].lower() not in _OWN)


def _without_states(line: bytes) -> bytes:
    """Services may be loaded on one and not yet on the other."""
    if not line.startswith(b"{"):
        return b"content-length" if line.lower().startswith(b"content-length") else line
    head, _, rest = line.partition(b"}HTTP/1.1")
    json.loads(head + b"}" if rest else line)
    return b"{}" + rest


def _deploy_echo(cloud: Cloud) -> str:
    function, gateway = create(cloud, _ECHO), cloud.client("apigateway")
    api = gateway.create_rest_api(name="echo")
    method = {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "POST"}
    gateway.put_method(**method, authorizationType="NONE")
    uri = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{function.arn}/invocations"
    gateway.put_integration(**method, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
    gateway.create_deployment(restApiId=api["id"], stageName="stage")
    return f"/_aws/execute-api/{api['id']}/stage/"


def _request(method: str, path: str, headers: str) -> bytes:
    credentials = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=x"
    return (
        f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nx-amz-content-sha256: UNSIGNED-PAYLOAD\r\n"
        f"Authorization: {credentials}\r\n{headers}\r\n"
    ).encode()


def _connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=_SECONDS)


def _head(sock: socket.socket) -> bytes:
    """Status and headers of an answer without a body."""
    data = b""
    while not data.endswith(b"\r\n\r\n"):
        byte = sock.recv(1)
        assert byte, data
        data += byte
    return data


def _read_to_end(sock: socket.socket) -> bytes:
    chunks = []
    while chunk := sock.recv(65536):
        chunks.append(chunk)
    return b"".join(chunks)


def test_a_body_that_no_service_takes_is_refused_before_it_comes() -> None:
    parser = RequestParser()

    with pytest.raises(httptools.HttpParserError):
        parser.feed(b"PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6000000000\r\n\r\n")

    assert parser.refusal[0] == 413


def test_a_body_of_unknown_length_is_refused_when_it_is_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_connection, "_BODY_BYTES", 5)
    parser = RequestParser()
    parser.feed(b"PUT / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n")

    with pytest.raises(httptools.HttpParserError):
        parser.feed(b"1\r\nf\r\n")

    assert parser.refusal[0] == 413


def test_a_head_that_does_not_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_connection, "_HEAD_SECONDS", 0.0)
    listener = socket.create_server(("127.0.0.1", 0))
    with listener, socket.create_connection(listener.getsockname(), timeout=_SECONDS) as client:
        server, _ = listener.accept()
        with server:
            serving = threading.Thread(
                target=HttpConnection(server, lambda *_: [], scheme="http").serve, name="serve", daemon=True
            )
            serving.start()
            client.sendall(b"GET / HTTP/1.1\r\nX: ")
            answer = client.recv(1024)
            serving.join(_SECONDS)

    assert answer.startswith(b"HTTP/1.1 408 ")
    assert not serving.is_alive()
