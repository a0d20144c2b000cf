"""Nobody who reaches the emulator's port can end it."""

from __future__ import annotations

import http.client
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from localdev.engines import EmbeddedEngine


def ask(engine: EmbeddedEngine, method: str, body: str | None = None) -> tuple[int, bytes]:
    """Send something to the health API."""
    with closing(http.client.HTTPConnection("127.0.0.1", engine.port, timeout=60)) as connection:
        connection.request(method, "/_localstack/health", body, {"Content-Type": "text/plain"})
        response = connection.getresponse()
        return response.status, response.read()


@pytest.mark.parametrize(
    ("method", "body", "status"),
    [
        ("POST", '{"action": "kill"}', 403),
        ("POST", '{"action": "restart"}', 403),
        ("PUT", '{"services": {"lambda": "error"}}', 403),
        ("POST", "[1]", 400),
        ("POST", "{}", 400),
        ("POST", "no JSON", 400),
        ("POST", '{"action": "dance"}', 200),
    ],
)
def test_the_emulator_is_not_ended_over_http(
    corrected_engine: EmbeddedEngine, method: str, body: str, status: int
) -> None:
    assert ask(corrected_engine, method, body)[0] == status

    assert b'"error"' not in ask(corrected_engine, "GET")[1]
    assert corrected_engine.is_up()


def test_a_refusal_says_how_it_is_stopped(corrected_engine: EmbeddedEngine) -> None:
    assert b"Hint: stop it with the command 'down'" in ask(corrected_engine, "POST", '{"action": "kill"}')[1]
