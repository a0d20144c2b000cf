"""The examples of docs/mocks-faults-time.md, each run on the deployed stack."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Any

import pytest

from localdev.system.project import ROOT
from localdev.testing.chaos import faults_of

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = ROOT / "docs" / "mocks-faults-time.md"


def examples() -> dict[str, Callable[..., None]]:
    """Return the page's tests by name."""
    found: dict[str, Any] = {}
    for block in re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL):
        exec(compile(block, str(PAGE), "exec"), found)  # noqa: S102 - our own page
    return {name: each for name, each in found.items() if name.startswith("test_")}


EXAMPLES = examples()


def given(request: pytest.FixtureRequest, example: Callable[..., None]) -> dict[str, Any]:
    return {name: request.getfixturevalue(name) for name in inspect.signature(example).parameters}


@pytest.fixture(autouse=True)
def not_on_an_account(localdev_engine: Any) -> None:
    if localdev_engine.kind.is_account:
        pytest.skip("an AWS account has no mocks, faults and clocks")


@pytest.mark.parametrize("name", [name for name, each in EXAMPLES.items() if not hasattr(each, "pytestmark")])
def test_an_example_holds(name: str, request: pytest.FixtureRequest) -> None:
    EXAMPLES[name](**given(request, EXAMPLES[name]))


@pytest.mark.parametrize("number", [0, 1])
def test_the_example_of_chaos_holds_under_each_fault(number: int, request: pytest.FixtureRequest) -> None:
    (example,) = (each for each in EXAMPLES.values() if hasattr(each, "pytestmark"))
    (mark,) = (mark for mark in example.pytestmark if mark.name == "sfn_chaos")
    request.getfixturevalue("faults").add(faults_of(mark.args)[number])
    example(**given(request, example))
