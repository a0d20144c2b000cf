"""The Lambda Runtime API, spoken to as a runtime does."""

from __future__ import annotations

import http.client
import json
import select
import socket
import threading
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localstack_process_executor.environments.runtime_api import RuntimeApi, RuntimeMessage
from localstack_process_executor.sandbox import plain_runtime_client

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX = "/2018-06-01/runtime"


class Runtime:
    """A runtime's side: one connection, whose requests the API is given to handle."""

    def __init__(self, api: RuntimeApi) -> None:
        self.api = api
        self.connection = http.client.HTTPConnection(api.address, timeout=5)
        self.connection.connect()
        (listener,) = api.filenos()
        assert api.handle(listener) == []

    def send(self, method: str, path: str, body: bytes | None = None) -> list[RuntimeMessage]:
        """Send a request; the messages that the API makes of it."""
        sender = threading.Thread(target=self.connection.request, args=(method, PREFIX + path, body))
        sender.start()
        messages: list[RuntimeMessage] = []
        fileno = self.api.filenos()[-1]
        while not messages and self.connection.sock.fileno() >= 0:
            messages += self.api.handle(fileno)
            if not sender.is_alive() and body is None:
                break
            if self.api._connections.get(fileno) is None or self._answered():
                break
        sender.join()
        return messages

    def _answered(self) -> bool:
        # without touching the socket's mode: the sender may be in the middle of a write
        return bool(select.select([self.connection.sock], [], [], 0)[0])

    def answer(self) -> tuple[int, bytes, dict[str, str]]:
        """Return the response that is waiting."""
        response = self.connection.getresponse()
        return response.status, response.read(), dict(response.getheaders())


@pytest.fixture
def api() -> Iterator[RuntimeApi]:
    api = RuntimeApi()
    yield api
    api.close()


@pytest.fixture
def runtime(api: RuntimeApi) -> Iterator[Runtime]:
    runtime = Runtime(api)
    yield runtime
    runtime.connection.close()


def test_a_runtime_that_asks_for_work_waits_until_there_is_some(api: RuntimeApi, runtime: Runtime) -> None:
    assert runtime.send("GET", "/invocation/next") == [RuntimeMessage("next")]
    assert api.runtime_is_waiting

    api.send_invocation("r1", {"Lambda-Runtime-Aws-Request-Id": "r1"}, b'{"a": 1}')

    status, body, headers = runtime.answer()
    assert (status, body, headers["Lambda-Runtime-Aws-Request-Id"]) == (200, b'{"a": 1}', "r1")
    assert not api.runtime_is_waiting


def hand_over(api: RuntimeApi, runtime: Runtime, request_id: str = "r1", payload: bytes = b"1") -> None:
    runtime.send("GET", "/invocation/next")
    api.send_invocation(request_id, {}, payload)
    assert runtime.answer()[1] == payload


@pytest.mark.parametrize("kind", ["response", "error"])
def test_an_invocation_is_answered_once(api: RuntimeApi, runtime: Runtime, kind: Any) -> None:
    hand_over(api, runtime)

    assert runtime.send("POST", f"/invocation/r1/{kind}", b"first") == [RuntimeMessage(kind, "r1", b"first")]
    assert runtime.answer()[0] == 202
    assert runtime.send("POST", f"/invocation/r1/{kind}", b"second") == []
    status, body, _ = runtime.answer()
    assert (status, json.loads(body)["errorType"]) == (400, "InvalidRequestID")


def test_an_answer_to_another_invocation_is_refused(api: RuntimeApi, runtime: Runtime) -> None:
    hand_over(api, runtime)

    assert runtime.send("POST", "/invocation/r0/response", b"late") == []
    assert runtime.answer()[0] == 400


def test_a_failed_initialisation_is_reported(runtime: Runtime) -> None:
    assert runtime.send("POST", "/init/error", b"{}") == [RuntimeMessage("init-error", payload=b"{}")]
    assert runtime.answer()[0] == 202


def test_a_runtime_that_is_initialised_cannot_fail_to_be(api: RuntimeApi, runtime: Runtime) -> None:
    hand_over(api, runtime)

    assert runtime.send("POST", "/init/error", b"{}") == []

    status, body, _ = runtime.answer()
    message = "State transition from Running to InitError failed for runtime. Error: State transition is not allowed"
    assert status == 403
    assert json.loads(body) == {"errorMessage": message, "errorType": "InvalidStateTransition"}
    assert runtime.send("POST", "/invocation/r1/response", b"1") == [RuntimeMessage("response", "r1", b"1")]


def test_any_other_path_is_not_found(runtime: Runtime) -> None:
    assert runtime.send("GET", "/pizza") == []
    assert runtime.answer()[0] == 404


def test_what_is_not_http_ends_the_connection(api: RuntimeApi) -> None:
    host, port = api.address.split(":")
    with socket.create_connection((host, int(port))) as connection:
        api.handle(api.filenos()[0])
        connection.sendall(b"\x00\x01 pizza\r\n\r\n")

        assert api.handle(api.filenos()[-1]) == []

        assert len(api.filenos()) == 1


def test_a_runtime_that_has_ended_is_no_error(api: RuntimeApi, runtime: Runtime) -> None:
    runtime.send("GET", "/invocation/next")
    runtime.connection.close()

    api.send_invocation("r1", {}, b"x" * 10_000_000)
    api.drop_connections()

    assert len(api.filenos()) == 1


def test_two_apis_have_addresses_of_their_own(api: RuntimeApi) -> None:
    other = RuntimeApi()

    assert other.address != api.address
    other.close()


def test_where_no_address_of_its_own_is_free_any_port_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("random.randint", lambda low, _: low)
    first, second = RuntimeApi(), RuntimeApi()

    assert first.address == "127.1.0.1:9001"
    assert second.address.startswith("127.0.0.1:")
    first.close()
    second.close()


def test_a_runtime_client_in_plain_python_speaks_it(api: RuntimeApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", api.address)
    monkeypatch.setattr(plain_runtime_client, "_CLIENT", plain_runtime_client._Client())
    plain_runtime_client.initialize_client("pizza/1")
    seen: list[Any] = []

    def run() -> None:
        for answer in (plain_runtime_client.post_invocation_result, plain_runtime_client.post_error):
            body, headers = plain_runtime_client.next()
            seen.append((body, headers["Lambda-Runtime-Deadline-Ms"]))
            answer("r1", *((b"2", "application/json") if not seen[1:] else ("{}", "")))

    runtime = threading.Thread(target=run)
    runtime.start()
    messages: list[RuntimeMessage] = []
    while len(messages) < 4:
        for fileno in api.filenos():
            for message in api.handle(fileno) if readable(fileno) else []:
                messages.append(message)
                if message.kind == "next":
                    api.send_invocation("r1", {"Lambda-Runtime-Deadline-Ms": "7"}, b"1")
    runtime.join()
    connection = plain_runtime_client._CLIENT.connection
    assert connection
    connection.close()

    assert [message.kind for message in messages] == ["next", "response", "next", "error"]
    assert seen == [(b"1", 7), (b"1", 7)]


def readable(fileno: int) -> bool:
    return bool(select.select([fileno], [], [], 0.01)[0])


def test_an_unknown_descriptor_is_nothing_to_do(api: RuntimeApi) -> None:
    assert api.handle(10_000) == []


@settings(max_examples=40, deadline=None)
@given(start=st.binary(max_size=200), times=st.sampled_from([1, 2_000]))
def test_any_payload_arrives_as_it_was_sent(start: bytes, times: int) -> None:
    # more than a socket takes at once, too, without hypothesis having to think of every byte
    payload = start * times
    api = RuntimeApi()
    runtime = Runtime(api)
    hand_over(api, runtime, payload=b'"event"')

    assert runtime.send("POST", "/invocation/r1/response", payload) == [RuntimeMessage("response", "r1", payload)]
    runtime.connection.close()
    api.close()


def test_a_header_that_would_become_two_is_not_sent(api: RuntimeApi, runtime: Runtime) -> None:
    runtime.send("GET", "/invocation/next")

    with pytest.raises(ValueError, match="one line each"):
        api.send_invocation("r1", {"Lambda-Runtime-Client-Context": "{}\r\nLambda-Runtime-Trace-Id: mine"}, b"1")


def test_a_connection_that_is_to_end_with_its_answer_does(api: RuntimeApi, runtime: Runtime) -> None:
    runtime.connection.putrequest("GET", f"{PREFIX}/pizza")
    runtime.connection.putheader("Connection", "close")
    runtime.connection.endheaders()
    assert api.handle(api.filenos()[-1]) == []

    status, _, headers = runtime.answer()

    assert (status, headers["Connection"]) == (404, "close")
    assert len(api.filenos()) == 1
