"""An update gives what a new deployment of the new template gives, and the resource stays the one it was."""

from __future__ import annotations

import json
import re
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.corrections.cloudformation.cases import BUCKET, CASES, FILES, IT, Case
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
        "EventSourceMappingArn", "LastUpdateStatus", "RoleLastUsed", "creationTime", "NumberOfDecreasesToday",
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


def _begun(aws: Clients, resources: dict[str, Any], deleted: ExitStack) -> Stack:
    """Return a stack whose deployment was begun, and that is deleted at the end."""
    stack = Stack(aws)
    stack.begin(resources)
    deleted.callback(stack.delete)
    return stack


def _afresh(aws: Clients, case: Case, stack: Stack) -> Any:
    """Wait for a new deployment that was begun, and return how the service describes it."""
    assert stack.settled() == "CREATE_COMPLETE", stack.reasons()
    return _described(aws, case, stack)


@pytest.fixture(scope="module")
def files(aws: Clients) -> None:
    """Provide the files that the cases' templates refer to."""
    s3: Any = aws.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    for key, content in FILES.items():
        s3.put_object(Bucket=BUCKET, Key=key, Body=content)


def _id(case: Case) -> str:
    return case.type_.removeprefix("AWS::").replace("::", "-")


def _is_gone(aws: Clients, case: Case, physical_id: str) -> bool:
    try:
        return not case.describe(aws, physical_id)
    except (ClientError, LookupError):
        return True


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("case", CASES, ids=_id)
def test_an_update_gives_what_a_new_deployment_gives(aws: Clients, case: Case) -> None:
    with ExitStack() as deleted:
        stack, *fresh = (_begun(aws, case.resources(each), deleted) for each in (case.before, case.after, {}))
        before, after, bare = (_afresh(aws, case, each) for each in (stack, *fresh))
        it = stack.physical_ids()[IT]
        for properties, expected in ((case.after, after), (case.before, before), ({}, bare)):
            old = it
            assert stack.deploy(case.resources(properties)) == "UPDATE_COMPLETE", stack.reasons()
            it = stack.physical_ids()[IT]
            assert (it != old) == case.replaced, stack.reasons()
            assert _described(aws, case, stack) == expected
            assert not case.replaced or case.described != IT or _is_gone(aws, case, old)


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("case", CASES, ids=_id)
def test_a_resource_that_is_removed_is_gone(aws: Clients, case: Case) -> None:
    with ExitStack() as deleted:
        stack = _begun(aws, case.resources(case.before), deleted)
        without = _begun(aws, case.others(), deleted) if case.described != IT else None
        assert stack.settled() == "CREATE_COMPLETE", stack.reasons()
        it = stack.physical_ids()[IT]
        assert stack.deploy(case.others()) == "UPDATE_COMPLETE", stack.reasons()
        assert IT not in stack.physical_ids()
        if without:
            assert _described(aws, case, stack) == _afresh(aws, case, without)
        else:
            assert _is_gone(aws, case, it)
