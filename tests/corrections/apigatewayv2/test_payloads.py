"""Test what functions get from an HTTP API, and what it makes of their results."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.corrections import web

if TYPE_CHECKING:
    from localdev.engines.clients import Clients
    from tests.corrections.apigatewayv2.http_api import HttpApi


def test_localstack_as_released_has_no_http_apis(released: Clients) -> None:
    client: Any = released.client("apigatewayv2")
    with pytest.raises(ClientError) as error:
        client.create_api(Name="x", ProtocolType="HTTP")
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


def test_format_2_has_the_request(api: HttpApi, echo: str) -> None:
    api.route("POST /orders/{id}", api.function(echo))
    event = api.request(
        "/orders/a%20b?x=1&x=2&y=%C3%A9", "POST", headers={"Cookie": "a=1; b=2", "X-Own": "z"}, document={"k": 1}
    ).json
    assert event["version"] == "2.0"
    assert event["routeKey"] == "POST /orders/{id}"
    assert event["rawPath"] == "/orders/a b"
    assert event["rawQueryString"] == "x=1&x=2&y=%C3%A9"
    assert event["queryStringParameters"] == {"x": "1,2", "y": "é"}
    assert event["cookies"] == ["a=1", "b=2"]
    assert event["headers"]["x-own"] == "z"
    assert event["pathParameters"] == {"id": "a b"}
    assert (event["body"], event["isBase64Encoded"]) == ('{"k": 1}', False)
    assert event["requestContext"]["http"]["method"] == "POST"
    assert event["requestContext"]["stage"] == "$default"


def test_format_2_leaves_out_what_a_request_has_not(api: HttpApi, echo: str) -> None:
    api.route("GET /", api.function(echo))
    event = api.request("/").json
    assert not {"body", "cookies", "queryStringParameters", "pathParameters", "stageVariables"} & event.keys()


def test_format_1_has_the_request(api: HttpApi, echo: str) -> None:
    api.route("ANY /{proxy+}", api.function(echo, "1.0"))
    event = api.request("/a/b?x=1&x=2").json
    assert event["version"] == "1.0"
    assert (event["resource"], event["path"], event["httpMethod"]) == ("/{proxy+}", "/a/b", "GET")
    assert event["queryStringParameters"] == {"x": "2"}
    assert event["multiValueQueryStringParameters"] == {"x": ["1", "2"]}
    assert event["pathParameters"] == {"proxy": "a/b"}
    assert event["body"] is None


def test_a_body_that_is_no_text_comes_as_base64(api: HttpApi, echo: str) -> None:
    api.route("POST /", api.function(echo))
    event = api.request("/", "POST", body=b"\x00\xff", headers={"Content-Type": "image/png"}).json
    assert (event["body"], event["isBase64Encoded"]) == ("AP8=", True)


def test_a_header_in_latin_1_reaches_the_function(api: HttpApi, echo: str) -> None:
    api.route("GET /", api.function(echo))
    assert api.request("/", headers={"X-Odd": "caf\u00e9"}).json["headers"]["x-odd"] == "caf\u00e9"


@pytest.mark.parametrize(
    ("result", "body"),
    [({"a": 1}, b'{"a":1}'), ("text", b"text"), ([1, 2], b"[1,2]"), (None, b"null"), (7, b"7")],
)
def test_a_result_without_a_status_is_the_body_of_a_200(
    api: HttpApi, scripted: str, result: object, body: bytes
) -> None:
    api.route("POST /", api.function(scripted))
    reply = api.request("/", "POST", document={"result": result})
    assert (reply.status, reply.headers["content-type"], reply.body) == (200, "application/json", body)


def test_a_result_with_a_status_describes_the_response(api: HttpApi, scripted: str) -> None:
    api.route("POST /", api.function(scripted))
    result = {
        "statusCode": "201",
        "headers": {"X-Number": 5, "X-Flag": True},
        "cookies": ["a=1; Secure", "b=2"],
        "body": "aGk=",
        "isBase64Encoded": True,
    }
    reply = api.request("/", "POST", document={"result": result})
    assert (reply.status, reply.body) == (201, b"hi")
    assert (reply.headers["x-number"], reply.headers["x-flag"]) == ("5", "true")
    assert reply.headers.getlist("set-cookie") == ["a=1; Secure", "b=2"]
    assert reply.headers["content-type"] == "text/plain;charset=UTF-8"


@pytest.mark.parametrize(
    "result",
    [
        {"statusCode": "x"},
        {"statusCode": 200, "body": {"a": 1}},
        {"statusCode": 200, "headers": {"a": None}},
        {"statusCode": 200, "headers": {"a": "b\r\nc: d"}},
        {"statusCode": 200, "cookies": "a=1"},
        {"statusCode": 200, "body": "?", "isBase64Encoded": True},
    ],
)
def test_a_malformed_result_is_an_internal_server_error(api: HttpApi, scripted: str, result: object) -> None:
    api.route("POST /", api.function(scripted))
    reply = api.request("/", "POST", document={"result": result})
    assert (reply.status, reply.json) == (500, {"message": "Internal Server Error"})


def test_format_1_needs_a_status(api: HttpApi, scripted: str) -> None:
    api.route("POST /", api.function(scripted, "1.0"))
    assert api.request("/", "POST", document={"result": {"a": 1}}).status == 500


def test_a_function_that_fails_is_an_internal_server_error(aws: Clients, api: HttpApi) -> None:
    failing = web.function(aws, "def handler(event, context): raise ValueError('no')")
    api.route("GET /", api.function(failing))
    reply = api.request("/")
    assert (reply.status, reply.json) == (500, {"message": "Internal Server Error"})


def test_a_function_that_is_gone_is_an_internal_server_error(api: HttpApi, echo: str) -> None:
    api.route("GET /", api.function(f"{echo}-gone"))
    assert api.request("/").status == 500


def test_a_function_that_takes_too_long_is_service_unavailable(aws: Clients, api: HttpApi) -> None:
    slow = web.function(aws, "import time\ndef handler(event, context): time.sleep(25)", Timeout=30)
    api.route("GET /", api.function(slow, TimeoutInMillis=100))
    reply = api.request("/")
    assert (reply.status, reply.json) == (503, {"message": "Service Unavailable"})


def test_no_route_is_not_found(api: HttpApi) -> None:
    reply = api.request("/nothing")
    assert (reply.status, reply.json) == (404, {"message": "Not Found"})


def test_a_body_beyond_10_mb_is_too_large(api: HttpApi, echo: str) -> None:
    api.route("POST /", api.function(echo))
    reply = api.request("/", "POST", body=b"x" * (10 * 1024 * 1024 + 1))
    assert (reply.status, reply.json) == (413, {"message": "Request Entity Too Large"})


def test_an_api_answers_under_its_host_name(api: HttpApi, echo: str) -> None:
    api.route("GET /a", api.function(echo))
    endpoint = api.url.partition("/_aws/")[0]
    host = f"{api.id}.execute-api.localhost.localstack.cloud"
    event = web.request(f"{endpoint}/a", headers={"Host": host}).json
    assert (event["rawPath"], event["requestContext"]["domainName"]) == ("/a", host)


PARTS = b'--X\r\nContent-Disposition: form-data; name="f"; filename="t"\r\nX-Extra: 1\r\n\r\nhi\r\n--X--\r\n'


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", b"b=2&a=1+x&c=%20y&d=~*&b=3&e"),
        ('multipart/form-data; boundary="X"; charset=utf-8', PARTS),
    ],
)
def test_a_form_reaches_the_function_as_it_was_sent(
    api: HttpApi, echo: str, method: str, kind: str, body: bytes
) -> None:
    api.route("$default", api.function(echo))
    event = api.request("/", method, body=body, headers={"Content-Type": kind}).json
    assert base64.b64decode(event["body"]) == body
