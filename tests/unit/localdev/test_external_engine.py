"""Test what answers at somebody else's endpoint, and whether it will do."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from localdev.commands import up
from localdev.engines.embedded import EmbeddedEngine
from localdev.engines.external import NEEDED, ExternalEngine, Found
from localdev.system.errors import LocaldevError
from localdev.system.processes import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

ALL = dict.fromkeys(NEEDED, "available")


@contextmanager
def _answering(status: int, body: object) -> Iterator[str]:
    """Yield the endpoint of a server that answers every request with this."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode())

        def log_message(self, *_args: object) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_name_and_version_of_what_answers_are_shown() -> None:
    with _answering(200, {"edition": "community", "version": "4.14.0", "services": ALL}) as url:
        assert ExternalEngine(url).find() == Found("LocalStack community", "4.14.0", frozenset(NEEDED))


def test_an_emulator_that_tells_no_version_will_do() -> None:
    with _answering(200, {"services": ALL}) as url:
        assert ExternalEngine(url).find() == Found("an emulator", "of unknown version", frozenset(NEEDED))
        assert ExternalEngine(url).is_up()


def test_a_service_that_is_missing_stops_the_start_by_name() -> None:
    services = {**ALL, "sts": "disabled"}
    del services["s3"]
    answer = {"edition": "community", "version": "4.14.0", "services": services}

    with (
        _answering(200, answer) as url,
        pytest.raises(LocaldevError, match=r"LocalStack community 4.14.0 at .* lacks .*: s3, sts\."),
    ):
        ExternalEngine(url).start()


@pytest.mark.parametrize(
    ("status", "body"), [(404, b"not found"), (200, b"<html>"), (200, {"services": "many"}), (200, ["services"])]
)
def test_what_is_no_emulator_is_named_with_its_answer(status: int, body: object) -> None:
    with (
        _answering(status, body) as url,
        pytest.raises(LocaldevError, match=rf"(?s)not compatible with LocalStack.*status {status}.*Hint: .*endpoint"),
    ):
        ExternalEngine(url).start()


def test_a_dead_endpoint_is_named_with_what_to_start() -> None:
    engine = ExternalEngine(f"http://127.0.0.1:{free_port()}")

    with pytest.raises(LocaldevError, match=rf"(?s)Nothing answers at {engine.endpoint_url}.*Hint: .*docker compose"):
        engine.start()
    assert not engine.is_up()


def test_stopping_leaves_it_alone() -> None:
    with _answering(200, {"services": ALL}) as url:
        ExternalEngine(url).stop()

        assert ExternalEngine(url).is_up()


def test_how_to_stop_an_emulator_that_was_started_elsewhere_is_not_said(capsys: pytest.CaptureFixture[str]) -> None:
    up._print_stop(ExternalEngine(), "Stop")
    assert capsys.readouterr().out == ""
    up._print_stop(EmbeddedEngine(4999), "Stop")
    assert capsys.readouterr().out == "Stop\n"
