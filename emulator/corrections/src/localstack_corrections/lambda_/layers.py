"""The list of layers, which fails in LocalStack once every version of a layer was deleted."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from types import ModuleType


class _WithVersions(dict[str, Any]):
    """The layers of a store, without those that have no version, to whoever goes through them.

    A layer without a version stays in the store: its next version has the next number.
    """

    def items(self) -> Any:
        """Return the layers that have a version."""
        return [(name, layer) for name, layer in list(super().items()) if layer.layer_versions]


def _list_those_with_versions(module: ModuleType) -> None:
    provider, stores = module.LambdaProvider, module.lambda_stores
    released = provider.list_layers

    @wraps(released)
    def list_layers(self: Any, context: Any, *arguments: Any, **named: Any) -> Any:
        store = stores[context.account_id][context.region]
        if not isinstance(store.layers, _WithVersions):
            store.layers = _WithVersions(store.layers)
        return released(self, context, *arguments, **named)

    provider.list_layers = list_layers


LISTED_LAYERS = Correction(
    "listed-layers",
    "Answers 500 to `ListLayers` when every version of a layer was deleted.",
    "Lists the layers that have a version.",
    "https://docs.aws.amazon.com/lambda/latest/api/API_ListLayers.html",
    {"localstack.services.lambda_.provider": _list_those_with_versions},
)
