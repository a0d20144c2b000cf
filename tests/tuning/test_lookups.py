"""Adjustments that look things up: both ways find the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture(scope="module")
def found(run_in_localstack: Callable[[str], Any]) -> Any:
    return run_in_localstack("lookups.py")


def test_an_answer_gets_the_same_cors_headers(found: Any) -> None:
    assert found["adjusted"]["cors"] == found["released"]["cors"]
    assert found["adjusted"]["cors"][:4] == [[], [], [["Access-Control-Allow-Methods", "GET"]], [["X-Own", ""]]]
    assert ["Access-Control-Allow-Origin", "http://localhost:4566"] in found["adjusted"]["cors"][4]


def test_an_answer_takes_over_another_alike(found: Any) -> None:
    assert found["adjusted"]["answers"] == found["released"]["answers"]
    replaced = [["a", "2"], ["Content-Type", "text/html"], ["Content-Length", "6"], ["B", "3"]]
    assert found["adjusted"]["answers"][7] == [replaced, "418 I'M A TEAPOT", "theirs", 1]


def test_headers_are_copied_alike(found: Any) -> None:
    assert found["adjusted"]["copies"] == found["released"]["copies"]
    assert found["adjusted"]["copies"][0] == [["A", "1"], ["a", "2"], ["B", "4"]]
    assert found["adjusted"]["copies"][-2:] == [[["A", "1"], ["a", "2"]], "ValueError"]


def test_a_functions_arn_is_the_same_each_time(found: Any) -> None:
    assert found["adjusted"]["names"] == found["released"]["names"]
    first, again = found["adjusted"]["names"]
    assert first == again
    assert first[1] == "arn:aws-cn:lambda:cn-north-1:000000000000:function:bake"
    assert first[4] == ["bake", "1", "123456789012", "cn-north-1"]


def test_a_store_is_made_once_for_each_account_and_region_that_there_is(found: Any) -> None:
    assert found["adjusted"]["stores"] == found["released"]["stores"]
    assert found["adjusted"]["stores"][:8] == [True, False, False, "ValueError", "ValueError", True, False, "KeyError"]


def test_a_request_is_routed_by_the_same_path(found: Any) -> None:
    assert found["adjusted"]["paths"] == found["released"]["paths"]
    assert found["adjusted"]["paths"][:3] == [["/a/b", "GET"], ["/", "GET"], ["//a/b", "GET"]]


def test_an_answer_is_the_same_json(found: Any) -> None:
    assert found["adjusted"]["json"] == found["released"]["json"]
    history, invented, *refused = found["adjusted"]["json"][:4]
    assert history.count("1767270601.25") == 2
    assert "invented" not in invented
    assert refused == ["ProtocolSerializerError"] * 2
