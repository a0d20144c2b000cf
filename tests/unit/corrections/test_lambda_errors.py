"""Test what a task of Step Functions calls an error of Lambda."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from localstack_corrections.stepfunctions.lambda_errors import error_and_cause


@pytest.mark.parametrize("code", ["ServiceException", "TooManyRequestsException"])
def test_a_task_calls_what_lambda_refuses_by_its_own_name(code: str) -> None:
    response = {
        "Error": {"Code": code, "Message": "Not now."},
        "ResponseMetadata": {"HTTPStatusCode": 500, "RequestId": "r"},
    }

    assert error_and_cause(ClientError(response, "Invoke")) == (  # type: ignore[arg-type]
        f"Lambda.{code}",
        f"Not now. (Service: AWSLambda; Status Code: 500; Error Code: {code}; Request ID: r; Proxy: null)",
    )


@pytest.mark.parametrize("payload", ["{}", "null", "[]", "no JSON", '{"errorType": 1}'])
def test_a_task_does_not_know_an_error_without_a_type(payload: str) -> None:
    error = RuntimeError()
    error.payload = payload  # type: ignore[attr-defined]

    assert error_and_cause(error) == (
        "Lambda.Unknown",
        f"The cause could not be determined because Lambda did not return an error type. Returned payload: {payload}",
    )


def test_a_task_calls_a_functions_own_error_by_its_type() -> None:
    error = RuntimeError()
    error.payload = '{"errorType": "OvenError"}'  # type: ignore[attr-defined]

    assert error_and_cause(error) is None
    assert error_and_cause(TimeoutError()) is None
