"""A step of a state machine is taken without telling a log that nobody keeps.

Each of the 25 steps of an order asks twice whether its execution is still running, and calls what would log it.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from localstack_tuning.adjustment import Adjustment

if TYPE_CHECKING:
    from types import ModuleType


def _take_steps(module: ModuleType) -> None:
    from localstack.services.stepfunctions.asl.eval.program_state import ProgramRunning

    component, failure, log = module.EvalComponent, module.FailureEventException, module.LOG

    def eval_(self: Any, env: Any) -> None:
        program = env._program_state
        if not isinstance(program, ProgramRunning):
            self._log_evaluation_step("Pruning")
            return
        if log.isEnabledFor(logging.DEBUG):
            self._log_evaluation_step("Computing")
        try:
            field = self._field_name()
            if field is not None:
                if program is env._program_state and program._next_state_name is not None:
                    program._next_field_name = field
                else:
                    env.next_field_name = field  # which says what is wrong
            self._eval_body(env)
        except failure as error:
            self._log_failure_event_exception(failure_event_exception=error)
            raise
        except Exception as error:
            self._log_exception(exception=error)
            raise

    component.eval = eval_


ADJUSTMENT = Adjustment(
    "evaluation-steps", {"localstack.services.stepfunctions.asl.component.eval_component": _take_steps}
)
