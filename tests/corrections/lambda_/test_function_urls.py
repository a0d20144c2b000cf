"""Test what a client gets for what a function returns through the function's own URL, and what the function gets."""

from __future__ import annotations

import re
from base64 import b64decode
from typing import TYPE_CHECKING

import pytest
import urllib3

from tests.emulator import deployed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.emulator.deployed import Cloud, Function

RETURNS_WHAT_IT_IS_ASKED_FOR = """
    def handler(event, context):
        return eval(event["body"])
"""


@pytest.fixture(scope="module")
def function(cloud: Cloud) -> Iterator[Function]:
    """Provide one that returns the value of the expression in the request's body."""
    function = deployed.create(cloud, RETURNS_WHAT_IT_IS_ASKED_FOR)
    yield function
    function.client.delete_function(FunctionName=function.name)


@pytest.fixture(scope="module")
def url_host(function: Function) -> str:
    """Provide the name that the function's URL has."""
    url = function.client.create_function_url_config(FunctionName=function.name, AuthType="NONE")["FunctionUrl"]
    return str(url).split("//")[1].rstrip("/").partition(":")[0]


def ask(url: str, result: str | bytes, **headers: str) -> urllib3.BaseHTTPResponse:
    """Have the function return this."""
    body = result.encode() if isinstance(result, str) else result
    return urllib3.request("POST", url, body=body, headers={"Content-Type": "text/plain", **headers}, retries=False)


@pytest.mark.parametrize(
    ("result", "body"),
    [
        ("{'pizza': 'margherita'}", '{"pizza":"margherita"}'),
        ("{'body': 'x', 'headers': {'a': 'b'}}", '{"body":"x","headers":{"a":"b"}}'),
        ("{'cookies': ['a=1']}", '{"cookies":["a=1"]}'),
        ("{'body': 1}", '{"body":1}'),
        ("['\\xe9', 1.0, None]", '["é",1.0,null]'),
        ("'text'", "text"),
        ("42", "42"),
        ("None", "null"),
    ],
)
def test_what_has_no_status_code_is_the_body_of_a_urls_response(
    cloud: Cloud, url_host: str, result: str, body: str
) -> None:
    response = ask(cloud.endpoint_url, result, Host=url_host)

    assert (response.status, response.data.decode()) == (200, body)
    assert response.headers["content-type"] == "application/json"
    assert not {"a", "set-cookie"} & {name.lower() for name in response.headers}


@pytest.mark.parametrize(
    ("result", "status", "body", "headers"),
    [
        ("{'statusCode': 201}", 201, b"", {"content-type": "application/json"}),
        ("{'statusCode': '201', 'body': None, 'headers': None}", 201, b"", {}),
        ("{'statusCode': 200, 'body': '\\xe9'}", 200, "é".encode(), {}),
        ("{'statusCode': 200, 'headers': {'Content-Type': 'text/plain'}}", 200, b"", {"content-type": "text/plain"}),
        ("{'statusCode': 200, 'body': {'a': '\\xe9'}}", 200, '{"a":"é"}'.encode(), {}),
        ("{'statusCode': 200, 'body': 'AP8=', 'isBase64Encoded': True}", 200, b"\0\xff", {}),
        ("{'statusCode': 200, 'headers': {'a': 1, 'b': True}}", 200, b"", {"a": "1", "b": "true"}),
        ("{'statusCode': 200, 'cookies': ['a=1', 'b=2; Secure']}", 200, b"", {"set-cookie": "a=1, b=2; Secure"}),
    ],
)
def test_what_has_a_status_code_is_a_urls_response(
    cloud: Cloud, url_host: str, result: str, status: int, body: bytes, headers: dict[str, str]
) -> None:
    response = ask(cloud.endpoint_url, result, Host=url_host)

    assert (response.status, response.data) == (status, body)
    assert {name: response.headers[name] for name in headers} == headers


@pytest.mark.parametrize(
    "result",
    [
        "1/0",
        "{'statusCode': 'hot'}",
        "{'statusCode': None}",
        "{'statusCode': 1000}",
        "{'statusCode': 200, 'body': 1}",
        "{'statusCode': 200, 'body': 'hot', 'isBase64Encoded': True}",
        "{'statusCode': 200, 'headers': {'a': 'b\\r\\nc: d'}}",
    ],
)
def test_a_malformed_result_of_a_url_is_a_502(cloud: Cloud, url_host: str, result: str) -> None:
    response = ask(cloud.endpoint_url, result, Host=url_host)

    assert (response.status, response.data) == (502, b"Internal Server Error")
    assert response.headers["x-amzn-requestid"]


def test_the_response_of_a_url_names_the_functions_trace(cloud: Cloud, url_host: str) -> None:
    seen = "{'statusCode': 200, 'body': __import__('os').environ['_X_AMZN_TRACE_ID']}"

    response = ask(cloud.endpoint_url, seen, Host=url_host)

    assert response.data.decode() == response.headers["x-amzn-trace-id"]
    assert re.fullmatch(r"Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0;.*", response.data.decode())


def test_a_url_without_concurrency_left_is_a_429(cloud: Cloud, function: Function, url_host: str) -> None:
    function.client.put_function_concurrency(FunctionName=function.name, ReservedConcurrentExecutions=0)
    try:
        response = ask(cloud.endpoint_url, "'text'", Host=url_host)
    finally:
        function.client.delete_function_concurrency(FunctionName=function.name)

    assert (response.status, response.json()) == (429, {"message": "Rate Exceeded."})
    assert response.headers["x-amzn-errortype"] == "TooManyRequestsException"
    assert response.headers["x-amzn-requestid"]


def test_a_request_to_a_url_that_is_too_large_is_a_413(cloud: Cloud, url_host: str) -> None:
    assert ask(cloud.endpoint_url, " " * 6 * 1024 * 1024, Host=url_host).status == 413


def test_the_event_of_a_url_has_the_requests_cookies(cloud: Cloud, url_host: str) -> None:
    event = ask(cloud.endpoint_url, "event", Host=url_host, Cookie="a=1; b=2").json()

    assert event["cookies"] == ["a=1", "b=2"]
    assert "cookies" not in ask(cloud.endpoint_url, "event", Host=url_host).json()


@pytest.mark.parametrize("content_type", ["application/json", "text/plain"])
def test_the_event_of_a_url_has_text_as_text(cloud: Cloud, url_host: str, content_type: str) -> None:
    headers = {"Host": url_host, "Content-Type": content_type}
    event = ask(cloud.endpoint_url, "[event][0]  # hé", **headers).json()

    assert (event["body"], event["isBase64Encoded"]) == ("[event][0]  # hé", False)
    # what the function evaluates is the base64 of what is no text
    assert ask(cloud.endpoint_url, b64decode("True"), **headers).json() is True


def test_the_event_of_a_url_says_who_sent_the_request(cloud: Cloud, url_host: str) -> None:
    event = ask(cloud.endpoint_url, "event", Host=url_host).json()

    assert event["requestContext"]["http"]["sourceIp"] == "127.0.0.1"
    assert event["headers"]["x-forwarded-for"] == "127.0.0.1"


def test_the_event_of_a_url_names_the_trace(cloud: Cloud, url_host: str) -> None:
    seen = "{'statusCode': 200, 'body': event['headers']['x-amzn-trace-id']}"

    response = ask(cloud.endpoint_url, seen, Host=url_host)

    assert response.headers["x-amzn-trace-id"].startswith(f"{response.data.decode()};")


@pytest.mark.parametrize("path", ["", "/", "/orders/a%2Fb?size=1&size=2"])
def test_a_url_is_served_below_the_endpoint_as_by_its_host(cloud: Cloud, url_host: str, path: str) -> None:
    api_id, seen = url_host.partition(".")[0], "dict(event, requestContext=None, headers=None)"

    by_host = ask(f"{cloud.endpoint_url}{path}", seen, Host=url_host)
    by_path = ask(f"{cloud.endpoint_url}/_aws/lambda-url/{api_id}{path}", seen)

    assert (by_path.status, by_path.data) == (200, by_host.data)


def test_a_function_served_below_the_endpoint_sees_its_own_host(cloud: Cloud, url_host: str) -> None:
    domain, api_id = "event['requestContext']['domainName']", url_host.partition(".")[0]

    response = ask(f"{cloud.endpoint_url}/_aws/lambda-url/{api_id}/", domain)

    assert response.data.decode().startswith(".".join(url_host.split(".")[:3]))


def test_a_url_below_the_endpoint_that_is_none_is_refused(cloud: Cloud) -> None:
    assert ask(f"{cloud.endpoint_url}/_aws/lambda-url/none/", "1").status == 403
