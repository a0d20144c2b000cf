"""TestState."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.corrections.stepfunctions.running import ROLE

if TYPE_CHECKING:
    from localdev.engines.clients import Clients

_TASK = {
    "Type": "Task",
    "Resource": "arn:aws:states:::lambda:invoke",
    "Parameters": {"FunctionName": "f"},
    "End": True,
}
_FAILS = {"errorOutput": {"error": "E", "cause": "c"}}


def _tested(clients: Clients, state: dict[str, Any], **options: Any) -> dict[str, Any]:
    client = clients.client("stepfunctions")
    answer = dict(client.test_state(definition=json.dumps(state), **options))
    del answer["ResponseMetadata"]
    return answer


@pytest.mark.parametrize("fields", [{}, {"Error": "E"}, {"Cause": "c"}, {"Error": "E", "Cause": "c"}])
def test_a_fail_state_fails_with_what_it_says(aws: Clients, fields: dict[str, str]) -> None:
    assert _tested(aws, {"Type": "Fail", **fields}) == {
        "status": "FAILED",
        **{name.lower(): text for name, text in fields.items()},
    }


def test_as_released_a_fail_state_without_a_cause_is_an_internal_error(released: Clients) -> None:
    with pytest.raises(ClientError, match="InternalError"):
        _tested(released, {"Type": "Fail", "Error": "E"})


def test_an_error_is_caught(aws: Clients) -> None:
    catch = [{"ErrorEquals": ["F"], "Next": "Other"}, {"ErrorEquals": ["E"], "ResultPath": "$.error", "Next": "Next"}]
    answer = _tested(aws, _TASK | {"Catch": catch}, mock=_FAILS, inspectionLevel="DEBUG", input='{"n": 1}')
    assert (answer["status"], answer["nextState"], answer["error"]) == ("CAUGHT_ERROR", "Next", "E")
    assert json.loads(answer["output"]) == {"n": 1, "error": {"Error": "E", "Cause": "c"}}
    assert answer["inspectionData"]["errorDetails"]["catchIndex"] == 1


def test_an_error_of_the_service_is_caught(aws: Clients) -> None:
    catch = [{"ErrorEquals": ["Lambda.ResourceNotFoundException"], "Next": "Next"}]
    task = {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:000000000000:function:no-such", "End": True}
    assert _tested(aws, task | {"Catch": catch}, roleArn=ROLE)["status"] == "CAUGHT_ERROR"


def test_an_error_that_is_not_caught_fails(aws: Clients) -> None:
    answer = _tested(aws, _TASK | {"Catch": [{"ErrorEquals": ["F"], "Next": "Other"}]}, mock=_FAILS)
    assert (answer["status"], answer["error"], answer["cause"]) == ("FAILED", "E", "c")


def test_an_error_may_be_retried(aws: Clients) -> None:
    retry = [{"ErrorEquals": ["E"], "IntervalSeconds": 1, "MaxAttempts": 2, "BackoffRate": 2}]
    answer = _tested(aws, _TASK | {"Retry": retry}, mock=_FAILS, inspectionLevel="DEBUG")
    assert answer["status"] == "RETRIABLE"
    assert answer["inspectionData"]["errorDetails"] == {"retryIndex": 0, "retryBackoffIntervalSeconds": 1}


def test_a_retry_is_not_waited_for(aws: Clients) -> None:
    # as long as no client waits for an answer
    retry = [{"ErrorEquals": ["E"], "IntervalSeconds": 600, "MaxAttempts": 2}]
    answer = _tested(aws, _TASK | {"Retry": retry}, mock=_FAILS, inspectionLevel="DEBUG")
    assert answer["inspectionData"]["errorDetails"]["retryBackoffIntervalSeconds"] == 600


def test_as_released_a_retried_error_is_an_error_of_the_emulator(released: Clients) -> None:
    retry = [{"ErrorEquals": ["E"], "MaxAttempts": 2}]
    assert _tested(released, _TASK | {"Retry": retry}, mock=_FAILS)["error"] == "States.Runtime"


_FUNCTION = {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:000000000000:function:no-such", "End": True}


def test_a_function_that_is_named_by_its_arn_is_mocked(aws: Clients) -> None:
    answer = _tested(aws, _FUNCTION | {"ResultPath": "$.found"}, input='{"n": 1}', mock={"result": '{"a": 2}'})
    assert (answer["status"], json.loads(answer["output"])) == ("SUCCEEDED", {"n": 1, "found": {"a": 2}})


def test_the_error_of_a_function_that_is_named_by_its_arn_is_mocked(aws: Clients) -> None:
    answer = _tested(aws, _FUNCTION, mock=_FAILS)
    assert (answer["status"], answer["error"], answer["cause"]) == ("FAILED", "E", "c")


def test_as_released_such_a_function_is_invoked_in_spite_of_the_mock(released: Clients) -> None:
    answer = _tested(released, _FUNCTION, roleArn=ROLE, mock={"result": '{"a": 2}'})
    assert "no-such" in answer["cause"]


def test_a_wait_state_names_the_next(aws: Clients) -> None:
    answer = _tested(aws, {"Type": "Wait", "Seconds": 0, "Next": "Next"}, input='{"n": 1}')
    assert answer == {"status": "SUCCEEDED", "nextState": "Next", "output": '{"n":1}'}


@pytest.mark.parametrize("level", ["INFO", "DEBUG", "TRACE"])
def test_more_is_shown_at_a_higher_level(aws: Clients, level: str) -> None:
    answer = _tested(
        aws, {"Type": "Pass", "Parameters": {"a.$": "$.n"}, "End": True}, input='{"n": 1}', inspectionLevel=level
    )
    assert ("inspectionData" in answer) == (level != "INFO")
    if level != "INFO":
        assert json.loads(answer["inspectionData"]["afterParameters"]) == {"a": 1}


def test_a_distributed_map_is_tested_with_a_mock(aws: Clients) -> None:
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
        "StartAt": "P",
        "States": {"P": {"Type": "Pass", "End": True}},
    }
    state = {"Type": "Map", "ItemBatcher": {"MaxItemsPerBatch": 2}, "ItemProcessor": processor, "End": True}
    answer = _tested(aws, state, input="[1, 2, 3]", mock={"result": "[1, 2]"})
    assert (answer["status"], json.loads(answer["output"])) == ("SUCCEEDED", [1, 2])


def test_input_that_is_no_json_is_refused(aws: Clients) -> None:
    with pytest.raises(ClientError, match="InvalidExecutionInput"):
        _tested(aws, {"Type": "Succeed"}, input="{no json")
