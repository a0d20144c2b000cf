"""Descriptions without data, reserved tags, and the words about wrong ARNs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.corrections.stepfunctions.running import created, ended, name, started, states

if TYPE_CHECKING:
    from localdev.engines.clients import Clients

PASS = states("P", P={"Type": "Pass", "End": True})


def test_metadata_has_no_definition_and_no_data(aws: Clients) -> None:
    client: Any = aws.client("stepfunctions")
    machine = created(aws, PASS)
    execution = started(aws, machine, {"secret": 1})
    ended(aws, execution)
    only = {"includedData": "METADATA_ONLY"}
    assert client.describe_state_machine(stateMachineArn=machine, **only)["definition"] == "{}"
    assert client.describe_state_machine_for_execution(executionArn=execution, **only)["definition"] == "{}"
    described = client.describe_execution(executionArn=execution, **only)
    assert not {"input", "output"} & described.keys()
    assert described["inputDetails"] == {"included": False}
    assert described["status"] == "SUCCEEDED"


def test_as_released_metadata_has_the_definition(released: Clients) -> None:
    machine = created(released, PASS)
    client: Any = released.client("stepfunctions")
    described = client.describe_state_machine(stateMachineArn=machine, includedData="METADATA_ONLY")
    assert "Pass" in described["definition"]


RESERVED = "aws: prefixed tag key names are not allowed for external use."


@pytest.mark.parametrize("key", ["aws:cloudformation:stack-name", "AWS:x"])
def test_a_tag_of_awss_own_is_refused(aws: Clients, key: str) -> None:
    client: Any = aws.client("stepfunctions")
    tags = [{"key": key, "value": "1"}]
    machine = created(aws, PASS)
    requests: list[Any] = [
        lambda: client.tag_resource(resourceArn=machine, tags=tags),
        lambda: client.untag_resource(resourceArn=machine, tagKeys=[key]),
        lambda: client.create_activity(name=name(), tags=tags),
        lambda: created(aws, PASS, tags=tags),
    ]
    said = []
    for request in requests:
        with pytest.raises(ClientError) as refused:
            request()
        said.append((refused.value.response["Error"]["Code"], refused.value.response["Error"]["Message"]))
    assert said == [("ValidationException", RESERVED)] * len(requests)


def test_as_released_such_a_tag_is_taken(released: Clients) -> None:
    created(released, PASS, tags=[{"key": "aws:x", "value": "1"}])


MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:m"
WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("list_executions", {"stateMachineArn": "abc"}, "Invalid Arn: 'Invalid ARN prefix: abc'"),
    ("start_execution", {"stateMachineArn": "abc"}, "Invalid Arn: 'Invalid ARN prefix: abc'"),
    ("describe_execution", {"executionArn": "abc"}, "Invalid Arn: 'Invalid ARN prefix: abc'"),
    ("describe_map_run", {"mapRunArn": "abc"}, "Invalid Arn: 'Invalid ARN prefix: abc'"),
    ("tag_resource", {"resourceArn": "abc", "tags": []}, "Invalid Arn: 'Invalid ARN prefix: abc'"),
    (
        "describe_state_machine",
        {"stateMachineArn": MACHINE.replace("stateMachine", "activity")},
        "Invalid Arn: 'Resource type not valid in this context: activity'",
    ),
    ("delete_state_machine_version", {"stateMachineVersionArn": MACHINE}, f"Invalid Arn: '{MACHINE}'"),
]
"""The words about prefixes and types were seen in reports; those about a version that is none are not known."""


@pytest.mark.parametrize(("operation", "request_", "message"), WRONG)
def test_a_wrong_arn_is_refused(aws: Clients, operation: str, request_: dict[str, Any], message: str) -> None:
    client = aws.client("stepfunctions")
    with pytest.raises(client.exceptions.InvalidArn) as refused:
        getattr(client, operation)(**request_)
    assert refused.value.response["Error"]["Message"] == message


def test_as_released_a_wrong_arn_is_refused_in_other_words(released: Clients) -> None:
    client = released.client("stepfunctions")
    with pytest.raises(client.exceptions.InvalidArn, match="Invalid arn: 'abc'"):
        client.list_executions(stateMachineArn="abc")
