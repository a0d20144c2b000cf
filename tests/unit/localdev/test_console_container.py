"""The console's container calls its own machine alone, and is passed on from there."""

import socket
import threading

from localdev.commands.console_container import forward
from localdev.system.processes import free_port


def test_a_connection_is_passed_on_in_both_directions_and_ends_with_the_other_side() -> None:
    with socket.create_server(("127.0.0.1", 0)) as target:

        def answer() -> None:
            connection, _ = target.accept()
            with connection:
                connection.sendall(connection.recv(100).upper())

        threading.Thread(target=answer, daemon=True).start()
        port = free_port()
        forward(port, "127.0.0.1", target.getsockname()[1])

        with socket.create_connection(("127.0.0.1", port), 10) as here:
            here.sendall(b"pizza")

            assert here.recv(100) == b"PIZZA"
            assert here.recv(100) == b""


def test_where_nobody_answers_the_connection_is_closed() -> None:
    port = free_port()
    forward(port, "127.0.0.1", free_port())

    with socket.create_connection(("127.0.0.1", port), 10) as here:
        assert here.recv(100) == b""
