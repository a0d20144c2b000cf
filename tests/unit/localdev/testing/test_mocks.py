"""Mocks before they reach an emulator: what they say, and what is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from localdev.system.errors import LocaldevError
from localdev.testing.mocks import Mock, new_mock, states_of

FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:bake"
PUT_ITEM = "arn:aws:states:::dynamodb:putItem"
GET_ITEM = "arn:aws:states:::aws-sdk:dynamodb:getItem"
START = "arn:aws:states:::aws-sdk:sfn:startExecution"


def mock(resource: str = FUNCTION, validation: str = "STRICT") -> Mock:
    return Mock("Bake", {"Type": "Task", "Resource": resource}, validation=validation, allow_unused=False)


def test_answers_come_one_after_the_other() -> None:
    assert mock().raises("Busy", "later").then.returns({"n": 1}).clauses() == [
        {"answers": [{"raise": {"error": "Busy", "cause": "later"}}, {"return": {"n": 1}}]}
    ]


def test_conditions_begin_answers_of_their_own() -> None:
    made = mock().when({"size": 40}).returns("large").on_attempt(2).raises("Busy").otherwise.passthrough()
    assert made.clauses() == [
        {"when": {"size": 40}, "answers": [{"return": "large"}]},
        {"attempt": 2, "answers": [{"raise": {"error": "Busy", "cause": ""}}]},
        {"answers": [{"passthrough": True}]},
    ]


def test_an_answer_may_take_its_time() -> None:
    assert mock().returns(1, after=timedelta(minutes=2)).clauses()[0]["answers"] == [{"return": 1, "after": 120.0}]


def test_an_answer_cannot_come_before_its_call() -> None:
    with pytest.raises(LocaldevError, match="1 seconds before its call"):
        mock().returns(1, after=-1)


def test_code_of_the_test_answers_under_a_name() -> None:
    made = mock().calls(lambda order: {"n": order["n"] + 1})
    (name,) = made.functions
    assert made.clauses() == [{"answers": [{"ask": name}]}]
    assert made.functions[name]({"n": 1}) == {"return": {"n": 2}}


def test_an_exception_of_that_code_is_the_task_s_error() -> None:
    def burn(_: Any) -> None:
        raise OverflowError("too hot")

    (answer,) = mock().calls(burn).functions.values()
    assert answer({}) == {"raise": {"error": "OverflowError", "cause": "too hot"}}


def test_a_mock_without_an_answer_is_refused() -> None:
    with pytest.raises(LocaldevError, match="has no answer"):
        mock().when({}).clauses()


@pytest.mark.parametrize("result", [object(), float("nan"), {1, 2}])
def test_a_result_is_json(result: object) -> None:
    with pytest.raises(LocaldevError, match="is no JSON"):
        mock().returns(result)


@pytest.mark.parametrize("result", [1, None, "text", ["any", {"thing": True}]])
def test_a_function_may_return_anything(result: object) -> None:
    assert mock().returns(result).clauses() == [{"answers": [{"return": result}]}]


@pytest.mark.parametrize(
    ("resource", "result"),
    [
        (PUT_ITEM, {}),
        (PUT_ITEM, {"SdkHttpMetadata": {"HttpStatusCode": 200}}),
        (GET_ITEM, {"Item": {"id": {"S": "1"}, "n": {"N": "2"}, "done": {"BOOL": True}}}),
        (START, {"ExecutionArn": "arn", "StartDate": "2026-01-01T00:00:00Z"}),
        ("arn:aws:states:::lambda:invoke", {"StatusCode": 200, "Payload": ["any", 1]}),
        ("arn:aws:states:::sqs:sendMessage.waitForTaskToken", "what the worker sends"),
        ("arn:aws:states:::states:startExecution.sync:2", {"Output": {"any": 1}}),
        ("arn:aws:states:us-east-1:000000000000:activity:bake", 42),
    ],
)
def test_a_response_that_the_service_can_give_is_taken(resource: str, result: Any) -> None:
    mock(resource).returns(result)


@pytest.mark.parametrize(
    ("resource", "result", "message"),
    [
        (GET_ITEM, {"Items": {}}, "has no member 'Items'.\nHint: did you mean 'Item'"),
        (GET_ITEM, {"Item": {"id": "1"}}, r"\$\.Item\.id is a string, expected a structure"),
        (GET_ITEM, {"Item": {"id": {"S": 1}}}, r"\$\.Item\.id\.S is a number, expected a string"),
        (GET_ITEM, {"Item": {"id": {"BOOL": 1}}}, "is a number, expected a boolean"),
        (GET_ITEM, [], r"\$ is an array, expected a structure"),
        (START, {"ExecutionArn": "arn"}, "lacks StartDate"),
        ("arn:aws:states:::lambda:invoke", {"StatusCode": True}, "is a boolean, expected a integer"),
        ("arn:aws:states:::aws-sdk:sfn:describeExecution", {"Status": "SUCCEED"}, "did you mean 'SUCCEEDED'"),
    ],
)
def test_a_response_that_the_service_cannot_give_is_refused(resource: str, result: Any, message: str) -> None:
    with pytest.raises(LocaldevError, match=message):
        mock(resource).returns(result)


def test_only_members_that_are_there_may_be_checked() -> None:
    mock(START, "PRESENT").returns({"ExecutionArn": "arn"})
    with pytest.raises(LocaldevError, match="expected a string"):
        mock(START, "PRESENT").returns({"ExecutionArn": 1})


def test_nothing_may_be_checked() -> None:
    mock(GET_ITEM, "NONE").returns({"Items": 1})


def test_a_payload_is_what_the_function_returns() -> None:
    assert mock().payload({"n": 1}).clauses() == [{"answers": [{"return": {"n": 1}}]}]
    (clause,) = mock("arn:aws:states:::lambda:invoke").payload({"n": 1}).clauses()
    assert clause["answers"][0]["return"] == {"ExecutedVersion": "$LATEST", "Payload": {"n": 1}, "StatusCode": 200}


def test_a_payload_needs_a_function() -> None:
    with pytest.raises(LocaldevError, match="invokes no function"):
        mock(GET_ITEM).payload({})


def test_an_unknown_validation_is_refused() -> None:
    with pytest.raises(LocaldevError, match="STRICT, PRESENT, NONE; found 'LAX'"):
        new_mock("m", {"States": {}}, "Bake", validation="LAX", allow_unused=False)


def test_states_inside_of_others_are_found() -> None:
    def inner(name: str) -> dict[str, Any]:
        return {"StartAt": name, "States": {name: {"Type": "Task", "Resource": FUNCTION, "End": True}}}

    document = {
        "States": {
            "Both": {"Type": "Parallel", "Branches": [inner("Left"), inner("Right")]},
            "Each": {"Type": "Map", "ItemProcessor": inner("Item")},
            "Old": {"Type": "Map", "Iterator": inner("OldItem")},
        }
    }
    assert [name for name, _ in states_of(document)] == ["Both", "Left", "Right", "Each", "Item", "Old", "OldItem"]
