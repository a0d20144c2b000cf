"""Resources are found by whatever a person calls them."""

from __future__ import annotations

import pytest

from localdev.deployment.resources import FUNCTION, QUEUE, STATE_MACHINE, Resource, find_resource, only_resource
from localdev.system.errors import LocaldevError

MACHINE = Resource(
    "Shop",
    "OrderWorkflowStateMachine4E8E3B8F",
    "arn:aws:states:us-east-1:000000000000:stateMachine:Orders-x1",
    STATE_MACHINE,
    "Shop/OrderWorkflow/StateMachine/Resource",
)
NOTIFY = Resource("Shop", "Notify0A1B2C3D", "Shop-Notify-9f", FUNCTION, "Shop/Notify/Resource")
HOOK = Resource("Shop", "HookNotify11111111", "Shop-HookNotify", FUNCTION, "Shop/Hook/Notify/Resource")
FAILED = Resource("Shop", "Failed", "http://sqs.us-east-1.localhost:4566/000000000000/failed-orders", QUEUE)
EVERY = (MACHINE, NOTIFY, HOOK, FAILED)


@pytest.mark.parametrize(
    "name",
    [
        "OrderWorkflowStateMachine4E8E3B8F",
        "OrderWorkflowStateMachine",
        "StateMachine",
        "OrderWorkflow/StateMachine",
        "Shop/OrderWorkflow/StateMachine",
        "Orders-x1",
        MACHINE.physical_id,
        "OrderWorkflow",
        "Shop/OrderWorkflow",
    ],
)
def test_a_state_machine_is_found_by_each_of_its_names(name: str) -> None:
    assert find_resource(EVERY, name, [STATE_MACHINE], what="state machine") is MACHINE


def test_a_queue_is_found_by_the_end_of_its_address() -> None:
    assert find_resource(EVERY, "failed-orders", [QUEUE], what="queue") is FAILED


def test_a_name_of_several_is_refused_with_each_of_them() -> None:
    with pytest.raises(LocaldevError, match=r"2 functions: Notify0A1B2C3D \(Notify\), HookNotify11111111"):
        find_resource(EVERY, "Notify", [FUNCTION], what="function")


def test_a_longer_part_of_the_path_tells_them_apart() -> None:
    assert find_resource(EVERY, "Hook/Notify", [FUNCTION], what="function") is HOOK


def test_a_misspelt_name_is_answered_with_the_nearest_and_all_there_are() -> None:
    with pytest.raises(LocaldevError) as caught:
        find_resource(EVERY, "OrderWorkflow/StateMachin", [STATE_MACHINE], what="state machine")
    assert caught.value.hint == ("did you mean 'OrderWorkflow/StateMachine'? There is 'OrderWorkflow/StateMachine'.")


def test_a_kind_that_the_stack_has_not_is_said() -> None:
    with pytest.raises(LocaldevError, match="There is no queue 'x'") as caught:
        find_resource([MACHINE], "x", [QUEUE], what="queue")
    assert caught.value.hint == "the stack has no queue at all."


def test_without_a_name_it_is_the_only_one() -> None:
    assert only_resource(EVERY, [QUEUE], what="queue") is FAILED


def test_without_a_name_several_are_refused() -> None:
    with pytest.raises(LocaldevError, match="There are 2 functions: 'Notify', 'Hook/Notify'"):
        only_resource(EVERY, [FUNCTION], what="function")
