"""Test quotes: by the workflow, by its API, by its function."""

from typing import Any


def test_an_amount_is_converted_at_the_rate_of_the_settings(state_machine: Any) -> None:
    outcome = state_machine("Quote").start({"amount": 100}).wait()

    assert outcome.path == ["Convert", "Within the limit?", "Accept"]
    assert outcome.output == {"amount": 100, "total": 125.0}


def test_a_total_above_the_limit_is_refused(state_machine: Any) -> None:
    outcome = state_machine("Quote").start({"amount": 900}).wait()

    assert (outcome.status, outcome.error) == ("FAILED", "Above the limit")


def test_a_request_starts_the_workflow(api: Any) -> None:
    response = api.post("/quotes", json={"amount": 10})

    assert response.status == 200
    assert ":execution:" in response.json()["executionArn"]


def test_the_function_rounds_to_cents(function: Any) -> None:
    assert function("Convert").invoke({"amount": 0.333}).payload == {"amount": 0.333, "total": 0.42}
