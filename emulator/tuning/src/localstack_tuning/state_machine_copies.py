"""An execution gets a copy of its state machine's attributes, not of all that they consist of.

LocalStack copies the whole state machine, down to its tags, versions and aliases, for every execution, so that an
update changes none that has begun. An update gives it new attributes and changes nothing within the old ones that an
execution looks at: a copy of the attributes does the same.
"""

from __future__ import annotations

import copy
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from localstack_tuning.adjustment import Adjustment

if TYPE_CHECKING:
    from types import ModuleType


def _copy_attributes(module: ModuleType) -> None:
    def clone(thing: Any) -> Any:
        return copy.copy(thing) if isinstance(thing, module.StateMachineInstance) else copy.deepcopy(thing)

    module.copy = SimpleNamespace(deepcopy=clone)  # type: ignore[attr-defined]


ADJUSTMENT = Adjustment("state-machine-copies", {"localstack.services.stepfunctions.provider": _copy_attributes})
