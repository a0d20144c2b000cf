"""The one client: boto3's own, as configured."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import order_executions
import pytest
import start_order
from botocore.stub import ANY, Stubber

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_stepfunctions import SFNClient

    from tests.unit.lambdas.conftest import MakeEvent

STATE_MACHINE_ARN = "arn:aws:states:eu-west-1:123456789012:stateMachine:OrderPizza"
FUNCTION_SECONDS = 28


@pytest.fixture
def client() -> Iterator[SFNClient]:
    order_executions.step_functions.cache_clear()
    yield order_executions.step_functions()
    order_executions.step_functions.cache_clear()


def test_it_is_made_once(client: SFNClient) -> None:
    assert order_executions.step_functions() is client


def test_a_call_is_what_the_service_takes(client: SFNClient, event: MakeEvent) -> None:
    arn = "arn:aws:states:eu-west-1:123456789012:execution:OrderPizza:an-order"
    with Stubber(client) as stubber:
        stubber.add_response(
            "start_execution",
            {"executionArn": arn, "startDate": 0},
            {"stateMachineArn": STATE_MACHINE_ARN, "name": ANY, "input": '{"flavour": "margherita"}'},
        )

        response = start_order.handler(event(), None)

    assert json.loads(response["body"])["executionArn"] == arn


def test_two_calls_that_are_never_answered_fit_into_the_functions_time(client: SFNClient) -> None:
    config = client.meta.config
    attempts = config.retries["total_max_attempts"]  # type: ignore[attr-defined]
    backoff = attempts - 1

    one_call = attempts * (config.connect_timeout + config.read_timeout) + backoff  # type: ignore[attr-defined]

    assert 2 * one_call < FUNCTION_SECONDS


def test_it_calls_the_endpoint_that_the_environment_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
    order_executions.step_functions.cache_clear()

    assert order_executions.step_functions().meta.endpoint_url == "http://127.0.0.1:4566"
    order_executions.step_functions.cache_clear()
