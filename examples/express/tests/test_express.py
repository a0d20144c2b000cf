"""Orders that are answered with their outcome."""

import json
from typing import Any

import pytest


def _order(api: Any, document: object) -> tuple[int, dict[str, str]]:
    answer = api.post("/orders", json=document)
    return answer.status, answer.document


def test_pepperoni_is_made(api: Any) -> None:
    status, execution = _order(api, {"flavour": "pepperoni"})

    assert (status, execution["status"]) == (200, "SUCCEEDED")
    assert json.loads(execution["output"]) == {"flavour": "pepperoni"}


@pytest.mark.parametrize("flavour", ["pineapple", "hawaiian"])
def test_pineapple_is_refused(api: Any, flavour: str) -> None:
    status, execution = _order(api, {"flavour": flavour})

    assert (status, execution["status"]) == (200, "FAILED")
    assert (execution["error"], execution["cause"]) == ("Failed To Make Pizza", "They asked for Pineapple")


def test_the_workflow_by_itself_refuses_pineapple(state_machine: Any) -> None:
    outcome = state_machine().start({"flavour": "pineapple"}).wait()

    assert outcome.error == "Failed To Make Pizza"


def test_an_order_that_is_no_json_is_a_bad_request(api: Any) -> None:
    answer = api.post("/orders", body=b"pepperoni")

    assert (answer.status, answer.document["__type"]) == (400, "InvalidExecutionInput")


def test_another_path_is_not_found(api: Any) -> None:
    assert api.post("/orders/1").status == 404
