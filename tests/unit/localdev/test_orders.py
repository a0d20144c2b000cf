"""Placing an order over HTTP, against a server of the test's own."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from localdev.system.errors import LocaldevError
from pizzeria.orders import Order, OrderApi, OrderNotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator

ORDER = Order("margherita", "order-1", "arn:execution:order-1")


class Pizzeria(ThreadingHTTPServer):
    """Gives the prepared answers, one a request, and keeps the requests."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, Any]] = []
        self.requests: list[tuple[str, str, str | None]] = []
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def api(self) -> OrderApi:
        """The client under test."""
        return OrderApi(f"http://127.0.0.1:{self.server_port}")


class _Handler(BaseHTTPRequestHandler):
    server: Pizzeria

    def _answer(self) -> None:
        self.server.requests.append((self.command, self.path, self.headers["Idempotency-Key"]))
        status, document = self.server.answers.pop(0)
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = _answer  # noqa: N815 - http.server's own names

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture
def pizzeria() -> Iterator[Pizzeria]:
    """Provide a server that is up."""
    with Pizzeria() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def _accepted() -> tuple[int, dict[str, str]]:
    return 202, {"flavour": ORDER.flavour, "orderId": ORDER.order_id, "executionArn": ORDER.execution_arn}


def _status(status: str, **more: object) -> tuple[int, dict[str, object]]:
    return 200, {"status": status, "error": None, "cause": None, "output": None, **more}


def test_a_flavour_is_percent_encoded(pizzeria: Pizzeria) -> None:
    pizzeria.answers = [_accepted()]

    pizzeria.api.place("Ärger & Co")

    assert pizzeria.requests == [("POST", "/?flavour=%C3%84rger%20%26%20Co", None)]


def test_no_flavour_sends_none(pizzeria: Pizzeria) -> None:
    pizzeria.answers = [_accepted()]

    assert pizzeria.api.place(key="k-1") == ORDER
    assert pizzeria.requests == [("POST", "/", "k-1")]


def test_a_refused_order_says_why(pizzeria: Pizzeria) -> None:
    pizzeria.answers = [(400, {"title": "Bad", "detail": "flavour must not be empty"})]

    with pytest.raises(LocaldevError, match="flavour must not be empty"):
        pizzeria.api.place("")


def test_an_answer_that_is_not_json_is_shown(pizzeria: Pizzeria) -> None:
    pizzeria.answers = [(502, b"<h1>Bad Gateway</h1>")]

    with pytest.raises(LocaldevError, match="Bad Gateway"):
        pizzeria.api.place("margherita")


@pytest.mark.parametrize("status", ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"])
def test_waiting_ends_on_every_terminal_status(pizzeria: Pizzeria, status: str) -> None:
    pizzeria.answers = [_status("RUNNING"), _status(status, error="E", cause="C")]

    outcome = pizzeria.api.wait(ORDER)

    assert (outcome.status, outcome.error, outcome.cause) == (status, "E", "C")


def test_an_unknown_order_is_named(pizzeria: Pizzeria) -> None:
    pizzeria.answers = [(404, {})]

    with pytest.raises(OrderNotFoundError, match="'nope'"):
        pizzeria.api.status("nope")


def test_nobody_answering_is_said_with_a_way_out() -> None:
    with pytest.raises(LocaldevError, match=r"(?s)No answer from.*\nHint: .*scripts/up"):
        OrderApi("http://127.0.0.1:9").place("margherita")


def test_the_json_line_has_every_field_the_documentation_names(pizzeria: Pizzeria) -> None:
    pizzeria.answers = [_status("SUCCEEDED", output={"containsPineapple": False})]

    document = pizzeria.api.wait(ORDER).as_document()

    assert list(document) == [
        "flavour", "orderId", "executionArn", "status", "error", "cause", "output", "seconds",
    ]  # fmt: skip
