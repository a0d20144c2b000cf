"""Put a function's ARN together, and take it apart, once.

An invocation asks for its function's ARN eight times, and takes one apart three times with a regular expression.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from localstack_tuning.adjustment import Adjustment

if TYPE_CHECKING:
    from types import ModuleType

_NAMES = 1024


def _remember_names(module: ModuleType) -> None:
    remember = lru_cache(_NAMES)
    module.unqualified_lambda_arn = remember(module.unqualified_lambda_arn)  # type: ignore[attr-defined]
    module.function_locators_from_arn = remember(module.function_locators_from_arn)  # type: ignore[attr-defined]


ADJUSTMENT = Adjustment("function-names", {"localstack.services.lambda_.api_utils": _remember_names})
