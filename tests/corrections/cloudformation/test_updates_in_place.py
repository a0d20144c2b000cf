"""An update gives what a new deployment of the new template gives, and the resource stays the one it was."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.corrections.cloudformation.cases import CASES, IT, Case
from tests.corrections.cloudformation.stacks import Stack

if TYPE_CHECKING:
    from localdev.engines.clients import Clients

_VARIES = frozenset(
    {
        "ResponseMetadata", "CreatedTimestamp", "LastModifiedTimestamp", "QueueArn", "CreateDate", "RoleId", "Arn",
        "LastModified", "RevisionId", "CodeSha256", "FunctionUrl", "CreationTime", "LastModifiedTime", "UUID",
        "CreationDate", "LastModificationDate", "createdDate", "lastUpdatedDate", "id", "rootResourceId",
        "AlarmConfigurationUpdatedTimestamp", "StateUpdatedTimestamp", "StateTransitionedTimestamp", "StateReason",
        "StateReasonData", "StateValue", "LastProcessingResult", "StateTransitionReason", "UserId",
        "EventSourceMappingArn", "LastUpdateStatus", "RoleLastUsed",
    }
)  # fmt: skip


def _settled(described: Any, stack: Stack) -> Any:
    """Return a description without what differs between any two resources of a kind."""
    text = json.dumps(_without(described), default=str, sort_keys=True)
    for logical_id, physical_id in sorted(stack.physical_ids().items(), key=lambda pair: -len(pair[1])):
        text = text.replace(json.dumps(physical_id)[1:-1], f"<{logical_id}>")
    text = text.replace(stack.describe()["StackId"], "<stack>")
    return json.loads(re.sub(rf"{stack.name}(-[A-Za-z]+-[0-9A-Za-z]+)?", "<name>", text))


def _without(value: Any) -> Any:
    """Leave out what varies, and what is empty: a service may say nothing, or that there is none."""
    if isinstance(value, dict):
        parts = {key: _without(each) for key, each in value.items() if key not in _VARIES}
        return {key: each for key, each in parts.items() if each not in (None, "", {}, [])}
    if isinstance(value, list | tuple):
        return [_without(each) for each in value] or None
    return value


def _described(aws: Clients, case: Case, stack: Stack) -> Any:
    return _settled(case.describe(aws, stack.physical_ids()[case.described]), stack)


def _afresh(aws: Clients, case: Case, properties: dict[str, Any]) -> Any:
    stack = Stack(aws)
    try:
        assert stack.deploy(case.resources(properties)) == "CREATE_COMPLETE", stack.reasons()
        return _described(aws, case, stack)
    finally:
        stack.delete()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.type_.removeprefix("AWS::").replace("::", "-"))
def test_an_update_gives_what_a_new_deployment_gives(aws: Clients, case: Case) -> None:
    stack = Stack(aws)
    try:
        assert stack.deploy(case.resources(case.before)) == "CREATE_COMPLETE", stack.reasons()
        it = stack.physical_ids()[IT]
        for properties in (case.after, case.before, {}):
            assert stack.deploy(case.resources(properties)) == "UPDATE_COMPLETE", stack.reasons()
            assert stack.physical_ids()[IT] == it, stack.reasons()
            assert _described(aws, case, stack) == _afresh(aws, case, properties)
    finally:
        stack.delete()
