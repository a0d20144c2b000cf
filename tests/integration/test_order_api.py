"""Every row of the order API's table, over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.integration.conftest import Api

type OutcomeOf = Callable[[Mapping[str, Any]], dict[str, Any]]


def test_an_order_is_accepted_with_the_address_of_its_status(api: Api) -> None:
    answer = api.request("GET", query={"flavour": "pepperoni"})

    document = answer.document
    assert answer.status == 202
    assert set(document) == {"message", "orderId", "flavour", "executionArn", "statusUrl"}
    assert document["message"] == "The Pizzeria is processing your order"
    assert document["flavour"] == "pepperoni"
    assert document["executionArn"].endswith(f":{document['orderId']}")
    assert answer.headers["Location"].endswith(f"/orders/{document['orderId']}")


def test_the_status_url_leads_to_the_order(api: Api) -> None:
    document = api.order("pepperoni")

    answer = api.get(document["statusUrl"])

    assert answer.status == 200
    assert answer.document["orderId"] == document["orderId"]


def test_pepperoni_succeeds(api: Api, outcome_of: OutcomeOf) -> None:
    outcome = outcome_of(api.order("pepperoni"))

    assert outcome["status"] == "SUCCEEDED"
    assert outcome["output"] == {"containsPineapple": False}
    assert outcome["error"] is None
    assert outcome["cause"] is None


@pytest.mark.parametrize("flavour", ["pineapple", "hawaiian", "PineApple", " Hawaiian "])
def test_pineapple_by_any_name_fails(api: Api, outcome_of: OutcomeOf, flavour: str) -> None:
    outcome = outcome_of(api.order(flavour))

    assert outcome["status"] == "FAILED"
    assert outcome["error"] == "Failed To Make Pizza"
    assert outcome["cause"] == "They asked for Pineapple"
    assert outcome["output"] is None
    assert outcome["flavour"] == flavour


@pytest.mark.parametrize(("flavour", "status"), [("pepperoni", "SUCCEEDED"), ("pineapple", "FAILED")])
def test_an_order_that_is_waited_for_is_answered_with_its_outcome(api: Api, flavour: str, status: str) -> None:
    answer = api.request("POST", query={"flavour": flavour}, headers={"Prefer": "wait=24"})

    assert (answer.status, answer.headers["Preference-Applied"]) == (200, "wait=24")
    assert answer.document["status"] == status
    assert answer.document["stoppedAt"] is not None


def test_no_flavour_means_pepperoni(api: Api) -> None:
    assert api.request("GET").document["flavour"] == "pepperoni"


def test_the_status_says_when_an_order_started_and_stopped(api: Api, outcome_of: OutcomeOf) -> None:
    outcome = outcome_of(api.order("margherita"))

    started = datetime.fromisoformat(outcome["startedAt"])
    stopped = datetime.fromisoformat(outcome["stoppedAt"])
    assert started.utcoffset() == stopped.utcoffset() is not None
    assert started <= stopped


@pytest.mark.parametrize("order_id", ["no-such-order", "%3Cscript%3E", "x" * 100])
def test_an_unknown_order_is_not_found(api: Api, order_id: str) -> None:
    answer = api.request("GET", f"/orders/{order_id}")

    assert answer.status == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.document["status"] == 404


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("flavour=", None),
        (f"flavour={'x' * 65}", None),
        ("flavour=mar%0Agherita", None),
        ("", b'{"flavour": 7}'),
        ("", b'{"flavour": ""}'),
        ("", b"not json"),
        ("", b'["margherita"]'),
    ],
)
def test_what_is_not_a_flavour_is_refused_by_name(api: Api, query: str, body: bytes | None) -> None:
    answer = api.request("POST", query=query, body=body, headers={"Content-Type": "application/json"})

    assert answer.status == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert {"title", "status", "detail"} <= set(answer.document)
    assert answer.document["status"] == 400
    assert "flavour" in json.dumps(answer.document) or "body" in json.dumps(answer.document)
