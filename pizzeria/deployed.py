"""Find the deployed order API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localdev.commands.deploying import require_up
from localdev.deployment.stack import reachable_api_url
from pizzeria.orders import OrderApi
from pizzeria.stack import StackOutputs, stack_outputs

if TYPE_CHECKING:
    from localdev.deployment.cdk import Outputs
    from localdev.engines import Engine


def order_api(engine: Engine) -> OrderApi:
    """Return a client of the deployed API.

    :raises LocaldevError: the engine is not up, or the stack not deployed.
    """
    require_up(engine)
    return _client(stack_outputs(engine.clients(), engine.stack_name), engine)


def deployed_api(engine: Engine, outputs: Outputs) -> OrderApi:
    """Return a client of the API that has just been deployed.

    :raises LocaldevError: the stack has no such output.
    """
    (name, values), *_ = outputs.items()
    return _client(StackOutputs.of(values, name), engine)


def _client(outputs: StackOutputs, engine: Engine) -> OrderApi:
    return OrderApi(reachable_api_url(outputs.api_url, engine.endpoint_url))
