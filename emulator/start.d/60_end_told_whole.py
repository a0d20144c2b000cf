"""Show the end of an execution only with its output, or its error and cause.

LocalStack 4.14 sets the status first and these after it
(``localstack.services.stepfunctions.backend.execution.BaseExecutionWorkerCommunication``): who asked in between was
told of an execution that had succeeded with ``null``, or failed with no error. Changes the module when it is imported.
"""

from functools import wraps
from types import ModuleType
from typing import Any

import wrapt


def tell_the_end_whole(module: ModuleType) -> None:
    """Set what belongs to the end before the status, too."""
    worker = module.BaseExecutionWorkerCommunication
    reflect_execution_status = worker._reflect_execution_status  # noqa: SLF001 - nothing else sets it

    @wraps(reflect_execution_status)
    def reflect(self: Any) -> None:
        execution, environment = self.execution, self.execution.exec_worker.env
        state = environment.program_state()
        if isinstance(state, module.ProgramEnded):
            execution.output = environment.states.get_input()
        elif isinstance(state, module.ProgramError):
            execution.error, execution.cause = state.error.get("error"), state.error.get("cause")
        reflect_execution_status(self)

    worker._reflect_execution_status = reflect  # noqa: SLF001


wrapt.register_post_import_hook(tell_the_end_whole, "localstack.services.stepfunctions.backend.execution")
