"""Find the app's stacks, and their state machines, on an engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localdev.deployment import assemblies, context
from localdev.deployment.manifest import stacks_of
from localdev.deployment.stack import resource_ids

if TYPE_CHECKING:
    from localdev.engines import Engine

_STATE_MACHINE = "AWS::StepFunctions::StateMachine"


def stack_names(engine: Engine) -> list[str]:
    """Return what CloudFormation calls the app's stacks on an engine.

    :raises LocaldevError: the app cannot be synthesised.
    """
    assembly = assemblies.latest(engine.stack_name, context=context.remembered(engine))
    return [stack.name for stack in stacks_of(assembly)]


def state_machines(engine: Engine) -> list[str]:
    """Return the ARNs of the state machines of the app's stacks.

    :raises LocaldevError: a stack is not deployed.
    """
    clients = engine.clients()
    return [arn for name in stack_names(engine) for arn in resource_ids(clients, name, _STATE_MACHINE).values()]
