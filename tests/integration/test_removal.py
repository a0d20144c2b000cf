"""``cdk destroy`` leaves nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from localdev.deployment import cdk
from localdev.testing.found import was_found
from pizzeria.stack import stack_name

if TYPE_CHECKING:
    from localdev.engines import Engine
    from localdev.engines.clients import Clients
    from localdev.testing.stacks import Stacks
    from pizzeria.stack import StackOutputs


@pytest.mark.destroys
def test_destroying_the_stack_leaves_nothing(
    engine: Engine, clients: Clients, outputs: StackOutputs, stacks: Stacks
) -> None:
    assert outputs.state_machine_arn
    if was_found(engine):
        pytest.skip("the stack was there before the tests")

    cdk.destroy(engine, stacks.assembly)

    with pytest.raises(ClientError, match="does not exist"):
        clients.client("cloudformation").describe_stacks(StackName=stack_name(engine))
    left: dict[str, list[Any]] = {
        "state machines": clients.client("stepfunctions").list_state_machines()["stateMachines"],
        "functions": clients.client("lambda").list_functions()["Functions"],
        "queues": clients.client("sqs").list_queues().get("QueueUrls", []),
        "log groups": clients.client("logs").describe_log_groups()["logGroups"],
    }
    assert {kind: [item for item in items if stack_name(engine) in str(item)] for kind, items in left.items()} == {
        kind: [] for kind in left
    }
