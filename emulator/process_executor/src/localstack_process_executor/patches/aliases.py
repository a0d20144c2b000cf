"""The weights of an alias, which LocalStack 4.14.0 could not update: put right at run time.

``UpdateAlias`` called what makes and checks them, as ``CreateAlias`` does, without the alias's own version.
"""

import threading
from collections.abc import MutableMapping
from functools import wraps
from typing import Any

from localstack.services.lambda_ import api_utils
from localstack.services.lambda_.invocation.lambda_models import FunctionVersion
from localstack.services.lambda_.provider import LambdaProvider
from localstack.services.lambda_.provider_utils import get_function_version

_OPERATION = "UpdateAlias"
_updated = threading.local()
"""The context and the request of this thread's update."""


def update_weights() -> None:
    """Let ``UpdateAlias`` change the weights of an alias; :func:`remember_updates` is a part of it."""
    make = LambdaProvider._create_routing_config_model  # noqa: SLF001 - both operations call it

    @wraps(make)
    def make_and_check(self: LambdaProvider, weights: dict[str, float], version: FunctionVersion | None = None) -> Any:
        return make(self, weights, version or _version(_updated.context, _updated.request))

    LambdaProvider._create_routing_config_model = make_and_check  # noqa: SLF001


def remember_updates(operations: MutableMapping[str, Any]) -> None:
    """In the service's table of operations: the provider's own method is not looked up any more."""
    update = operations[_OPERATION]

    def remember_and_update(context: Any, request: Any) -> Any:
        _updated.context, _updated.request = context, request
        return update(context, request)

    operations[_OPERATION] = remember_and_update


def _version(context: Any, request: Any) -> FunctionVersion:
    """The alias's own, after the update: where the request names none, it stays."""
    account, region = api_utils.get_account_and_region(request["FunctionName"], context)
    name = api_utils.get_function_name(request["FunctionName"], context)
    qualifier = request.get("FunctionVersion")
    if not qualifier:
        function = LambdaProvider._get_function(name, account, region)  # noqa: SLF001 - as the operation does
        qualifier = function.aliases[request["Name"]].function_version
    return get_function_version(name, qualifier, account, region)
