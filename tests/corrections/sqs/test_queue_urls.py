"""Long URLs: answered at once, by the server or by what routes them."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import psutil
import pytest

from localstack_corrections.sqs.queue_urls import is_sqs_queue_url

if TYPE_CHECKING:
    from localdev.engines import EmbeddedEngine

_SECONDS = 60.0


def status(engine: EmbeddedEngine, target: str) -> int:
    """Send a request without a signature and return the status of its answer."""
    with socket.create_connection(("127.0.0.1", engine.port), timeout=_SECONDS) as sock:
        sock.sendall(f"GET {target} HTTP/1.1\r\nHost: localhost:{engine.port}\r\nConnection: close\r\n\r\n".encode())
        return int(sock.recv(4096).split(b" ")[1])


@pytest.mark.parametrize("target", ["/" + 60_000 * "a", "/?" + 60_000 * "a"])
def test_a_request_line_over_the_limit_is_refused_as_such(corrected_engine: EmbeddedEngine, target: str) -> None:
    assert status(corrected_engine, target) == 414


@pytest.mark.parametrize("unit", ["a", "0", "/", "a/", "queue/", "%61", "a.", "queue.", "1:"])
def test_a_long_url_takes_no_more_than_its_share(corrected_engine: EmbeddedEngine, unit: str) -> None:
    process = psutil.Process(corrected_engine.instance().pid)
    # what is loaded with the first request of a kind is not this one's
    status(corrected_engine, "/" + unit)
    before = sum(process.cpu_times()[:2])

    status(corrected_engine, "/" + unit * (15_000 // len(unit)))

    # it took ten seconds of processor time; a request takes hundredths
    assert sum(process.cpu_times()[:2]) - before < 5.0


@pytest.mark.parametrize(
    ("url", "is_queue"),
    [
        ("http://sqs.us-east-1.localhost.localstack.cloud:4566/000000000000/orders", True),
        ("http://queue.localhost:4566/000000000000/orders.fifo", True),
        ("http://localhost:4566/queue/us-east-1/000000000000/orders", True),
        ("http://localhost:4566/000000000000/orders", True),
        ("http://localhost:4566/000000000000/orders/more", False),
        ("http://localhost:4566/bucket/key", False),
        ("http://localhost/000000000000/orders", False),
    ],
)
def test_queue_urls_are_known_as_before(url: str, is_queue: bool) -> None:
    assert is_sqs_queue_url(url) is is_queue
