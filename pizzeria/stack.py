"""The pizzeria's stack: its name and its outputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from localdev.deployment import stack
from localdev.system.errors import LocaldevError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from localdev.engines import Engine
    from localdev.engines.clients import Clients

STACK_NAME: Final = "the-state-machine"
"""The stack's own name, where it is given no other."""


def stack_name(engine: Engine) -> str:
    """Return what the stack is called on an engine."""
    return engine.stack_name or STACK_NAME


@dataclass(frozen=True)
class StackOutputs:
    """The outputs of the stack, as CloudFormation gives them."""

    api_url: str
    state_machine_arn: str
    failed_orders_queue_url: str

    @classmethod
    def of(cls, values: Mapping[str, str], name: str) -> StackOutputs:
        """Return outputs by their names; ``name`` is the stack, for the error.

        :raises LocaldevError: one is missing.
        """
        try:
            return cls(values["ApiUrl"], values["StateMachineArn"], values["FailedOrdersQueueUrl"])
        except KeyError as error:
            raise LocaldevError(
                f"The stack {name} has no output {error}.", "deploy it again with ./scripts/deploy."
            ) from error


def stack_outputs(clients: Clients, name: str | None = None) -> StackOutputs:
    """Return the outputs of the deployed stack.

    :raises LocaldevError: it is not deployed, or not as a whole.
    """
    name = name or STACK_NAME
    values = stack.stack_outputs(clients, name)
    try:
        return StackOutputs.of(values, name)
    except LocaldevError as error:
        status = stack.stack_status(clients, name)
        raise LocaldevError(f"{error.message.rstrip('.')}; its status is {status}.", error.hint) from error
