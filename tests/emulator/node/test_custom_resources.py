"""Custom resources in JavaScript answer the emulator, whichever way AWS's and the CDK's helpers are written."""

from __future__ import annotations

import http.server
import threading
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.emulator.node.conftest import MakeNode

ANSWERS = """
    const https = require("https");
    exports.handler = (event) => new Promise((done, failed) => {
        const url = new URL(event.ResponseURL);
        const options = { hostname: url.hostname, path: url.pathname + url.search, method: "PUT" };
        const whole = [event.ResponseURL, { method: "PUT" }];
        const target = { options: [options], port: [{ ...options, port: 443 }], url: whole };
        const request = https.request(...target[event.way], (response) => {
            response.resume();
            response.on("end", () => done(response.statusCode));
        });
        request.on("error", failed);
        request.end('{"Status": "SUCCESS"}');
    });
"""


@pytest.fixture
def emulator() -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    """Provide the address of a server, and what it was sent."""
    got: list[tuple[str, bytes]] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            got.append((self.path, self.rfile.read(int(self.headers.get("Content-Length") or 0))))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", got
        server.shutdown()


@pytest.mark.parametrize("way", ["options", "port", "url"])
@pytest.mark.parametrize("host", ["localhost.localstack.cloud", "localhost"])
def test_an_answer_over_https_reaches_the_emulator(
    make_node: MakeNode, emulator: tuple[str, list[tuple[str, bytes]]], way: str, host: str
) -> None:
    address, got = emulator
    function = make_node(ANSWERS)
    url = f"{address.replace('127.0.0.1', host)}/answers/1?token=2"

    assert function.answer({"ResponseURL": url, "way": way}) == 200
    # chunked, which the server leaves alone
    assert [path for path, _ in got] == ["/answers/1?token=2"]
