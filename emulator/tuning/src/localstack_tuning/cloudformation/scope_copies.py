"""Copy what CloudFormation has found out about a template without copying the paths that lead to it.

After each of its walks through a template LocalStack copies what it has found, by the path of each node, for the next
walk. A path is text, which nobody can change; being of a class of its own it was copied all the same, part by part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localstack_tuning.adjustment import Adjustment

if TYPE_CHECKING:
    from types import ModuleType


def _copy_nothing(module: ModuleType) -> None:
    module.Scope.__deepcopy__ = _itself


def _itself(scope: Any, _memo: object) -> Any:
    return scope


ADJUSTMENT = Adjustment(
    "scope-copies", {"localstack.services.cloudformation.engine.v2.change_set_model": _copy_nothing}
)
