"""Mocks of states, for one execution each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.rehearsals.rehearsing import FUNCTION, raises, returns, states, task

if TYPE_CHECKING:
    from tests.rehearsals.rehearsing import Rehearsing

RETRY = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 3, "BackoffRate": 1.0}]
JSONATA = {"QueryLanguage": "JSONata"}


def test_a_mock_answers_for_a_function_that_does_not_exist(rehearsing: Rehearsing) -> None:
    execution = rehearsing.start(states("Work", Work=task()), mocks={"Work": [returns({"size": 3})]})
    assert execution.output == {"size": 3}


def test_an_execution_without_a_rehearsal_calls_the_function_itself(rehearsing: Rehearsing) -> None:
    machine = rehearsing.machine(states("Work", Work=task()))
    rehearsed = rehearsing.start_machine(machine, mocks={"Work": [returns(1)]})
    other = rehearsing.start_machine(machine)
    assert rehearsed.ended()["status"] == "SUCCEEDED"
    assert other.ended()["error"] == "Lambda.ResourceNotFoundException"


@pytest.mark.parametrize("language", [{}, JSONATA])
def test_an_optimised_integration_gets_the_response_of_its_api(
    rehearsing: Rehearsing, language: dict[str, Any]
) -> None:
    arguments = "Arguments" if language else "Parameters"
    work = task(Resource="arn:aws:states:::lambda:invoke", **{arguments: {"FunctionName": FUNCTION, "Payload": {}}})
    response = {"StatusCode": 200, "Payload": {"size": 3}}
    execution = rehearsing.start(states("Work", Work=work) | language, mocks={"Work": [returns(response)]})
    assert execution.output == response


def test_a_result_goes_through_result_selector_and_result_path(rehearsing: Rehearsing) -> None:
    work = task(ResultSelector={"chosen.$": "$.size"}, ResultPath="$.work")
    execution = rehearsing.start(states("Work", Work=work), {"id": 1}, mocks={"Work": [returns({"size": 3})]})
    assert execution.output == {"id": 1, "work": {"chosen": 3}}


def test_an_aws_sdk_integration_is_mocked(rehearsing: Rehearsing) -> None:
    work = task(
        Resource="arn:aws:states:::aws-sdk:dynamodb:getItem",
        Parameters={"TableName": "none", "Key": {"id": {"S": "1"}}},
    )
    item = {"Item": {"id": {"S": "1"}}}
    assert rehearsing.start(states("Work", Work=work), mocks={"Work": [returns(item)]}).output == item


@pytest.mark.parametrize(
    ("resource", "parameters"),
    [
        ("sqs:sendMessage.waitForTaskToken", {"QueueUrl": "none", "MessageBody": {"token.$": "$$.Task.Token"}}),
        ("states:startExecution.sync:2", {"StateMachineArn": "arn:aws:states:us-east-1:000000000000:stateMachine:no"}),
    ],
)
def test_a_task_that_would_wait_is_mocked_with_what_it_would_wait_for(
    rehearsing: Rehearsing, resource: str, parameters: dict[str, Any]
) -> None:
    work = task(Resource=f"arn:aws:states:::{resource}", Parameters=parameters)
    execution = rehearsing.start(states("Work", Work=work), mocks={"Work": [returns({"answer": 42})]})
    assert execution.output == {"answer": 42}


def test_an_activity_is_mocked(rehearsing: Rehearsing) -> None:
    activity = rehearsing.client.create_activity(name="mocked-activity")["activityArn"]
    execution = rehearsing.start(states("Work", Work=task(Resource=activity)), mocks={"Work": [returns({"n": 1})]})
    assert execution.output == {"n": 1}
    assert [event["type"] for event in execution.history()][2:5] == [
        "ActivityScheduled", "ActivityStarted", "ActivitySucceeded",
    ]  # fmt: skip


def test_an_error_is_that_of_a_function_where_the_task_is_one(rehearsing: Rehearsing) -> None:
    execution = rehearsing.start(states("Work", Work=task()), mocks={"Work": [raises("NoCheese", "sold out")]})
    ended = execution.ended()
    assert (ended["status"], ended["error"], ended["cause"]) == ("FAILED", "NoCheese", "sold out")
    failed = execution.event("LambdaFunctionFailed")["lambdaFunctionFailedEventDetails"]
    assert failed == {"error": "NoCheese", "cause": "sold out"}


def test_an_error_of_an_integration_names_its_resource(rehearsing: Rehearsing) -> None:
    work = task(Resource="arn:aws:states:::sns:publish", Parameters={"TopicArn": "none", "Message": "m"})
    execution = rehearsing.start(states("Work", Work=work), mocks={"Work": [raises("Sns.Throttled", "slowly")]})
    assert execution.event("TaskFailed")["taskFailedEventDetails"] == {
        "error": "Sns.Throttled", "cause": "slowly", "resource": "publish", "resourceType": "sns",
    }  # fmt: skip


def test_a_mocked_time_out_is_one(rehearsing: Rehearsing) -> None:
    work = task(Catch=[{"ErrorEquals": ["States.Timeout"], "Next": "Late"}])
    definition = states("Work", Work=work, Late={"Type": "Pass", "Result": "late", "End": True})
    execution = rehearsing.start(definition, mocks={"Work": [raises("States.Timeout")]})
    assert execution.output == "late"
    assert execution.event("LambdaFunctionTimedOut")


def test_a_sequence_answers_one_after_the_other(rehearsing: Rehearsing) -> None:
    answers = [{"raise": {"error": "Busy", "cause": ""}}, {"raise": {"error": "Busy", "cause": ""}}, {"return": "done"}]
    execution = rehearsing.start(
        states("Work", Work=task(Retry=RETRY)), mocks={"Work": [{"answers": answers}]}, clock={"skipWaits": True}
    )
    assert execution.output == "done"
    assert [event["attempt"] for event in execution.report()["events"]] == [1, 2, 3]


def test_an_answer_may_be_for_one_attempt(rehearsing: Rehearsing) -> None:
    execution = rehearsing.start(
        states("Work", Work=task(Retry=RETRY)),
        mocks={"Work": [raises("Busy", attempt=1), returns("second", attempt=2)]},
        clock={"skipWaits": True},
    )
    assert execution.output == "second"


def test_an_answer_may_be_for_some_inputs(rehearsing: Rehearsing) -> None:
    definition = states(
        "Each",
        Each={
            "Type": "Map", "End": True, "ItemProcessor": states("Work", Work=task()),
        },
    )  # fmt: skip
    execution = rehearsing.start(
        definition,
        [{"id": 1, "size": {"cm": 30}}, {"id": 2, "size": {"cm": 40}}],
        mocks={"Work": [returns("large", when={"size": {"cm": 40}}), returns("small")]},
    )
    assert execution.output == ["small", "large"]


def test_an_input_that_no_answer_is_for_fails_and_is_reported(rehearsing: Rehearsing) -> None:
    execution = rehearsing.start(
        states("Work", Work=task(Retry=RETRY)), {"id": 2}, mocks={"Work": [returns(1, when={"id": 1})]}
    )
    ended = execution.ended()
    assert ended["error"] == "States.Runtime"
    assert "No mock of 'Work' is for attempt 1 with this input." in ended["cause"]
    assert [event["kind"] for event in execution.report()["events"]] == ["problem"]


def test_an_attempt_may_pass_through_to_the_task_itself(rehearsing: Rehearsing) -> None:
    queue = rehearsing.clients.client("sqs").create_queue(QueueName="passed-through")["QueueUrl"]
    work = task(
        Resource="arn:aws:states:::sqs:sendMessage", Parameters={"QueueUrl": queue, "MessageBody": "m"},
        Retry=RETRY,
    )  # fmt: skip
    answers = [{"raise": {"error": "Busy", "cause": ""}}, {"passthrough": True}]
    execution = rehearsing.start(
        states("Work", Work=work), mocks={"Work": [{"answers": answers}]}, clock={"skipWaits": True}
    )
    assert "MessageId" in execution.output


def test_states_in_parallel_branches_have_their_own_answers(rehearsing: Rehearsing) -> None:
    branches = [states("Left", Left=task()), states("Right", Right=task())]
    definition = states("Both", Both={"Type": "Parallel", "Branches": branches, "End": True})
    execution = rehearsing.start(definition, mocks={"Left": [returns("l")], "Right": [returns("r")]})
    assert execution.output == ["l", "r"]


def test_child_executions_of_a_map_run_have_the_mocks_of_their_parent(rehearsing: Rehearsing) -> None:
    processor = states("Work", Work=task()) | {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
    definition = states("Each", Each={"Type": "Map", "ItemProcessor": processor, "End": True})
    execution = rehearsing.start(definition, [1, 2, 3], mocks={"Work": [returns("done")]})
    assert execution.output == ["done"] * 3


def test_an_express_execution_is_mocked(rehearsing: Rehearsing) -> None:
    machine = rehearsing.machine(states("Work", Work=task()), type="EXPRESS")
    rehearsing.request(
        "POST", "", json={"stateMachineArn": machine, "name": "express", "mocks": {"Work": [returns({"n": 1})]}}
    )
    ended = rehearsing.client.start_sync_execution(stateMachineArn=machine, name="express")
    assert ended["output"] == '{"n":1}'


def test_the_report_says_what_was_mocked_and_in_which_event(rehearsing: Rehearsing) -> None:
    execution = rehearsing.start(states("Work", Work=task()), mocks={"Work": [returns({"size": 3})]})
    execution.ended()
    (event,) = execution.report()["events"]
    started = execution.event("LambdaFunctionStarted")
    assert event == {
        "kind": "mock", "what": "return", "state": "Work", "attempt": 1, "eventId": started["id"],
        "detail": {"size": 3}, "executionArn": execution.arn,
    }  # fmt: skip


def test_an_execution_s_report_stays_when_its_rehearsal_is_removed(rehearsing: Rehearsing) -> None:
    execution = rehearsing.start(states("Work", Work=task()), mocks={"Work": [returns(1)]})
    execution.ended()
    removed = rehearsing.request("DELETE", "", json=execution.key)
    assert rehearsing.request("GET", "", params={"executionArn": execution.arn})["events"] == removed["events"]
    assert rehearsing.send("GET", "", params=execution.key).status_code == 404


def test_the_report_names_answers_that_were_not_used(rehearsing: Rehearsing) -> None:
    sequence = {"answers": [{"return": 1}, {"return": 2}]}
    execution = rehearsing.start(states("Work", Work=task()), mocks={"Work": [sequence], "Nowhere": [returns(1)]})
    execution.ended()
    assert execution.report()["unused"] == [
        {"state": "Work", "clause": 1, "answer": 2, "of": 2}, {"state": "Nowhere", "clause": 1, "answer": 1, "of": 1},
    ]  # fmt: skip


def test_a_test_may_be_asked_for_an_answer(rehearsing: Rehearsing) -> None:
    execution = rehearsing.start(
        states("Work", Work=task()), {"n": 20}, mocks={"Work": [{"answers": [{"ask": "double"}]}]}
    )
    (question,) = rehearsing.request("GET", "/questions", params=execution.key | {"seconds": "20"})["questions"]
    assert (question["function"], question["input"]) == ("double", {"n": 20})
    answer = {"number": question["number"], "answer": {"value": {"return": 40}}}
    rehearsing.request("POST", "/questions", json=execution.key | answer)
    assert execution.output == 40


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({}, "A rehearsal has a stateMachineArn, which is a text; found None."),
        ({"stateMachineArn": "m", "name": "n", "mock": {}}, "found mock."),
        ({"stateMachineArn": "m", "name": "n", "mocks": {"S": [{"answers": []}]}}, "at least one answer"),
        ({"stateMachineArn": "m", "name": "n", "mocks": {"S": [{"answers": [{"give": 1}]}]}}, "found give."),
        ({"stateMachineArn": "m", "name": "n", "faults": [{"kind": "burn"}]}, "found 'burn'."),
        ({"stateMachineArn": "m", "name": "n", "faults": [{"kind": "fail", "rate": 2}]}, "between 0 and 1"),
    ],
)
def test_a_rehearsal_that_is_not_understood_is_refused(
    rehearsing: Rehearsing, document: dict[str, Any], message: str
) -> None:
    response = rehearsing.send("POST", "", json=document)
    assert response.status_code == 400
    assert message in response.json()["message"]


def test_a_rehearsal_that_nobody_registered_is_not_found(rehearsing: Rehearsing) -> None:
    response = rehearsing.send("GET", "", params={"stateMachineArn": "m", "name": "none"})
    assert response.status_code == 404


def test_a_page_of_a_browser_cannot_register_a_rehearsal(rehearsing: Rehearsing) -> None:
    response = rehearsing.send("POST", "", data="{}", headers={"Content-Type": "text/plain"})
    assert response.status_code == 400
