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
    return with_function(fault, stacks.function(fault.function).physical_id) if fault.function else fault


def _states(stacks: Stacks) -> dict[str, Any]:
    """Return every state of every state machine by name."""
    documents = (
        stacks.reader_of(machine)
        .clients.client("stepfunctions")
        .describe_state_machine(stateMachineArn=machine.physical_id)["definition"]
        for machine in stacks.machines()
    )
    return {name: state for document in documents for name, state in states_of(json.loads(document))}
