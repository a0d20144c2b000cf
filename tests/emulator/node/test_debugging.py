"""A debugger attaches to a function in Node.js by Node's own inspector."""

from __future__ import annotations

import json
import socket
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from localdev.system.processes import free_port
from localdev.system.waiting import wait_until

if TYPE_CHECKING:
    from tests.emulator.node.conftest import MakeNode

SOURCE = 'exports.handler = async () => require("node:inspector").url() ?? "none";'


def _attach(port: int) -> socket.socket | None:
    """Connect as a debugger does, and let the function go on; ``None`` while it is not there."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list", timeout=5) as answer:
            address = urlsplit(json.load(answer)[0]["webSocketDebuggerUrl"])
    except OSError:
        return None
    connection = socket.create_connection(("127.0.0.1", port), timeout=10)
    headers = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    key = "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n"
    connection.sendall(f"GET {address.path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{headers}{key}\r\n".encode())
    assert b" 101 " in connection.recv(4096)
    message = json.dumps({"id": 1, "method": "Runtime.runIfWaitingForDebugger"}).encode()
    # a text frame; one of a client is masked, and this mask changes nothing
    connection.sendall(bytes([0x81, 0x80 | len(message), 0, 0, 0, 0]) + message)
    return connection


def test_a_debugger_may_attach_and_nobody_waits_for_it(make_node: MakeNode) -> None:
    port = free_port()
    function = make_node(SOURCE, debug_address=f"127.0.0.1:{port}")
    assert str(function.answer({})).startswith(f"ws://127.0.0.1:{port}/")


def test_a_function_waits_for_its_debugger(make_node: MakeNode) -> None:
    port = free_port()
    function = make_node(SOURCE, debug_address=f"127.0.0.1:{port}:wait", start=False)
    with ThreadPoolExecutor(1) as pool:
        started = pool.submit(function.environment.start)
        connection = wait_until(lambda: _attach(port), what="the inspector to listen", seconds=30)
        assert not started.done()
        with connection:
            started.result(timeout=30)
            assert str(function.answer({})).startswith(f"ws://127.0.0.1:{port}/")


def test_where_another_has_the_port_the_function_goes_on_without(make_node: MakeNode) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}:wait"
        assert make_node(SOURCE, debug_address=address).answer({}) == "none"
