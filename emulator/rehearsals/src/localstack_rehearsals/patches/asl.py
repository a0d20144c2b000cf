"""Names of the Step Functions modules that are patched, and what their objects have to do with rehearsals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from localstack_rehearsals.clock import VirtualClock
    from localstack_rehearsals.rehearsal import Rehearsal

SERVICE: Final = "localstack.services.stepfunctions"
ASL: Final = f"{SERVICE}.asl"
COMMON: Final = f"{ASL}.component.common"
STATE: Final = f"{ASL}.component.state"
EXECUTION_STATE: Final = f"{STATE}.state_execution"
TASK: Final = f"{EXECUTION_STATE}.state_task"
ITERATION: Final = f"{EXECUTION_STATE}.state_map.iteration"
CALLBACK: Final = f"{ASL}.eval.callback.callback"
CORRECTIONS: Final = "localstack_corrections"
_STOPPED: Final = frozenset({"ProgramStopped", "ProgramTimedOut"})


def rehearsal_of(env: Any) -> Rehearsal | None:
    """Return the rehearsal of the execution that an environment is part of."""
    return getattr(env.event_manager, "rehearsal", None)


def clock_of(env: Any) -> VirtualClock | None:
    """Return the clock of that execution, if it has one."""
    rehearsal = rehearsal_of(env)
    return rehearsal.clock if rehearsal is not None else None


def is_stopped(env: Any) -> bool:
    """Return whether an environment was stopped from outside, and whoever evaluates in it has nothing more to say."""
    return type(env._program_state).__name__ in _STOPPED
