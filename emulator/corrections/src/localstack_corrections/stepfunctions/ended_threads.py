"""Threads of executions that have ended: LocalStack keeps each in a list that is stopped at its own end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from types import ModuleType

_PARTS = "localstack.services.stepfunctions.asl.component"
_MODULES = (
    "localstack.services.stepfunctions.backend.execution_worker",
    f"{_PARTS}.program.program",
    f"{_PARTS}.state.state_execution.execute_state",
    f"{_PARTS}.state.state_execution.state_map.iteration.inline_iteration_component",
    f"{_PARTS}.state.state_execution.state_parallel.branch_worker",
    f"{_PARTS}.state.state_execution.state_task.service.state_task_service_callback",
    f"{_PARTS}.test_state.program.test_state_program",
)


class Unlisted:
    """Stand in for the list: these threads are daemons, which need no stopping."""

    def append(self, thread: object) -> None:
        """Keep nothing."""


def _keep_no_threads(module: ModuleType) -> None:
    module.TMP_THREADS = Unlisted()  # type: ignore[attr-defined]


CORRECTION = Correction(
    "ended-threads",
    "Keeps every thread of every execution in memory for as long as it runs.",
    "Forgets a thread that has ended; AWS has no bound on executions.",
    "a soak: an object for each execution that had ended",
    dict.fromkeys(_MODULES, _keep_no_threads),
)
