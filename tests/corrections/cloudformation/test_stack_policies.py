"""A stack policy protects resources from updates, and termination protection a stack from its deletion."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from localdev.engines.clients import Clients
    from tests.corrections.cloudformation.stacks import Stack

QUEUE = "AWS::SQS::Queue"
ALLOW_ALL = {"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"}


def _policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Statement": statements})


def _deny(action: str | list[str], **more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Principal": "*", "Resource": "LogicalResourceId/It", **more}


def _queues(seconds: int = 1, **properties: Any) -> dict[str, Any]:
    it = {"Type": QUEUE, "Properties": {"VisibilityTimeout": seconds, **properties}}
    return {"It": it, "Other": {"Type": QUEUE, "Properties": {"VisibilityTimeout": seconds}}}


def _set(aws: Clients, stack: Stack, policy: str) -> None:
    aws.client("cloudformation").set_stack_policy(StackName=stack.name, StackPolicyBody=policy)


def _refused(stack: Stack) -> bool:
    return any("Action denied by stack policy" in reason for reason in stack.reasons())


WITHOUT_IT = {"Other": _queues()["Other"]}
CHANGES = {
    "Update:Modify": _queues(2),
    "Update:Replace": _queues(1, FifoQueue=True),
    "Update:Delete": WITHOUT_IT,
}


@pytest.mark.parametrize("action", CHANGES)
def test_what_is_denied_is_rolled_back(aws: Clients, stack: Stack, action: str) -> None:
    stack.deploy(_queues())
    before = stack.physical_ids()
    _set(aws, stack, _policy(ALLOW_ALL, _deny(action)))
    assert stack.deploy(CHANGES[action]) == "UPDATE_ROLLBACK_COMPLETE"
    assert _refused(stack)
    assert stack.physical_ids() == before


@pytest.mark.parametrize("action", CHANGES)
def test_the_other_actions_are_not(aws: Clients, stack: Stack, action: str) -> None:
    stack.deploy(_queues())
    _set(aws, stack, _policy(ALLOW_ALL, _deny([each for each in CHANGES if each != action])))
    assert stack.deploy(CHANGES[action]) == "UPDATE_COMPLETE", stack.reasons()


def test_what_no_statement_allows_is_protected(aws: Clients, stack: Stack) -> None:
    stack.deploy(_queues())
    _set(aws, stack, _policy({**ALLOW_ALL, "Resource": "LogicalResourceId/Oth*"}))
    assert stack.deploy(_queues(2)) == "UPDATE_ROLLBACK_COMPLETE"
    assert stack.deploy({**_queues(), "Other": _queues(3)["Other"]}) == "UPDATE_COMPLETE"


def test_a_condition_is_about_the_type(aws: Clients, stack: Stack) -> None:
    stack.deploy(_queues())
    topics = {"Condition": {"StringEquals": {"ResourceType": ["AWS::SNS::Topic"]}}, "Resource": "*"}
    _set(aws, stack, _policy(ALLOW_ALL, _deny("Update:*", **topics)))
    assert stack.deploy(_queues(2)) == "UPDATE_COMPLETE"
    queues = {"Condition": {"StringLike": {"ResourceType": ["AWS::SQS::*"]}}, "Resource": "*"}
    _set(aws, stack, _policy(ALLOW_ALL, _deny("Update:*", **queues)))
    assert stack.deploy(_queues(3)) == "UPDATE_ROLLBACK_COMPLETE"


def test_a_policy_of_the_creation_holds_and_can_be_read(aws: Clients, stack: Stack) -> None:
    api: Any = aws.client("cloudformation")
    policy = _policy(_deny("Update:*"))
    body = json.dumps({"Resources": _queues()})
    api.create_stack(StackName=stack.name, TemplateBody=body, StackPolicyBody=policy)
    stack.settled()
    assert api.get_stack_policy(StackName=stack.name)["StackPolicyBody"] == policy
    assert stack.deploy(_queues(2)) == "UPDATE_ROLLBACK_COMPLETE"


def test_a_policy_for_one_update_holds_for_that_update(aws: Clients, stack: Stack) -> None:
    api: Any = aws.client("cloudformation")
    stack.deploy(_queues())
    _set(aws, stack, _policy(_deny("Update:*")))
    body = json.dumps({"Resources": _queues(2)})
    api.update_stack(StackName=stack.name, TemplateBody=body, StackPolicyDuringUpdateBody=_policy(ALLOW_ALL))
    assert stack.settled() == "UPDATE_COMPLETE"
    assert stack.deploy(_queues(3)) == "UPDATE_ROLLBACK_COMPLETE"


@pytest.mark.parametrize(
    ("policy", "reason"),
    [
        ("{", "it is not JSON"),
        ("{}", "it has no Statement"),
        (_policy({**ALLOW_ALL, "Action": "Update:Everything"}), "unknown Action Update:Everything"),
        (_policy({**ALLOW_ALL, "Resource": "It"}), "unknown Resource It"),
        (_policy({**ALLOW_ALL, "Effect": "Maybe"}), "Effect"),
    ],
)
def test_what_is_no_policy_is_refused(aws: Clients, stack: Stack, policy: str, reason: str) -> None:
    stack.deploy(_queues())
    with pytest.raises(ClientError, match=f"Error validating stack policy: .*{reason}"):
        _set(aws, stack, policy)


def test_a_stack_that_is_created_protected_is_not_deleted(aws: Clients, stack: Stack) -> None:
    api: Any = aws.client("cloudformation")
    body = json.dumps({"Resources": _queues()})
    api.create_stack(StackName=stack.name, TemplateBody=body, EnableTerminationProtection=True)
    stack.settled()
    assert stack.describe()["EnableTerminationProtection"] is True
    with pytest.raises(ClientError, match="TerminationProtection is enabled"):
        api.delete_stack(StackName=stack.name)
    api.update_termination_protection(StackName=stack.name, EnableTerminationProtection=False)
    assert stack.delete() == "DELETE_COMPLETE"
