"""The emulator's own API fails in three ways, and each is an error of its own."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest

from localdev.executions.emulator import TRACES, EmulatorApi, RefusedError, UnansweredError, UnservedError
from localdev.executions.injected import reported
from localdev.system.processes import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def _answering(status: int, body: bytes) -> Iterator[tuple[EmulatorApi, list[str]]]:
    """Serve one answer; what was asked for is in the list."""
    asked: list[str] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield EmulatorApi(f"http://127.0.0.1:{server.server_port}/", TRACES, seconds=10), asked
    server.shutdown()
    server.server_close()
    thread.join()


def test_what_is_asked_for_is_answered() -> None:
    with _answering(200, b'{"entries": []}') as (api, asked):
        assert api.get(limit="5") == {"entries": []}

    assert asked == ["/_localdev/traces?limit=5"]


def test_a_refusal_has_its_reason() -> None:
    body = json.dumps({"message": "limit is no number"}).encode()
    with _answering(400, body) as (api, _), pytest.raises(RefusedError, match="limit is no number"):
        api.get(limit="x")


@pytest.mark.parametrize("body", [b"<html>", b'{"error": "none"}', b"[" * 100_000], ids=["html", "json", "deep"])
def test_an_emulator_without_the_api_is_distinguished_from_one_that_refuses(body: bytes) -> None:
    with _answering(404, body) as (api, _), pytest.raises(UnservedError):
        api.get()


def test_an_emulator_that_is_gone_does_not_answer() -> None:
    with pytest.raises(UnansweredError):
        EmulatorApi(f"http://127.0.0.1:{free_port()}", TRACES, seconds=10).get()


def test_an_account_is_never_asked() -> None:
    with pytest.raises(UnservedError):
        EmulatorApi("https://states.eu-west-1.amazonaws.com", TRACES, seconds=10).get()


def test_where_nothing_can_be_reported_nothing_was_injected() -> None:
    assert reported(f"http://127.0.0.1:{free_port()}", "arn:aws:states:us-east-1:000000000000:execution:m:e") == []
