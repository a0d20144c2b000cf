"""Inputs as they were given, what is billed, what a time-out follows, and what keys a machine may have."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.corrections.stepfunctions.running import created, ended, history, name, run, states

if TYPE_CHECKING:
    from localdev.engines.clients import Clients

_PASS = states("A", A={"Type": "Pass", "End": True})
_GIVEN = '{\n    "name":  "café"\n}'


def test_an_input_keeps_its_spaces_and_line_breaks(aws: Clients) -> None:
    client = aws.client("stepfunctions")
    execution = client.start_execution(stateMachineArn=created(aws, _PASS), input=_GIVEN)["executionArn"]
    found = ended(aws, execution)
    assert found["input"] == _GIVEN
    assert history(aws, execution)[0]["executionStartedEventDetails"]["input"] == _GIVEN
    assert json.loads(found["output"]) == json.loads(_GIVEN)


def test_an_execution_without_input_has_an_empty_object(aws: Clients) -> None:
    client = aws.client("stepfunctions")
    execution = client.start_execution(stateMachineArn=created(aws, _PASS))["executionArn"]
    assert ended(aws, execution)["input"] == "{}"


def test_a_child_has_the_input_that_its_task_gives(aws: Clients) -> None:
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": created(aws, _PASS), "Input": {"n": 1}},
        "End": True,
    }
    client = aws.client("stepfunctions")
    parent = created(aws, states("T", T=task))
    execution = client.start_execution(stateMachineArn=parent, input='{ "given": "to the parent" }')["executionArn"]
    child = json.loads(ended(aws, execution)["output"])
    assert child["Input"] == {"n": 1}
    assert client.describe_execution(executionArn=child["ExecutionArn"])["input"] == '{"n":1}'


def test_a_synchronous_execution_says_what_is_billed(aws: Clients) -> None:
    answer = aws.client("stepfunctions").start_sync_execution(
        stateMachineArn=created(aws, _PASS, type="EXPRESS"), input=_GIVEN
    )
    assert answer["input"] == _GIVEN
    assert answer["billingDetails"]["billedMemoryUsedInMB"] == 64
    assert answer["billingDetails"]["billedDurationInMilliseconds"] % 100 == 0


def test_a_time_out_follows_no_event(aws: Clients) -> None:
    wait = states("W", W={"Type": "Wait", "Seconds": 60, "End": True})
    outcome = run(aws, wait | {"TimeoutSeconds": 1})
    last = history(aws, outcome["executionArn"])[-1]
    assert (last["type"], last["previousEventId"]) == ("ExecutionTimedOut", 0)


_CUSTOMERS_KEY = {"type": "CUSTOMER_MANAGED_KMS_KEY"}


@pytest.mark.parametrize(
    "configuration",
    [_CUSTOMERS_KEY, _CUSTOMERS_KEY | {"kmsKeyId": "alias/k", "kmsDataKeyReusePeriodSeconds": 901}],
)
def test_a_customers_key_needs_an_id_and_a_time_in_bounds(aws: Clients, configuration: dict[str, Any]) -> None:
    with pytest.raises(ClientError) as refused:
        created(aws, _PASS, encryptionConfiguration=configuration)
    assert refused.value.response["Error"]["Code"] == "InvalidEncryptionConfiguration"


def test_a_machine_is_described_with_its_encryption_and_tracing(aws: Clients) -> None:
    client = aws.client("stepfunctions")
    plain = client.describe_state_machine(stateMachineArn=created(aws, _PASS))
    assert plain["tracingConfiguration"] == {"enabled": False}
    assert plain["encryptionConfiguration"] == {"type": "AWS_OWNED_KEY"}
    key = _CUSTOMERS_KEY | {"kmsKeyId": "alias/k", "kmsDataKeyReusePeriodSeconds": 60}
    machine = created(aws, _PASS, encryptionConfiguration=key, tracingConfiguration={"enabled": True})
    found = client.describe_state_machine(stateMachineArn=machine)
    assert (found["tracingConfiguration"], found["encryptionConfiguration"]) == ({"enabled": True}, key)


def test_an_activity_is_described_with_its_encryption(aws: Clients) -> None:
    client = aws.client("stepfunctions")
    activity = client.create_activity(name=name())["activityArn"]
    assert client.describe_activity(activityArn=activity)["encryptionConfiguration"] == {"type": "AWS_OWNED_KEY"}
