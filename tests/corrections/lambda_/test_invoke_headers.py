"""Status, headers and fields of the answer to ``Invoke``, whichever way a function is invoked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.emulator import deployed
    from tests.emulator.deployed import MakeDeployed

TRACE = r"Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=[01]"
LINEAGE = ";Lineage=1:[0-9a-f]{8}:0"
DIVIDES = "def handler(event, context):\n    return 1 / event\n"


def invoke(function: deployed.Function, event: bytes = b"1", **options: Any) -> dict[str, Any]:
    """Return the answer as boto3 gives it, its payload read, its headers beside it."""
    answer: dict[str, Any] = function.client.invoke(FunctionName=function.name, Payload=event, **options)
    about = answer.pop("ResponseMetadata")
    return {**answer, "Payload": answer["Payload"].read(), "headers": about["HTTPHeaders"]}


def test_what_a_function_returns_is_json(deploy: MakeDeployed) -> None:
    answer = invoke(deploy(DIVIDES))

    headers = answer.pop("headers")
    assert answer == {"StatusCode": 200, "ExecutedVersion": "$LATEST", "Payload": b"1.0"}
    assert headers["content-type"] == "application/json"
    assert headers["x-amzn-remapped-content-length"] == "0"
    assert headers["x-amz-executed-version"] == "$LATEST"
    assert re.fullmatch(TRACE + LINEAGE, headers["x-amzn-trace-id"])


def test_so_is_its_error(deploy: MakeDeployed) -> None:
    answer = invoke(deploy(DIVIDES), b"0")

    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    assert answer["headers"]["content-type"] == "application/json"
    assert answer["headers"]["x-amz-function-error"] == "Unhandled"


@pytest.mark.parametrize(("invocation_type", "status"), [("Event", 202), ("DryRun", 204)])
def test_what_returns_nothing_has_no_content_type(deploy: MakeDeployed, invocation_type: str, status: int) -> None:
    answer = invoke(deploy(DIVIDES), InvocationType=invocation_type)

    headers = answer.pop("headers")
    assert "content-type" not in headers
    assert re.fullmatch(TRACE, headers["x-amzn-trace-id"])
    assert answer == {"StatusCode": status, "Payload": b""}


def test_a_dry_run_runs_nothing(deploy: MakeDeployed) -> None:
    function = deploy("print('imported')\n" + DIVIDES)
    invoke(function, InvocationType="DryRun")

    request_id = function.call(1).request_id

    assert [line for line in function.logged() if line.startswith("START")] == [
        f"START RequestId: {request_id} Version: $LATEST\n"
    ]


@pytest.mark.parametrize("qualifier", ["nobody", "7"])
def test_a_qualifier_that_is_not_there(deploy: MakeDeployed, qualifier: str) -> None:
    function = deploy(DIVIDES)

    with pytest.raises(function.client.exceptions.ResourceNotFoundException) as caught:
        invoke(function, Qualifier=qualifier)

    response = caught.value.response
    assert response["Error"]["Message"] == f"Function not found: {function.arn}:{qualifier}"
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 404
    assert response["ResponseMetadata"]["HTTPHeaders"]["x-amzn-errortype"] == "ResourceNotFoundException"


def test_localstack_as_released_calls_a_result_text(deploy_as_released: MakeDeployed) -> None:
    assert invoke(deploy_as_released(DIVIDES))["headers"]["content-type"] != "application/json"
