"""Why a request got no answer."""

from __future__ import annotations

import socket
import threading

import pytest

from localdev.system.connections import why_no_answer
from localdev.system.errors import LocaldevError
from localdev.system.processes import free_port
from pizzeria.orders import OrderApi


def test_a_connection_that_ends_in_mid_order_is_said_in_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def hang_up() -> None:
            connection, _ = listener.accept()
            connection.recv(1)
            connection.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        with pytest.raises(LocaldevError, match=r"No answer from http\S+: it ended in the middle of the request\.\n"):
            OrderApi(f"http://127.0.0.1:{listener.getsockname()[1]}").place("pepperoni")
        thread.join()


def test_a_port_at_which_nothing_listens_is_said_in_words() -> None:
    with pytest.raises(LocaldevError, match="nothing listens there"):
        OrderApi(f"http://127.0.0.1:{free_port()}").place("pepperoni")


def test_a_time_out_is_said_in_words() -> None:
    assert why_no_answer(TimeoutError("timed out")) == "it took too long"


def test_any_other_reason_is_the_errors_own() -> None:
    assert why_no_answer(ValueError("no such thing.")) == "no such thing"
