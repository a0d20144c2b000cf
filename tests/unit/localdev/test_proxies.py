"""A person behind a proxy: what is on this machine is reached without it."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import UnixStreamServer
from typing import TYPE_CHECKING, Any

import pytest

from localdev.engines import ExternalEngine, docker_engine
from localdev.engines.clients import Clients
from localdev.engines.local import is_ready
from localdev.system.child_environment import child_environment
from localdev.system.processes import free_port
from pizzeria.orders import OrderApi

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ANSWER = {
    "services": {"sqs": "available"},
    "completed": True,
    "scripts": [],
    "QueueUrls": ["http://127.0.0.1/queue"],
    "status": "RUNNING",
    "ApiVersion": "1.41",
}


class Emulator(BaseHTTPRequestHandler):
    """Answers whatever it is asked."""

    def do_GET(self) -> None:
        """Answer."""
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = json.dumps(ANSWER).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("API-Version", "1.41")
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 - the name that the handler's class gives it

    def address_string(self) -> str:
        """Return a socket's client has no address."""
        return "client"

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(autouse=True)
def dead_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Provide a proxy in every variable that names one, at which nobody listens."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def emulator() -> Iterator[str]:
    """Provide the endpoint of something that answers."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Emulator) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_aws_calls_reach_the_emulator(emulator: str) -> None:
    assert Clients(emulator).client("sqs").list_queues()["QueueUrls"] == ANSWER["QueueUrls"]


def test_orders_reach_the_emulator(emulator: str) -> None:
    assert OrderApi(emulator).status("order")["status"] == "RUNNING"


def test_the_emulator_is_found_and_seen_to_be_ready(emulator: str) -> None:
    assert ExternalEngine(emulator).find().services
    assert is_ready(emulator)


class _SocketServer(UnixStreamServer):
    """An HTTP server at a socket's path."""

    def get_request(self) -> tuple[Any, Any]:
        """Give clients the address that HTTP's handler expects."""
        request, _ = super().get_request()
        return request, ("client", 0)


def test_dockers_socket_is_reached(socket_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with _SocketServer(str(socket_path), Emulator) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("DOCKER_HOST", f"unix://{socket_path}")

        client = docker_engine.connect()

        client.close()
        server.shutdown()
    assert not client.api.trust_env


def test_what_we_start_reaches_this_machine_without_a_proxy(tmp_path: Path) -> None:
    found = child_environment(tmp_path, {})

    assert "HTTP_PROXY" not in found
    assert {"localhost", "127.0.0.1", "::1"} <= set(found["NO_PROXY"].split(","))
