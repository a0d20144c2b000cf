"""Test which route answers a request."""

from __future__ import annotations

import pytest

from localstack_corrections.apigatewayv2.routes import RouteKeyError, RouteTable, check_route_key, normalized


def _table(*keys: str) -> RouteTable:
    return RouteTable({"routeKey": key, "routeId": key} for key in keys)


def _found(table: RouteTable, method: str, path: str) -> str | None:
    match = table.match(method, path)
    return match.route["routeKey"] if match else None


# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
AWS_EXAMPLE = _table("GET /pets/dog/1", "GET /pets/dog/{id}", "GET /pets/{proxy+}", "ANY /{proxy+}", "$default")


@pytest.mark.parametrize(
    ("method", "path", "route"),
    [
        ("GET", "/pets/dog/1", "GET /pets/dog/1"),
        ("GET", "/pets/dog/2", "GET /pets/dog/{id}"),
        ("GET", "/pets/cat/1", "GET /pets/{proxy+}"),
        ("POST", "/test/5", "ANY /{proxy+}"),
        ("POST", "/pets/dog/1", "ANY /{proxy+}"),
        ("GET", "/", "$default"),
    ],
)
def test_the_most_specific_route_answers(method: str, path: str, route: str) -> None:
    assert _found(AWS_EXAMPLE, method, path) == route


def test_a_method_comes_before_any_method() -> None:
    table = _table("ANY /a", "POST /a")
    assert (_found(table, "POST", "/a"), _found(table, "PUT", "/a")) == ("POST /a", "ANY /a")


def test_a_dead_end_leads_back_to_a_variable() -> None:
    assert _found(_table("GET /a/b/c", "GET /{x}/b/d"), "GET", "/a/b/d") == "GET /{x}/b/d"


def test_no_route_and_no_default_is_nothing() -> None:
    table = _table("GET /a")
    assert [_found(table, *request) for request in (("POST", "/a"), ("GET", "/a/"), ("GET", "/A"))] == [None] * 3


def test_variables_are_decoded() -> None:
    match = _table("GET /orders/{id}/{rest+}").match("GET", "/orders/a%2Fb/c%20d/e")
    assert match
    assert match.path_parameters == {"id": "a/b", "rest": "c d/e"}


def test_a_greedy_variable_takes_at_least_one_segment() -> None:
    assert _found(_table("GET /a/{proxy+}"), "GET", "/a") is None


def test_a_thousand_routes_are_shown_apart() -> None:
    table = _table(*(f"GET /r{number}/{{id}}" for number in range(1000)))
    assert all(_found(table, "GET", f"/r{number}/x") == f"GET /r{number}/{{id}}" for number in range(1000))


@pytest.mark.parametrize("key", ["GET", "get /a", "GET a", "FETCH /a", "GET /{a+}/b", "GET /{a", ""])
def test_a_key_that_is_none_is_refused(key: str) -> None:
    with pytest.raises(RouteKeyError):
        check_route_key(key)


def test_keys_that_differ_in_names_of_variables_are_the_same() -> None:
    assert normalized("GET /a/{x}/{y+}") == normalized("GET /a/{b}/{c+}") != normalized("GET /a/{x}/{y}")
