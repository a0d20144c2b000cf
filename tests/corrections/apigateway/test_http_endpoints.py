"""HTTP endpoints behind REST APIs: what they answer with reaches the client."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.corrections.apigateway.rest_api import RestApi


class _Endpoint(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Answer as the path says."""
        body = b"x" * (10 * 1024 * 1024 + 1) if self.path == "/large" else b"{}"
        self.send_response(302 if self.path == "/redirect" else 200)
        self.send_header("Location", "/elsewhere")
        self.send_header("Set-Cookie", "a=1")
        self.send_header("Set-Cookie", "b=2")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def endpoint() -> Iterator[str]:
    """Provide the address of an HTTP server."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Endpoint) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def _proxy(api: RestApi, uri: str) -> None:
    place = {"restApiId": api.id, "resourceId": api.root, "httpMethod": "GET"}
    api.client.put_method(**place, authorizationType="NONE")
    api.client.put_integration(**place, type="HTTP_PROXY", integrationHttpMethod="GET", uri=uri)


def test_each_cookie_is_a_header_of_its_own(api: RestApi, endpoint: str) -> None:
    _proxy(api, endpoint)
    assert api.request().headers.getlist("set-cookie") == ["a=1", "b=2"]


def test_a_redirect_is_handed_on(api: RestApi, endpoint: str) -> None:
    _proxy(api, f"{endpoint}/redirect")
    reply = api.request()
    assert (reply.status, reply.headers["location"]) == (302, "/elsewhere")


def test_an_answer_beyond_10_mb_is_an_internal_server_error(api: RestApi, endpoint: str) -> None:
    _proxy(api, f"{endpoint}/large")
    reply = api.request()
    assert (reply.status, reply.json) == (500, {"message": "Internal server error"})


def test_localstack_as_released_joins_cookies(released_api: RestApi, endpoint: str) -> None:
    _proxy(released_api, endpoint)
    assert released_api.request().headers.getlist("set-cookie") == ["a=1, b=2"]
