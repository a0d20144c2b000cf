"""What a client gets for what a function returns, through an API of API Gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
    """One that returns the value of the expression in the request's body."""
    function = deployed.create(cloud, RETURNS_WHAT_IT_IS_ASKED_FOR)
    yield function
    function.client.delete_function(FunctionName=function.name)


@pytest.fixture(scope="module")
def api(cloud: Cloud, function: Function) -> Iterator[str]:
    """The address of a REST API whose root is a proxy of the function."""
    apigateway = cloud.client("apigateway")
    api = apigateway.create_rest_api(name=function.name, binaryMediaTypes=["image/png"])["id"]
    root = apigateway.get_resources(restApiId=api)["items"][0]["id"]
    where = {"restApiId": api, "resourceId": root, "httpMethod": "POST"}
    apigateway.put_method(**where, authorizationType="NONE")
    apigateway.put_integration(
        **where,
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{function.arn}/invocations",
    )
    apigateway.create_deployment(restApiId=api, stageName="test")
    yield f"{cloud.endpoint_url}/restapis/{api}/test/_user_request_/"
    apigateway.delete_rest_api(restApiId=api)


def ask(url: str, result: str, **headers: str) -> urllib3.BaseHTTPResponse:
    """Have the function return this."""
    return urllib3.request("POST", url, body=result, headers={"Content-Type": "text/plain", **headers}, retries=False)


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
