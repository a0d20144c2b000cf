"""The stacks that are deployed, whoever has deployed them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from localdev.deployment.deployed import deployed_stacks
from localdev.engines import EmbeddedEngine
from localdev.system.errors import LocaldevError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Cloud:
    """An emulator with these stacks, in one page each."""

    def __init__(self, *stacks: dict[str, Any]) -> None:
        self.stacks = stacks

    def client(self, _service: str) -> Cloud:
        return self

    def get_paginator(self, operation: str) -> Cloud:
        assert operation == "describe_stacks"
        return self

    def paginate(self) -> Iterator[dict[str, Any]]:
        for number, stack in enumerate(self.stacks):
            made = {"CreationTime": datetime(2026, 1, 1, number, tzinfo=UTC), "StackStatus": "CREATE_COMPLETE"}
            yield {"Stacks": [made | stack]}


def _engine(monkeypatch: pytest.MonkeyPatch, *stacks: dict[str, Any]) -> EmbeddedEngine:
    engine = EmbeddedEngine(4999)
    monkeypatch.setattr(engine, "clients", lambda: Cloud(*stacks))
    return engine


def stack_names(engine: EmbeddedEngine, wanted: Sequence[str] = ()) -> list[str]:
    return [stack.name for stack in deployed_stacks(engine, wanted)]


def test_they_are_all_but_the_cdks_own_and_those_that_are_nested_or_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = _engine(
        monkeypatch,
        {"StackName": "CDKToolkit"},
        {"StackName": "oven"},
        {"StackName": "oven-Nested", "ParentId": "arn:oven"},
        {"StackName": "old", "StackStatus": "DELETE_COMPLETE"},
        {"StackName": "burnt", "StackStatus": "ROLLBACK_COMPLETE"},
        {"StackName": "kitchen", "StackStatus": "UPDATE_ROLLBACK_COMPLETE"},
    )

    assert stack_names(engine) == ["oven", "kitchen"]


def test_a_stack_of_a_stage_is_found_by_either_of_its_names(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = _engine(monkeypatch, {"StackName": "Prod-Oven"}, {"StackName": "Test-Oven"})

    assert stack_names(engine, ["Prod/Oven"]) == stack_names(engine, ["Prod-Oven"]) == ["Prod-Oven"]


def test_a_name_that_is_none_gets_the_most_similar_one(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = _engine(monkeypatch, {"StackName": "kitchen"}, {"StackName": "oven"})

    with pytest.raises(
        LocaldevError, match=r"no stack 'kitchn'.\nHint: did you mean 'kitchen'\? There is 'kitchen', 'oven'"
    ):
        stack_names(engine, ["kitchn"])


def test_where_nothing_is_deployed_it_is_said_how_to(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(LocaldevError, match=r"No stack is deployed at .*\nHint: deploy the app with ./scripts/up"):
        stack_names(_engine(monkeypatch, {"StackName": "CDKToolkit"}))
