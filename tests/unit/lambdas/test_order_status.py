"""Test the answer about an order's status."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import order_status
import pytest

if TYPE_CHECKING:
    from proxy_response import ProxyResponse

    from tests.unit.lambdas.conftest import FakeStepFunctions, LambdaContext, MakeEvent

STATE_MACHINE_ARN = "arn:aws:states:eu-west-1:123456789012:stateMachine:OrderPizza"


def _document(response: ProxyResponse) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(response["body"])
    return document


def _get(event: MakeEvent, order_id: object) -> ProxyResponse:
    return order_status.handler(event(resource="/orders/{orderId}", pathParameters={"orderId": order_id}), None)


@pytest.fixture
def order_id(step_functions: FakeStepFunctions) -> str:
    """Provide an order that is under way."""
    step_functions.start_execution(stateMachineArn=STATE_MACHINE_ARN, name="an-order", input='{"flavour": "funghi"}')
    return "an-order"


def test_an_order_under_way_has_no_outcome(event: MakeEvent, order_id: str) -> None:
    response = _get(event, order_id)

    assert response["statusCode"] == 200
    assert _document(response) == {
        "orderId": order_id,
        "flavour": "funghi",
        "status": "RUNNING",
        "error": None,
        "cause": None,
        "output": None,
        "startedAt": "2026-11-23T21:06:40.288Z",
        "stoppedAt": None,
    }


def test_an_answer_is_not_stored(event: MakeEvent, order_id: str) -> None:
    assert _get(event, order_id)["headers"] == {"Content-Type": "application/json", "Cache-Control": "no-store"}


def test_an_order_that_succeeded_has_its_output(
    event: MakeEvent, step_functions: FakeStepFunctions, order_id: str
) -> None:
    step_functions.end("SUCCEEDED", output='{"containsPineapple": false}')

    document = _document(_get(event, order_id))

    assert (document["status"], document["output"]) == ("SUCCEEDED", {"containsPineapple": False})
    assert document["stoppedAt"] == "2026-11-23T21:06:41.169Z"


def test_an_order_that_failed_has_its_error_and_cause(
    event: MakeEvent, step_functions: FakeStepFunctions, order_id: str
) -> None:
    step_functions.end("FAILED", error="Failed To Make Pizza", cause="They asked for Pineapple")

    document = _document(_get(event, order_id))

    assert (document["status"], document["error"]) == ("FAILED", "Failed To Make Pizza")
    assert (document["cause"], document["output"]) == ("They asked for Pineapple", None)


@pytest.mark.parametrize("status", ["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"])
def test_the_status_is_the_executions(
    event: MakeEvent, step_functions: FakeStepFunctions, order_id: str, status: str
) -> None:
    step_functions.end(status)

    assert _document(_get(event, order_id))["status"] == status


def test_an_order_that_waits_to_be_redriven_is_running(
    event: MakeEvent, step_functions: FakeStepFunctions, order_id: str
) -> None:
    step_functions.end("PENDING_REDRIVE")

    assert _document(_get(event, order_id))["status"] == "RUNNING"


@pytest.mark.parametrize("execution_input", ["{}", "[]", '{"flavour": 7}', '"funghi"', ""])
def test_an_execution_started_by_hand_may_have_no_flavour(
    event: MakeEvent, step_functions: FakeStepFunctions, execution_input: str
) -> None:
    step_functions.start_execution(stateMachineArn=STATE_MACHINE_ARN, name="by-hand", input=execution_input)

    assert _document(_get(event, "by-hand"))["flavour"] is None


def test_an_id_may_be_percent_encoded(event: MakeEvent, order_id: str) -> None:
    assert _document(_get(event, "an%2Dorder"))["orderId"] == order_id


def test_an_unknown_order_is_not_found(event: MakeEvent, step_functions: FakeStepFunctions) -> None:
    response = _get(event, "nobody-ordered-this")

    assert response["statusCode"] == 404
    assert response["headers"]["Content-Type"] == "application/problem+json"
    assert _document(response)["field"] == "orderId"
    assert step_functions.described


@pytest.mark.parametrize(
    "order_id", ["", None, 7, "x" * 81, "a b", "a:b", "a/b", "%3Cscript%3E", "a%00b", "a%25b", "*", "\ud800"]
)
def test_what_cannot_be_an_id_is_not_even_asked_for(
    event: MakeEvent, step_functions: FakeStepFunctions, order_id: object
) -> None:
    assert _get(event, order_id)["statusCode"] == 404
    assert step_functions.described == []


def test_an_id_that_aws_refuses_is_not_found(
    event: MakeEvent, step_functions: FakeStepFunctions, client_errors: Any
) -> None:
    step_functions.raises = [client_errors("InvalidArn")]

    assert _get(event, "Bestellung-ü")["statusCode"] == 404


def test_when_step_functions_is_away_the_client_may_come_back(
    event: MakeEvent, step_functions: FakeStepFunctions, client_errors: Any
) -> None:
    step_functions.raises = [client_errors("ThrottlingException")]

    response = _get(event, "an-order")

    assert response["statusCode"] == 503
    assert int(response["headers"]["Retry-After"]) > 0


def test_anything_unforeseen_is_not_shown(
    event: MakeEvent, step_functions: FakeStepFunctions, client_errors: Any, context: LambdaContext
) -> None:
    step_functions.raises = [client_errors("AccessDeniedException")]

    response = order_status.handler(event(pathParameters={"orderId": "an-order"}), context)

    assert response["statusCode"] == 500
    assert _document(response) == {"message": "There was an error", "requestId": context.aws_request_id}
