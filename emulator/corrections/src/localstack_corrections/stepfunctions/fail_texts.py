"""The error and the cause of a Fail state: texts, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction
from localstack_corrections.stepfunctions.failures import compact, fail

if TYPE_CHECKING:
    from types import ModuleType

_FAIL = "localstack.services.stepfunctions.asl.component.state.state_fail"


def _take_only_texts(field: str) -> Any:
    def patch(module: ModuleType) -> None:
        kind = getattr(module, field)
        original = kind._eval_body

        def eval_body(self: Any, env: Any) -> None:
            original(self, env)
            if not isinstance(env.stack[-1], str):
                found = compact(env.stack[-1])
                fail(env, f"The {field}Path parameter does not resolve to a string: {found}")

        kind._eval_body = eval_body

    return patch


CORRECTION = Correction(
    name="fail-texts",
    localstack="Ends an execution with whatever `ErrorPath` and `CausePath` find, such as a number.",
    aws="Fails with `States.Runtime` when they find no text. The words of the cause are ours.",
    source="Amazon States Language, Fail State: both must resolve to a string value",
    patches={f"{_FAIL}.error_decl": _take_only_texts("Error"), f"{_FAIL}.cause_decl": _take_only_texts("Cause")},
)
