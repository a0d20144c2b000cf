"""What ``states:startExecution`` answers: keys in alphabetical order.

Measured on AWS in floci-io/floci: the tests ``AslExecutorNestedStartExecutionTest`` and
``AslExecutorNestedSyncFailureTest``.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction
from localstack_corrections.stepfunctions.asl import TASK_SERVICE

if TYPE_CHECKING:
    from types import ModuleType


def _answer_in_order(module: ModuleType) -> None:
    task = module.StateTaskServiceSfn
    normalise, to_values = task._normalise_response, task._sync2_api_output_of

    @wraps(normalise)
    def normalise_response(self: Any, response: Any, *arguments: Any, **options: Any) -> None:
        normalise(self, response, *arguments, **options)
        ordered = sorted(response.items())
        response.clear()
        response.update(ordered)

    @wraps(to_values)
    def of_what_succeeded(typ: type, value: Any) -> None:
        if value.get("status") == "SUCCEEDED":
            to_values(typ, value)

    task._normalise_response = normalise_response
    task._sync2_api_output_of = staticmethod(of_what_succeeded)


CORRECTION = Correction(
    name="nested-executions",
    localstack="Answers a `states:startExecution` task in another order, and failed ones with an `Input` of JSON.",
    aws="Keys are in alphabetical order, and `Input` in a failure's cause is a text.",
    source="measured on AWS in floci-io/floci's tests `AslExecutorNestedStartExecutionTest` and"
    " `AslExecutorNestedSyncFailureTest`; causes in public alerts",
    patches={f"{TASK_SERVICE}.state_task_service_sfn": _answer_in_order},
)
