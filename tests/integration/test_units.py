"""One state and one expression by themselves, on the deployed stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from localdev.system.errors import LocaldevError
from localdev.testing.units import ExpressionError

if TYPE_CHECKING:
    from localdev.testing.finding import Evaluate, Find, Inspect
    from localdev.testing.machines import StateMachine


@pytest.mark.parametrize(("found", "then"), [(True, "Sorry, We Dont add Pineapple"), (False, "Lets make your pizza")])
def test_a_choice_is_tested_by_itself(
    test_state: Inspect, state_machine: Find[StateMachine], found: bool, then: str
) -> None:
    result = test_state(state_machine(), "With Pineapple?", input={"pineappleAnalysis": {"containsPineapple": found}})
    assert (result.succeeded, result.next_state) == (True, then)


def test_a_task_is_tested_with_a_mock(test_state: Inspect, state_machine: Find[StateMachine]) -> None:
    result = test_state(state_machine(), "Order Pizza Job", input={"flavour": "x"}, mock={"containsPineapple": "no"})
    assert result.output == {"flavour": "x", "pineappleAnalysis": {"containsPineapple": "no"}}
    assert result.data["afterInputPath"] == "x"


def test_a_tasks_error_is_retried_as_its_retry_says(test_state: Inspect, state_machine: Find[StateMachine]) -> None:
    failure = ("Lambda.ServiceException", "busy")
    result = test_state(state_machine(), "Order Pizza Job", input={"flavour": "x"}, raises=failure)
    assert result.retriable
    assert result.data["errorDetails"]["retryIndex"] == 0


def test_a_fail_state_says_what_it_fails_with(test_state: Inspect, state_machine: Find[StateMachine]) -> None:
    result = test_state(state_machine(), "Sorry, We Dont add Pineapple")
    assert (result.status, result.error, result.cause) == ("FAILED", "Failed To Make Pizza", "They asked for Pineapple")


def test_a_state_that_is_not_there_is_answered_with_the_nearest(
    test_state: Inspect, state_machine: Find[StateMachine]
) -> None:
    with pytest.raises(LocaldevError, match="did you mean 'With Pineapple"):
        test_state(state_machine(), "With Pineaple")


def test_a_jsonata_expression_is_evaluated(evaluate: Evaluate) -> None:
    assert (
        evaluate("{% $sum($states.input.prices) * $factor %}", input={"prices": [1, 2]}, variables={"factor": 2}) == 6
    )


def test_a_jsonata_expression_that_fails_says_why(evaluate: Evaluate) -> None:
    with pytest.raises(ExpressionError, match=r"cannot be evaluated: States.QueryEvaluationError"):
        evaluate("{% $states.input.a.b.c %}", input={})


@pytest.mark.parametrize(
    ("path", "value"), [("$.a[1]", 2), ("States.Format('{}!', $.b)", "x!"), ("$v.n", 3), ("States.ArrayLength($.a)", 2)]
)
def test_a_path_and_an_intrinsic_function_are_evaluated(jsonpath: Evaluate, path: str, value: object) -> None:
    assert jsonpath(path, input={"a": [1, 2], "b": "x"}, variables={"v": {"n": 3}}) == value


def test_a_path_that_leads_nowhere_says_so(jsonpath: Evaluate) -> None:
    with pytest.raises(ExpressionError, match=r"\$\.none"):
        jsonpath("$.none", input={})
