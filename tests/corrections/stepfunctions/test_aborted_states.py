"""What a history has of states and items that a failure beside them stops.

The order and the ``previousEventId`` of each are as measured on AWS in floci-io/floci: the tests
``AslExecutorParallelCutTest`` and ``AslExecutorBranchHistoryEventsTest``. What a branch has that is itself in a Map or
Parallel state was not measured there.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.corrections.stepfunctions.machines import run
from tests.corrections.stepfunctions.running import created, ended, history, started, states, wait_for_event

if TYPE_CHECKING:
    from localdev.engines.clients import Clients

_BOOM = {"Type": "Fail", "Error": "Boom", "Cause": "a failure"}
_FAILING = states("Pause", Pause={"Type": "Wait", "Seconds": 1, "Next": "Boom"}, Boom=_BOOM)
_WAITING = states("Long", Long={"Type": "Wait", "Seconds": 60, "End": True})
_WAITING_TOO = states("Longer", Longer={"Type": "Wait", "Seconds": 60, "End": True})
_NO_QUEUE = {
    "Type": "Task",
    "Resource": "arn:aws:states:::aws-sdk:sqs:getQueueUrl",
    "Parameters": {"QueueName": "there-is-none"},
    "End": True,
}


def _parallel(*branches: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return states("P", P={"Type": "Parallel", "Branches": list(branches), "End": True} | fields)


def _map(processor: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return states("M", M={"Type": "Map", "ItemProcessor": processor, "End": True} | fields)


def _after(events: list[dict[str, Any]], kind: str) -> list[tuple[str, int]]:
    """Return kind and predecessor of each event after the first of a kind; 0 is that event, 1 the next."""
    first = next(event["id"] for event in events if event["type"] == kind)
    return [(event["type"], event["previousEventId"] - first) for event in events if event["id"] > first]


def test_a_failed_branch_ends_the_states_that_the_others_are_in(aws: Clients) -> None:
    outcome = run(aws, _parallel(_WAITING, _FAILING, _WAITING_TOO))
    assert outcome["error"] == "Boom"
    assert _after(outcome["history"], "FailStateEntered") == [
        ("WaitStateAborted", 0),
        ("WaitStateAborted", 0),
        ("ParallelStateFailed", 0),
        ("ExecutionFailed", 3),
    ]


def test_without_the_correction_the_others_have_no_end(released: Clients) -> None:
    assert not [kind for kind in run(released, _parallel(_WAITING, _FAILING))["events"] if "Aborted" in kind]


def test_a_failed_item_ends_the_items_that_others_are_in(aws: Clients) -> None:
    choice = {
        "Type": "Choice",
        "Choices": [{"Variable": "$", "StringEquals": "fail", "Next": "Pause"}],
        "Default": "Long",
    }
    processor = states("Route", Route=choice, **_FAILING["States"], **_WAITING["States"])
    outcome = run(aws, _map(processor), ["wait", "fail"])
    assert _after(outcome["history"], "FailStateEntered") == [
        ("MapIterationAborted", 0),
        ("WaitStateAborted", 0),
        ("MapIterationFailed", 0),
        ("MapStateFailed", 0),
        ("ExecutionFailed", 4),
    ]
    aborted = next(event for event in outcome["history"] if event["type"] == "MapIterationAborted")
    assert aborted["mapIterationAbortedEventDetails"] == {"name": "M", "index": 0}


def test_a_branch_that_has_ended_is_not_ended_again(aws: Clients) -> None:
    passing = states("Done", Done={"Type": "Pass", "End": True})
    kinds = run(aws, _parallel(passing, _FAILING))["events"]
    assert not [kind for kind in kinds if "Aborted" in kind]


@pytest.mark.parametrize(
    ("definition", "document", "kinds"),
    [
        (
            _parallel(states("T", T=_NO_QUEUE)),
            {},
            [("TaskStateAborted", 0), ("ParallelStateFailed", 0), ("ExecutionFailed", 2)],
        ),
        (
            _map(states("T", T=_NO_QUEUE)),
            [1],
            [("TaskStateAborted", 0), ("MapIterationFailed", 0), ("MapStateFailed", 0), ("ExecutionFailed", 3)],
        ),
    ],
)
def test_a_task_that_ends_its_branch_or_item_ends_too(
    aws: Clients, definition: dict[str, Any], document: Any, kinds: list[tuple[str, int]]
) -> None:
    assert _after(run(aws, definition, document)["history"], "TaskFailed") == kinds


_NOWHERE = {"Type": "Pass", "Parameters": {"m.$": "$.nope"}, "End": True}


@pytest.mark.parametrize(
    ("definition", "document", "before"),
    [
        (_parallel(states("A", A=_NOWHERE), _WAITING), {}, "PassStateEntered"),
        (_map(states("A", A=_NOWHERE), MaxConcurrency=1), [1, 2], "PassStateEntered"),
        (states("T", T=_NO_QUEUE | {"Parameters": {"QueueName.$": "$.nope"}}), {}, "TaskStateEntered"),
        (
            _parallel(states("A", A={"Type": "Pass", "End": True}), ResultSelector={"m.$": "$.nope"}),
            {},
            "ParallelStateSucceeded",
        ),
    ],
)
def test_a_runtime_error_has_the_end_of_the_execution_alone(
    aws: Clients, definition: dict[str, Any], document: Any, before: str
) -> None:
    outcome = run(aws, definition, document)
    assert outcome["error"] == "States.Runtime"
    assert _after(outcome["history"], before)[-1:] == [("ExecutionFailed", 0)]
    assert not [kind for kind in outcome["events"] if "Aborted" in kind or kind.endswith("StateFailed")]


def test_the_child_of_a_stopped_task_names_the_execution_it_was_of(aws: Clients) -> None:
    child = created(aws, _WAITING)
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": child},
        "End": True,
    }
    execution = started(aws, created(aws, _parallel(states("T", T=task), _FAILING)))
    wait_for_event(aws, execution, "TaskStateAborted")
    ended(aws, execution)
    children = aws.client("stepfunctions").list_executions(stateMachineArn=child)["executions"]
    outcome = ended(aws, children[0]["executionArn"])
    assert outcome["cause"] == (
        f"The Task state in AWS Step Functions execution [{execution}] which was managing this resource was aborted"
    )
    assert "error" not in outcome


def test_an_evaluation_that_fails_is_recorded_once_before_the_state_fails(aws: Clients) -> None:
    definition = _map(states("A", A={"Type": "Pass", "End": True}), Items="{% $states.input.nope %}")
    assert run(aws, {"QueryLanguage": "JSONata"} | definition)["events"] == [
        "ExecutionStarted",
        "MapStateEntered",
        "EvaluationFailed",
        "MapStateFailed",
        "ExecutionFailed",
    ]


def test_a_catcher_that_fails_fails_the_state_again(aws: Clients) -> None:
    catch = [{"ErrorEquals": ["States.ALL"], "Output": "{% $states.input.nope %}", "Next": "End"}]
    definition = _parallel(states("Boom", Boom=_BOOM), Catch=catch)
    definition["States"]["End"] = {"Type": "Pass", "End": True}
    outcome = run(aws, {"QueryLanguage": "JSONata"} | definition)
    assert _after(outcome["history"], "FailStateEntered") == [
        ("ParallelStateFailed", 0),
        ("EvaluationFailed", 0),
        ("ParallelStateFailed", 2),
        ("ExecutionFailed", 3),
    ]


def test_a_distributed_map_ends_after_the_event_that_began_it(aws: Clients) -> None:
    processor = states("A", A={"Type": "Pass", "End": True})
    processor["ProcessorConfig"] = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    assert _after(run(aws, _map(processor), [1])["history"], "MapRunStarted") == [
        ("MapRunSucceeded", 0),
        ("MapStateSucceeded", 1),
        ("MapStateExited", 0),
        ("ExecutionSucceeded", 3),
    ]


def test_a_nested_execution_answers_in_order_and_in_milliseconds(aws: Clients) -> None:
    child = created(aws, states("Boom", Boom=_BOOM))
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": child, "Input": {"k": 1}},
        "End": True,
    }
    outcome = run(aws, states("T", T=task))
    found = json.loads(outcome["cause"])
    assert list(found) == sorted(found)
    assert found["Input"] == '{"k":1}'
    assert found["StopDate"] >= found["StartDate"] > 10**12
    assert '": ' not in outcome["cause"]


def test_the_history_of_a_message_has_compact_parameters(aws: Clients) -> None:
    queue = aws.client("sqs").create_queue(QueueName="compact-parameters")["QueueUrl"]
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Parameters": {"QueueUrl": queue, "MessageBody": {"name": "café", "n": 1}},
        "End": True,
    }
    execution = started(aws, created(aws, states("T", T=task)))
    assert ended(aws, execution)["status"] == "SUCCEEDED"
    scheduled = next(event for event in history(aws, execution) if event["type"] == "TaskScheduled")
    assert scheduled["taskScheduledEventDetails"]["parameters"].endswith('"MessageBody":{"name":"café","n":1}}')
    body = aws.client("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=5)["Messages"][0]["Body"]
    assert body == '{"name":"café","n":1}'


@pytest.mark.parametrize(
    ("resource", "parameters", "error"),
    [
        (
            "sqs:sendMessage",
            {"QueueUrl": "http://localhost/000000000000/none", "MessageBody": "m"},
            "QueueDoesNotExist",
        ),
        ("dynamodb:getItem", {"TableName": "there-is-none", "Key": {"id": {"S": "1"}}}, "ResourceNotFound"),
    ],
)
def test_an_optimised_integration_names_the_class_of_an_error(
    aws: Clients, resource: str, parameters: dict[str, Any], error: str
) -> None:
    task = {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "Parameters": parameters, "End": True}
    outcome = run(aws, states("T", T=task))
    service = {"sqs:sendMessage": "SQS", "dynamodb:getItem": "DynamoDB"}[resource]
    assert outcome["error"] == f"{service}.{error}Exception"
    assert "; Proxy: null)" in outcome["cause"]


def test_an_error_without_a_class_has_the_services_own(aws: Clients) -> None:
    dynamodb = aws.client("dynamodb")
    dynamodb.create_table(
        TableName="errors-without-a-class",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::dynamodb:getItem",
        "Parameters": {"TableName": "errors-without-a-class", "Key": {"wrong": {"S": "1"}}},
        "End": True,
    }
    outcome = run(aws, states("T", T=task))
    assert outcome["error"] == "DynamoDB.AmazonDynamoDBException"
    assert "Error Code: ValidationException" in outcome["cause"]
