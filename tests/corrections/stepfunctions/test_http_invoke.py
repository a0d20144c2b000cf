"""HTTP tasks, against a server of the test."""

from __future__ import annotations

import base64
import json
import threading
import uuid
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, override

import pytest
from botocore.exceptions import ClientError

from tests.corrections.stepfunctions.machines import machine, one_state, run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localdev.engines.clients import Clients


class _Echo(BaseHTTPRequestHandler):
    """Answers with what it was asked; a path that is a number is the status."""

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        number = self.path.strip("/").partition("?")[0]
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = json.dumps({"method": self.command, "path": self.path, "body": body, "headers": headers}).encode()
        self.send_response(int(number) if number.isdigit() else 200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = _answer  # noqa: N815

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Log nothing."""


@pytest.fixture
def api() -> Iterator[str]:
    """URL of a server that tells what it was asked."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Echo) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def _connection(clients: Clients) -> Iterator[str]:
    events: Any = clients.client("events")  # type: ignore[call-overload,unused-ignore]
    name = f"c-{uuid.uuid4().hex[:8]}"
    parameters = {"BasicAuthParameters": {"Username": "ann", "Password": "secret"}}
    arn = events.create_connection(Name=name, AuthorizationType="BASIC", AuthParameters=parameters)["ConnectionArn"]
    try:
        yield arn
    finally:
        events.delete_connection(Name=name)


def _task(**arguments: Any) -> dict[str, Any]:
    return one_state(Type="Task", Resource="arn:aws:states:::http:invoke", Arguments=arguments)


def test_an_api_is_called_with_the_connections_credentials(aws: Clients, api: str) -> None:
    with _connection(aws) as connection:
        ended = run(
            aws,
            _task(
                ApiEndpoint=f"{api}/orders",
                Method="POST",
                Authentication={"ConnectionArn": connection},
                RequestBody={"n": "{% 1 + 1 %}"},
                QueryParameters={"q": "x"},
                Headers={"X-Own": "h"},
            ),
        )

    assert ended["status"] == "SUCCEEDED", ended["cause"]
    result = ended["output"]
    asked = result["ResponseBody"]
    assert (result["StatusCode"], result["StatusText"]) == (200, "OK")
    assert (asked["method"], asked["path"], asked["body"]) == ("POST", "/orders?q=x", '{"n":2}')
    assert asked["headers"]["authorization"] == "Basic " + base64.b64encode(b"ann:secret").decode()
    assert (asked["headers"]["x-own"], asked["headers"]["content-type"]) == ("h", "application/json")


def test_a_form_is_sent_url_encoded(aws: Clients, api: str) -> None:
    transform = {"RequestBodyEncoding": "URL_ENCODED", "RequestEncodingOptions": {"ArrayFormat": "BRACKETS"}}

    ended = run(aws, _task(ApiEndpoint=api, Method="POST", RequestBody={"a": [1, 2], "b": "c d"}, Transform=transform))

    assert ended["output"]["ResponseBody"]["body"] == "a%5B%5D=1&a%5B%5D=2&b=c+d"


def test_a_status_that_is_an_error_fails_the_task_by_its_code(aws: Clients, api: str) -> None:
    # what AWS writes into the cause is not known here
    ended = run(aws, _task(ApiEndpoint=f"{api}/404", Method="GET"))

    assert (ended["status"], ended["error"]) == ("FAILED", "States.Http.StatusCode.404")
    assert json.loads(ended["cause"])["StatusCode"] == 404


def test_a_server_that_is_not_there_fails_the_task(aws: Clients) -> None:
    assert run(aws, _task(ApiEndpoint="http://127.0.0.1:9", Method="GET"))["error"] == "States.Http.Socket"


def test_localstack_alone_refuses_the_task(released: Clients) -> None:
    with (
        pytest.raises(ClientError, match="http"),
        machine(released, _task(ApiEndpoint="http://127.0.0.1:9", Method="GET")),
    ):
        pass
