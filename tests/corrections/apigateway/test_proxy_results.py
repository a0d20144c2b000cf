"""Test what a client gets for what a function returns through a REST API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import urllib3

from tests.emulator import deployed
from tests.emulator.deployed import Cloud

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localdev.engines import EmbeddedEngine

RETURNS_WHAT_IT_IS_ASKED_FOR = """
    def handler(event, context):
        return eval(event["body"])
"""


@pytest.fixture(scope="module")
def api(corrected_engine: EmbeddedEngine) -> Iterator[str]:
    """Provide the address of a REST API whose root is a proxy of a function that evaluates the request's body."""
    yield from address(corrected_engine)


@pytest.fixture(scope="module")
def released_api(released_engine: EmbeddedEngine) -> Iterator[str]:
    """Provide the same on LocalStack as released."""
    yield from address(released_engine)


def address(engine: EmbeddedEngine) -> Iterator[str]:
    """Yield the address of the API."""
    cloud = Cloud(engine.endpoint_url)
    function = deployed.create(cloud, RETURNS_WHAT_IT_IS_ASKED_FOR)
    with deployed.rest_api(cloud, function, "POST", binaryMediaTypes=["image/png"]) as url:
        yield url
    function.client.delete_function(FunctionName=function.name)


def ask(url: str, result: str | bytes, **headers: str) -> urllib3.BaseHTTPResponse:
    """Have the function return this."""
    body = result.encode() if isinstance(result, str) else result
    return urllib3.request("POST", url, body=body, headers={"Content-Type": "text/plain", **headers}, retries=False)


@pytest.mark.parametrize(
    "result",
    [
        "1/0",
        "None",
        "42",
        "'text'",
        "[]",
        "{'status': 200}",
        "{'statusCode': 200, 'body': {'a': 1}}",
        "{'statusCode': 200, 'body': ['a']}",
        "{'statusCode': 200, 'body': 5}",
        "{'statusCode': 200, 'body': False}",
        "{'statusCode': 'hot'}",
        "{'statusCode': [200]}",
        "{'statusCode': 1000}",
        "{'statusCode': 99}",
        "{'headers': ['a']}",
        "{'headers': {'a': ['b']}}",
        "{'headers': {'a': {'b': 'c'}}}",
        "{'headers': {'a': 'b\\r\\nc: d'}}",
        "{'headers': {'a b': 'c'}}",
        "{'headers': {'a': '生地'}}",
        "{'multiValueHeaders': {'a': 'b'}}",
        "{'multiValueHeaders': {'a': [{}]}}",
        "{'isBase64Encoded': 'yes'}",
        "{'isBase64Encoded': []}",
    ],
)
def test_a_malformed_result_of_a_proxy_is_a_502(api: str, result: str) -> None:
    response = ask(api, result)

    assert (response.status, response.json()) == (502, {"message": "Internal server error"})
    assert response.headers["x-amzn-errortype"] == "InternalServerErrorException"


@pytest.mark.parametrize(
    ("result", "status", "body", "headers"),
    [
        ("{}", 200, b"", {"content-type": "application/json"}),
        ("{'statusCode': None, 'headers': None, 'body': None, 'isBase64Encoded': None}", 200, b"", {}),
        ("{'statusCode': '201', 'body': 'é'}", 201, "é".encode(), {}),
        ("{'headers': {'a': 1, 'b': 2.5, 'c': True, 'd': ''}}", 200, b"", {"a": "1", "b": "2.5", "c": "true", "d": ""}),
        ("{'headers': {'a': 'é'}}", 200, b"", {"a": "é"}),
        ("{'multiValueHeaders': {'a': ['b', 1]}}", 200, b"", {"a": "b, 1"}),
        ("{'body': 'aGk=', 'isBase64Encoded': True}", 200, b"hi", {}),
        ("{'body': 'aGk=', 'isBase64Encoded': 'false'}", 200, b"aGk=", {}),
    ],
)
def test_a_well_formed_result_of_a_proxy_is_sent(
    api: str, result: str, status: int, body: bytes, headers: dict[str, Any]
) -> None:
    response = ask(api, result, Accept="image/png")

    assert (response.status, response.data) == (status, body)
    assert {name: response.headers[name] for name in headers} == headers


def test_localstack_as_released_refuses_a_number_among_headers(released_api: str) -> None:
    assert ask(released_api, "{'headers': {'a': 1}}").status >= 500
