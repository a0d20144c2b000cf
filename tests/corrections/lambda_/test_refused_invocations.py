"""Test the error of an invocation that cannot be made."""

from __future__ import annotations

import io
import threading
import uuid
import zipfile
from typing import TYPE_CHECKING

import pytest
import requests
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localdev.engines import EmbeddedEngine
    from localdev.engines.clients import Clients

ROLE = "arn:aws:iam::000000000000:role/any"
LENGTH = "def handler(event, context):\n    return {'statusCode': 200, 'body': str(len(event.get('body') or ''))}\n"


@pytest.fixture
def function(aws: Clients) -> str:
    """Provide the name of a function that answers with the length of what it was sent."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("function.py", LENGTH)
    name = f"length-{uuid.uuid4().hex[:8]}"
    functions = aws.client("lambda")
    functions.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler="function.handler",
        Role=ROLE,
        Code={"ZipFile": buffer.getvalue()},
        Timeout=30,
    )
    functions.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
    return name


@pytest.fixture
def url(aws: Clients, corrected_engine: EmbeddedEngine, function: str) -> Iterator[str]:
    """Provide the URL of a REST API in front of it."""
    apis = aws.client("apigateway")
    api = apis.create_rest_api(name=function)["id"]
    root = apis.get_resources(restApiId=api)["items"][0]["id"]
    arn = f"arn:aws:lambda:us-east-1:000000000000:function:{function}"
    apis.put_method(restApiId=api, resourceId=root, httpMethod="POST", authorizationType="NONE")
    apis.put_integration(
        restApiId=api,
        resourceId=root,
        httpMethod="POST",
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations",
    )
    apis.create_deployment(restApiId=api, stageName="prod")
    yield f"{corrected_engine.endpoint_url}/_aws/execute-api/{api}/prod/"
    apis.delete_rest_api(restApiId=api)


def test_a_body_over_six_megabytes_is_too_large(url: str) -> None:
    assert requests.post(url, data=b"a" * 7_000_000, timeout=120).status_code == 413


def test_a_plain_body_that_says_it_is_compressed_reaches_the_function(url: str) -> None:
    answer = requests.post(url, data=b"hello", headers={"Content-Encoding": "gzip"}, timeout=60)

    assert (answer.status_code, answer.text) == (200, "5")


def test_a_function_that_goes_is_there_or_is_not_found(aws: Clients, function: str) -> None:
    functions, seen = aws.client("lambda"), set()
    gone = threading.Event()

    def invoke_until_gone() -> None:
        while not gone.is_set():
            try:
                functions.invoke(FunctionName=function)
                seen.add("answered")
            except ClientError as error:
                seen.add(error.response["Error"]["Code"])
                if "ResourceNotFoundException" in seen:
                    return

    callers = [threading.Thread(target=invoke_until_gone) for _ in range(4)]
    for caller in callers:
        caller.start()
    functions.delete_function(FunctionName=function)
    for caller in callers:
        caller.join(60)
    gone.set()

    assert "ResourceNotFoundException" in seen
    assert seen <= {"answered", "ResourceNotFoundException"}
