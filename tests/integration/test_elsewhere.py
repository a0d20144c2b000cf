"""Stacks of another account and region, which an emulator has beside the default's."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from localdev.deployment import assemblies, deployed
from localdev.deployment.manifest import Stack as Synthesised
from localdev.engines.clients import Clients
from localdev.testing.machines import StateMachine
from localdev.testing.stacks import Stacks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from localdev.engines import Engine
    from localdev.testing.case import Case

ACCOUNT, REGION = "111122223333", "eu-west-1"
WORK = "arn:aws:lambda:eu-west-1:111122223333:function:none"
DEFINITION = {"StartAt": "Work", "States": {"Work": {"Type": "Task", "Resource": WORK, "End": True}}}
TEMPLATE = {
    "Resources": {
        "Machine": {
            "Type": "AWS::StepFunctions::StateMachine",
            "Properties": {
                "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/machine",
                "DefinitionString": json.dumps(DEFINITION),
            },
        }
    },
    "Outputs": {"Arn": {"Value": {"Ref": "Machine"}}},
}


@pytest.fixture
def far(localdev_engine: Engine, tmp_path: Path) -> Iterator[Synthesised]:
    """Deploy a stack far away."""
    if localdev_engine.kind.is_account or localdev_engine.endpoint_url is None:
        pytest.skip("an account's stacks are in the account")
    name = f"far-{uuid4().hex[:8]}"
    cloudformation = Clients(localdev_engine.endpoint_url, ACCOUNT, REGION).client("cloudformation")
    cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(TEMPLATE))
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    yield Synthesised(name, name, tmp_path / "none.json", ACCOUNT, REGION)
    cloudformation.delete_stack(StackName=name)


def test_the_fixtures_reach_a_stack_of_another_account_and_region(
    localdev_engine: Engine, far: Synthesised, tmp_path: Path, localdev_case: Case
) -> None:
    stacks = Stacks(localdev_engine, [far], tmp_path)
    found = stacks.machine("Machine")
    machine = StateMachine(found.physical_id, stacks.reader_of(found), localdev_case)
    machine.mock("Work").returns({"far": True})

    assert machine.start().wait().output == {"far": True}
    assert f":{REGION}:{ACCOUNT}:" in stacks.only().Arn


def test_the_commands_find_a_stack_of_another_account_and_region(
    localdev_engine: Engine, far: Synthesised, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assemblies, "environments", lambda: [(ACCOUNT, REGION)])

    (machine,) = deployed.state_machines(localdev_engine, [far.name])

    described = deployed.clients_of(localdev_engine, machine).client("stepfunctions").describe_state_machine(
        stateMachineArn=machine.physical_id
    )  # fmt: skip
    assert described["definition"] == json.dumps(DEFINITION)
