"""A request's context keeps its attributes as every object does.

rolo's class writes each into its dictionary with a method of its own, in Python, which does what would be done without
it: there are some hundred for an order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from localstack_tuning.adjustment import Adjustment

if TYPE_CHECKING:
    from types import ModuleType


def _set_as_usual(module: ModuleType) -> None:
    del module.RequestContext.__setattr__


ADJUSTMENT = Adjustment("request-contexts", {"rolo.gateway.chain": _set_as_usual})
