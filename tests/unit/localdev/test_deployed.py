"""The stacks that are deployed, whoever has deployed them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from localdev.deployment.deployed import deployed_stacks
from localdev.engines import EmbeddedEngine
from localdev.system import project
from localdev.system.errors import LocaldevError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


class Cloud:
    """An emulator with these stacks, in one page each; ``Nested`` are the ids of those that are resources of one."""

    def __init__(self, *stacks: dict[str, Any]) -> None:
        self.stacks = stacks
        self._operation = ""

    def client(self, _service: str) -> Cloud:
        return self

    def get_paginator(self, operation: str) -> Cloud:
        self._operation = operation
        return self

    def paginate(self, StackName: str = "") -> Iterator[dict[str, Any]]:  # noqa: N803 - as boto3 names it
        if self._operation == "list_stack_resources":
            yield {"StackResourceSummaries": [_nested(each) for each in self._stack(StackName).get("Nested", ())]}
            return
        assert self._operation == "describe_stacks"
        for number, stack in enumerate(self.stacks):
            made = {"CreationTime": datetime(2026, 1, 1, number, tzinfo=UTC), "StackStatus": "CREATE_COMPLETE"}
            yield {"Stacks": [made | {"StackId": f"arn:{stack['StackName']}"} | stack]}

    def _stack(self, name: str) -> dict[str, Any]:
        return next(each for each in self.stacks if each["StackName"] == name)


def _nested(stack_id: str) -> dict[str, str]:
    return {
        "ResourceType": "AWS::CloudFormation::Stack", "LogicalResourceId": stack_id, "PhysicalResourceId": stack_id,
    }  # fmt: skip


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


def test_a_stack_that_is_a_resource_of_another_is_none_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = {"StackName": "shop", "Nested": ["arn:shop-Child"]}
    engine = _engine(monkeypatch, shop, {"StackName": "shop-Child"}, {"StackName": "b"})

    assert stack_names(engine) == ["shop", "b"]


def test_a_name_that_is_none_gets_the_most_similar_one(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = _engine(monkeypatch, {"StackName": "kitchen"}, {"StackName": "oven"})

    with pytest.raises(
        LocaldevError, match=r"no stack 'kitchn'.\nHint: did you mean 'kitchen'\? There is 'kitchen', 'oven'"
    ):
        stack_names(engine, ["kitchn"])


def test_where_nothing_is_deployed_it_is_said_how_to(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(LocaldevError, match=r"No stack is deployed at .*\nHint: deploy the app with ./scripts/up"):
        stack_names(_engine(monkeypatch, {"StackName": "CDKToolkit"}))


def test_without_an_app_a_template_is_what_can_be_deployed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(project, "ROOT", tmp_path)

    with pytest.raises(LocaldevError, match=r"Hint: deploy a template with ./scripts/up .*--template FILE"):
        stack_names(_engine(monkeypatch, {"StackName": "CDKToolkit"}))
