"""Find what a fault of the stacks is for: its service, its function, its state."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from localdev.system.errors import LocaldevError
from localdev.system.suggestions import suggest
from localdev.testing.faults import check_service, service_of_type, services_of_states, with_function
from localdev.testing.mocks import states_of

if TYPE_CHECKING:
    from localdev.testing.faults import Fault
    from localdev.testing.stacks import Stacks


def resolved(stacks: Stacks, fault: Fault) -> Fault:
    """Return a fault with the names that the emulator knows.

    :raises LocaldevError: it is for a service, a function or a state that the stacks do not have.
    """
    if fault.service is not None:
        states = _states(stacks)
        types = {each.type for stack in stacks.values() for each in stack.resources}
        check_service(fault.service, services_of_states(states) | {service_of_type(each) for each in types})
    if fault.state is not None and fault.state not in (states := _states(stacks)):
        hint = suggest(fault.state, states, f"there is {', '.join(map(repr, states)) or 'none'}.")
        raise LocaldevError(f"No state machine of the stacks has a state {fault.state!r}.", hint)
    return with_function(fault, stacks.function_name(fault.function)) if fault.function else fault


def _states(stacks: Stacks) -> dict[str, Any]:
    """Return every state of every state machine by name."""
    client = stacks.reader.clients.client("stepfunctions")
    arns = [machine.physical_id for machine in stacks.machines()]
    documents = (client.describe_state_machine(stateMachineArn=arn)["definition"] for arn in arns)
    return {name: state for document in documents for name, state in states_of(json.loads(document))}
