"""Waiting for an order's outcome."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import order_wait
import pytest
import start_order
from proxy_event import ProxyEvent

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.exceptions import ClientError

    from tests.unit.lambdas.conftest import FakeStepFunctions, MakeEvent


@pytest.mark.parametrize(
    ("sent", "seconds"),
    [
        (["wait=5"], 5),
        (["Wait = 5"], 5),
        (["respond-async, wait=5; foo=bar, wait=7"], 5),
        (["respond-async", "wait=5"], 5),
        (['wait="5"'], 5),
        (['foo="a, wait=9, \\" wait=8", wait=5'], 5),
        (['foo="a, wait=9, b"'], None),
        (["wait=0"], 0),
        (["wait=007"], 7),
        (["wait=" + "9" * 5000], 999_999_999_999_999_999),
        (["wait=-1"], None),
        (["wait=soon"], None),
        (["wait"], None),
        (["respond-async"], None),
        ([""], None),
        ([], None),
    ],
)
def test_the_preference_is_read(sent: list[str], seconds: int | None) -> None:
    assert order_wait.preferred_wait(ProxyEvent({"multiValueHeaders": {"prefer": sent}})) == seconds


def test_an_order_that_ends_in_time_is_answered_with_its_outcome(
    step_functions: FakeStepFunctions, order_event: MakeEvent, monkeypatch: pytest.MonkeyPatch
) -> None:
    # the order ends during the first pause
    monkeypatch.setattr("time.sleep", lambda _: step_functions.end("SUCCEEDED", output='{"pizza": true}'))
    response = start_order.handler(order_event("margherita", headers={"Prefer": "wait=10"}), None)
    document = json.loads(response["body"])
    assert response["statusCode"] == 200
    assert response["headers"]["Preference-Applied"] == "wait=10"
    assert response["headers"]["Location"].endswith(document["orderId"])
    assert (document["status"], document["output"], document["flavour"]) == ("SUCCEEDED", {"pizza": True}, "margherita")


def test_a_failed_order_is_an_outcome(
    step_functions: FakeStepFunctions, order_event: MakeEvent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: step_functions.end("FAILED", error="E", cause="C"))
    response = start_order.handler(order_event("pineapple", headers={"Prefer": "wait=10"}), None)
    document = json.loads(response["body"])
    assert (response["statusCode"], document["error"], document["cause"]) == (200, "E", "C")


def test_an_order_that_takes_longer_is_accepted(step_functions: FakeStepFunctions, order_event: MakeEvent) -> None:
    response = start_order.handler(order_event("margherita", headers={"Prefer": "wait=1"}), None)
    assert response["statusCode"] == 202
    assert "Preference-Applied" not in response["headers"]
    assert len(step_functions.described) > 1


def test_a_wait_of_nothing_looks_at_nothing(step_functions: FakeStepFunctions, order_event: MakeEvent) -> None:
    assert start_order.handler(order_event("x", headers={"Prefer": "wait=0"}), None)["statusCode"] == 202
    assert step_functions.described == []


def test_nobody_waits_longer_than_the_function_may_take(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    monkeypatch.setattr("time.sleep", lambda seconds: now.__setitem__(0, now[0] + seconds))
    monkeypatch.setattr(order_wait, "describe_order", lambda *_, **__: {"status": "RUNNING"})
    assert order_wait.outcome_within("order", 10_000, since=0.0) is None
    assert now[0] == pytest.approx(order_wait.LONGEST_WAIT)


def test_an_order_is_accepted_although_its_outcome_cannot_be_asked_for(
    step_functions: FakeStepFunctions, order_event: MakeEvent, client_errors: Callable[..., ClientError]
) -> None:
    step_functions.raises = [None, client_errors("ThrottlingException")]
    response = start_order.handler(order_event("x", headers={"Prefer": "wait=10"}), None)
    assert response["statusCode"] == 202
