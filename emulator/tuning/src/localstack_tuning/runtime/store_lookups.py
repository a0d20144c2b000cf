"""Look up a service's store without asking whether it may be made.

LocalStack and moto make it when it is first asked for, and look every time whether the account's number is one, the
region exists and somebody else is making it: some thirty times for an order. What is there has been looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localstack_tuning.adjustment import Adjustment

if TYPE_CHECKING:
    from types import ModuleType


def _look_first(*classes: Any) -> None:
    for kind in classes:
        _look_first_in(kind)


def _look_first_in(kind: Any) -> None:
    make, found = kind.__getitem__, dict.get

    def getitem(self: Any, key: str) -> Any:
        value = found(self, key)
        return make(self, key) if value is None else value

    kind.__getitem__ = getitem


def _look_in_stores(module: ModuleType) -> None:
    _look_first(module.AccountRegionBundle, module.RegionBundle)


def _look_in_backends(module: ModuleType) -> None:
    _look_first(module.BackendDict, module.AccountSpecificBackend)


ADJUSTMENT = Adjustment(
    "store-lookups",
    {"localstack.services.stores": _look_in_stores, "moto.core.base_backend": _look_in_backends},
)
