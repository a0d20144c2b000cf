"""JSONata's own test suite (jsonata-js 2.2.2, MIT: jsonata_suite/LICENSE) on our evaluator, error codes included."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from localstack_corrections.jsonata.bounds import Bounds
from localstack_corrections.jsonata.errors import JSONataError
from localstack_corrections.jsonata.expression import expression, plain
from localstack_corrections.jsonata.values import with_nulls

_SUITE = json.loads((Path(__file__).parent / "jsonata_suite" / "cases.json").read_text())
_DIFFERENT = {
    "function-formatInteger/formatInteger#43": "jsonata-js writes 1e46 in words with the rounding of its own divisions",
    "function-formatNumber/case014": "jsonata-python moves the exponent of a picture without a digit before the point",
}
pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utc:DeprecationWarning")  # in jsonata-python
_GROUPS = sorted({case["name"].split("/")[0] for case in _SUITE["cases"]})


@cache
def _dataset(name: str) -> Any:
    return with_nulls(_SUITE["datasets"][name])


def _found(case: dict[str, Any]) -> tuple[str, Any]:
    data = with_nulls(case["data"]) if "data" in case else _dataset(case["dataset"]) if case.get("dataset") else None
    bindings = {name: with_nulls(value) for name, value in case.get("bindings", {}).items()}
    # the time of a case that is about time; otherwise as long as a busy machine needs
    bounds = Bounds(case["timelimit"] / 1000 if "timelimit" in case else 120, case.get("depth", 1000))
    try:
        raw = expression(case["expr"]).evaluate(data, bindings, bounds=bounds)
    except JSONataError as error:
        return "error", error.code
    return ("undefined", None) if raw is None else ("result", plain(raw))


def _expected(case: dict[str, Any]) -> tuple[str, Any]:
    if "result" in case:
        return "result", case["result"]
    if case.get("undefinedResult"):
        return "undefined", None
    return "error", case.get("code") or case["error"]["code"]


def _same(case: dict[str, Any], found: tuple[str, Any]) -> bool:
    expected = _expected(case)
    if case.get("unordered") and isinstance(found[1], list):
        return sorted(map(json.dumps, found[1])) == sorted(map(json.dumps, expected[1]))
    return found == expected


@pytest.mark.parametrize("group", [group for group in _GROUPS if group != "function-eval"])
def test_a_group_of_jsonatas_suite_gives_what_jsonata_js_gives(group: str) -> None:
    wrong = [
        f"{case['name']}: {case['expr']} gave {found}, not {_expected(case)}"
        for case in _SUITE["cases"]
        if case["name"].split("/")[0] == group and case["name"] not in _DIFFERENT
        if not _same(case, found := _found(case))
    ]

    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", _DIFFERENT)
def test_a_case_that_is_listed_as_different_still_is(name: str) -> None:
    (case,) = (case for case in _SUITE["cases"] if case["name"] == name)

    assert not _same(case, _found(case)), f"{name} is right now. Hint: remove it from the list."


def test_eval_is_not_there_as_on_aws() -> None:
    for case in _SUITE["cases"]:
        if case["name"].startswith("function-eval/"):
            assert _found(case) == ("error", "T1006")
