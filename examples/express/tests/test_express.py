"""Orders that are answered with their outcome."""

from __future__ import annotations

import json

import pytest
import urllib3


def _order(url: str, document: object) -> tuple[int, dict[str, str]]:
    response = urllib3.request("POST", url, json=document, timeout=60)
    return response.status, response.json()


def test_pepperoni_is_made(url: str) -> None:
    status, execution = _order(url, {"flavour": "pepperoni"})
    assert (status, execution["status"]) == (200, "SUCCEEDED")
    assert json.loads(execution["output"]) == {"flavour": "pepperoni"}


@pytest.mark.parametrize("flavour", ["pineapple", "hawaiian"])
def test_pineapple_is_refused(url: str, flavour: str) -> None:
    status, execution = _order(url, {"flavour": flavour})
    assert (status, execution["status"]) == (200, "FAILED")
    assert (execution["error"], execution["cause"]) == ("Failed To Make Pizza", "They asked for Pineapple")


def test_an_order_that_is_no_json_is_a_bad_request(url: str) -> None:
    response = urllib3.request("POST", url, body=b"pepperoni", timeout=60)
    assert (response.status, response.json()["__type"]) == (400, "InvalidExecutionInput")


def test_another_path_is_not_found(url: str) -> None:
    assert urllib3.request("POST", f"{url}/1", timeout=60).status == 404
