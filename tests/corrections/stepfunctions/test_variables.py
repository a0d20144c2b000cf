"""Variables: when what a state assigns is there, and how large it may be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.corrections.stepfunctions.machines import one_state, run

if TYPE_CHECKING:
    from localdev.engines.clients import Clients


def _counting() -> dict[str, Any]:
    states = {
        "A": {"Type": "Pass", "Assign": {"n": 1}, "Next": "B"},
        "B": {
            "Type": "Pass",
            "Assign": {"n": "{% $n + 1 %}", "was": "{% $n %}"},
            "Output": {"n": "{% $n %}"},
            "Next": "C",
        },
        "C": {"Type": "Succeed", "Output": {"before": "{% $states.input.n %}", "now": "{% [$was, $n] %}"}},
    }
    return {"QueryLanguage": "JSONata", "StartAt": "A", "States": states}


def test_a_state_reads_the_values_from_when_it_was_entered(aws: Clients) -> None:
    assert run(aws, _counting())["output"] == {"before": 1, "now": [1, 2]}


def test_the_exit_of_a_state_tells_what_it_assigned_as_json(aws: Clients) -> None:
    ended = run(aws, one_state(Assign={"a": 'with "quotes"', "b": {"c": 1}}))

    (left,) = (event for event in ended["history"] if event["type"] == "PassStateExited")
    assert left["stateExitedEventDetails"]["assignedVariables"] == {"a": '"with \\"quotes\\""', "b": '{"c":1}'}


def test_a_text_is_what_its_json_stands_for(aws: Clients, released: Clients) -> None:
    definition = one_state(Output={"a": 'with "quotes"', 'k"': "b/c"})

    assert run(released, definition)["output"] != {"a": 'with "quotes"', 'k"': "b/c"}
    assert run(aws, definition)["output"] == {"a": 'with "quotes"', 'k"': "b/c"}


def test_what_an_attempt_assigned_is_forgotten_when_its_output_fails(aws: Clients) -> None:
    parallel = {
        "Type": "Parallel",
        "Branches": [{"StartAt": "P", "States": {"P": {"Type": "Succeed"}}}],
        "Assign": {"n": 2},
        "Output": "{% $states.input.nope %}",
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "C"}],
        "End": True,
    }
    states = {
        "A": {"Type": "Pass", "Assign": {"n": 1}, "Next": "B"},
        "B": parallel,
        "C": {"Type": "Succeed", "Output": "{% $n %}"},
    }

    assert run(aws, {"QueryLanguage": "JSONata", "StartAt": "A", "States": states})["output"] == 1


def test_variables_that_are_too_large_fail(aws: Clients, released: Clients) -> None:
    # AWS's wording is not known here
    definition = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Assign": {"v.$": "$.v"}, "End": True}}}
    ended = run(aws, one_state(Assign={"v": "{% $pad('x', 300000) %}"}))

    assert (ended["status"], ended["error"]) == ("FAILED", "States.DataLimitExceeded")
    assert run(released, definition, {"v": "x" * 1000})["status"] == "SUCCEEDED"


def test_an_output_that_is_too_large_fails(aws: Clients) -> None:
    ended = run(aws, one_state(Output="{% $pad('x', 300000) %}"))

    assert (ended["status"], ended["error"]) == ("FAILED", "States.DataLimitExceeded")


_TASK = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sqs:listQueues"}
_FAILING = {
    "Type": "Task",
    "Resource": "arn:aws:states:::aws-sdk:sqs:getQueueUrl",
    "Arguments": {"QueueName": "no-such-queue"},
    "Next": "B",
}


def test_a_task_assigns_what_it_has_found(aws: Clients) -> None:
    states = {
        "A": _TASK | {"Arguments": {}, "Assign": {"kind": "{% $type($states.result) %}"}, "Next": "B"},
        "B": {"Type": "Pass", "Output": "{% $kind %}", "End": True},
    }

    assert run(aws, {"QueryLanguage": "JSONata", "StartAt": "A", "States": states})["output"] == "object"


def test_a_catcher_assigns_what_was_wrong(aws: Clients) -> None:
    catch = [{"ErrorEquals": ["States.ALL"], "Assign": {"e": "{% $states.errorOutput.Error %}"}, "Next": "B"}]
    states = {"A": _FAILING | {"Catch": catch}, "B": {"Type": "Pass", "Output": "{% $e %}", "End": True}}

    ended = run(aws, {"QueryLanguage": "JSONata", "StartAt": "A", "States": states})

    assert ended["output"] == "Sqs.QueueDoesNotExistException", ended["cause"]


def test_a_rule_that_leads_to_the_default_assigns_for_itself(aws: Clients) -> None:
    rule = {"Condition": "{% $states.input.n = 1 %}", "Assign": {"by": "rule"}, "Next": "B"}
    states = {
        "A": {"Type": "Choice", "Choices": [rule], "Default": "B", "Assign": {"by": "default"}, "Output": "{% 'o' %}"},
        "B": {"Type": "Pass", "Output": "{% [$by, $states.input] %}", "End": True},
    }
    definition = {"QueryLanguage": "JSONata", "StartAt": "A", "States": states}

    assert run(aws, definition, {"n": 1})["output"] == ["rule", {"n": 1}]
    assert run(aws, definition, {"n": 2})["output"] == ["default", "o"]
