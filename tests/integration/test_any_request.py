"""Any URL, any method, any flavour: all are orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.integration.conftest import Api


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_any_method_orders(api: Api, method: str) -> None:
    answer = api.request(method, "/margherita", query={"flavour": "margherita"})

    assert answer.status == 202
    assert answer.document["flavour"] == "margherita"


@pytest.mark.parametrize("path", ["/", "/a", "/a/b/c", "/orders", "/orders/a/b", "/%F0%9F%8D%95", "/a%2Fb", "/a.b~c"])
def test_any_path_orders(api: Api, path: str) -> None:
    assert api.request("GET", path).status == 202


def test_any_other_method_on_an_orders_address_orders_too(api: Api) -> None:
    assert api.request("POST", "/orders/some-id").status == 202


@pytest.mark.parametrize("flavour", ["quattro formaggi", "🍕", "Ärger & Co", "a+b", "100%", "x" * 64, "{}", "<b>"])
def test_a_flavour_arrives_as_it_was_meant(api: Api, flavour: str) -> None:
    assert api.order(flavour)["flavour"] == flavour


def test_unknown_query_parameters_do_not_matter(api: Api) -> None:
    assert api.request("GET", query="a=1&flavour=margherita&b=2").document["flavour"] == "margherita"


def test_the_last_of_repeated_flavours_counts(api: Api) -> None:
    answer = api.request("GET", query="flavour=pineapple&flavour=margherita")

    assert answer.document["flavour"] == "margherita"


def test_a_json_body_may_name_the_flavour(api: Api) -> None:
    answer = api.request("POST", body=b'{"flavour": "margherita"}', headers={"Content-Type": "application/json"})

    assert answer.document["flavour"] == "margherita"


def test_the_query_wins_over_the_body(api: Api) -> None:
    answer = api.request("POST", query={"flavour": "funghi"}, body=b'{"flavour": "margherita"}')

    assert answer.document["flavour"] == "funghi"
