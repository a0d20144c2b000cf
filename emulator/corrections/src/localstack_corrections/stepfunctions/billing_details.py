"""What a synchronous Express execution is billed for."""

from __future__ import annotations

import math
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from localstack_corrections.correction import Correction
from localstack_corrections.stepfunctions.asl import EXECUTION

if TYPE_CHECKING:
    from types import ModuleType

_UNIT_MILLISECONDS: Final = 100
_UNIT_MEGABYTES: Final = 64
"""The least that is billed. How much memory an execution would use on AWS is not known here."""


def _tell(module: ModuleType) -> None:
    execution = module.SyncExecution
    tell = execution.to_start_sync_execution_output

    @wraps(tell)
    def with_billing(self: Any) -> Any:
        output = tell(self)
        milliseconds = (self.stop_date - self.start_date).total_seconds() * 1000
        output["billingDetails"] = {
            "billedMemoryUsedInMB": _UNIT_MEGABYTES,
            "billedDurationInMilliseconds": max(1, math.ceil(milliseconds / _UNIT_MILLISECONDS)) * _UNIT_MILLISECONDS,
        }
        return output

    execution.to_start_sync_execution_output = with_billing


CORRECTION = Correction(
    name="billing-details",
    localstack="Answers StartSyncExecution without `billingDetails`.",
    aws="Says what is billed: the duration in units of 100 ms, and memory in units of 64 MB; here always one unit.",
    source="https://docs.aws.amazon.com/step-functions/latest/apireference/API_BillingDetails.html",
    patches={EXECUTION: _tell},
)
