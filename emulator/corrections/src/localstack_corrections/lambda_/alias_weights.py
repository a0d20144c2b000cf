"""The weights of an alias, which ``UpdateAlias`` cannot change in LocalStack."""

from __future__ import annotations

import threading
from functools import wraps
from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from types import ModuleType

_updated = threading.local()
"""The alias and the arguments of this thread's update."""


def _update_weights(module: ModuleType) -> None:
    """Check the weights with the alias's own version: the update leaves it out, and the creation passes it."""
    provider = module.LambdaProvider
    update, make = provider.update_alias, provider._create_routing_config_model

    @wraps(update)
    def remember_and_update(self: Any, context: Any, **arguments: Any) -> Any:
        _updated.context, _updated.arguments = context, arguments
        return update(self, context, **arguments)

    @wraps(make)
    def make_and_check(self: Any, weights: dict[str, float], function_version: Any = None) -> Any:
        return make(self, weights, function_version or _version(module, _updated.context, _updated.arguments))

    provider.update_alias = remember_and_update
    provider._create_routing_config_model = make_and_check


def _version(module: ModuleType, context: Any, arguments: dict[str, Any]) -> Any:
    """Return the alias's own version after the update: where the request names none, it stays."""
    account, region = module.api_utils.get_account_and_region(arguments["function_name"], context)
    name = module.api_utils.get_function_name(arguments["function_name"], context)
    qualifier = arguments.get("function_version")
    if not qualifier:
        function = module.LambdaProvider._get_function(name, account, region)
        qualifier = function.aliases[arguments["name"]].function_version
    return module.get_function_version(name, qualifier, account, region)


ALIAS_WEIGHTS = Correction(
    "alias-weights",
    "Answers 500 to an `UpdateAlias` that changes the weights of an alias.",
    "Changes the weights.",
    "https://docs.aws.amazon.com/lambda/latest/api/API_UpdateAlias.html",
    {"localstack.services.lambda_.provider": _update_weights},
)
