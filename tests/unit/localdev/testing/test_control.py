"""The control API, where there is none."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest

from localdev.system.errors import LocaldevError
from localdev.system.processes import free_port
from localdev.testing.control import Control

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Other(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.send_response(404)
        self.end_headers()
        self.wfile.write(b'{"error": "no such thing"}')

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def other_emulator() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Other)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_an_account_has_none() -> None:
    with pytest.raises(LocaldevError, match="need an emulator"):
        Control("https://states.eu-west-1.amazonaws.com")


def test_an_emulator_of_others_has_none(other_emulator: str) -> None:
    with pytest.raises(LocaldevError, match=r"takes no mocks, faults and clocks\.\nHint: start it with"):
        Control(other_emulator).post({})


def test_an_emulator_that_is_gone_is_named() -> None:
    endpoint_url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(LocaldevError, match=f"{endpoint_url} does not answer"):
        Control(endpoint_url).post({})
