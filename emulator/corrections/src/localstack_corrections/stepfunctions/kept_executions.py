"""A bound for executions that have ended: AWS forgets them after 90 days, an emulator's memory is smaller."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple

from localstack_corrections.correction import Correction
from localstack_corrections.settings import positive
from localstack_corrections.stepfunctions.asl import EXECUTION

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

VARIABLE, DEFAULT = "STEPFUNCTIONS_KEPT_EXECUTIONS", 5_000
KEPT = timedelta(days=90)
"""https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html"""


class _Ended(NamedTuple):
    execution: Any
    at: datetime


class KeptExecutions:
    """The executions of each account and region that have ended, the oldest first."""

    def __init__(self, most: int, forget: Callable[[Any], None]) -> None:
        self._most = most
        self._forget = forget
        self._lock = threading.Lock()
        self._ended: defaultdict[tuple[str, str], deque[_Ended]] = defaultdict(deque)

    def add(self, execution: Any) -> None:
        """Remember that an execution has ended, and forget those that have made way for it."""
        with self._lock:
            ended = self._ended[execution.account_id, execution.region_name]
            ended.append(_Ended(execution, execution.stop_date or datetime.now(UTC)))
            while ended and (len(ended) > self._most or ended[0].at < datetime.now(UTC) - KEPT):
                oldest = ended.popleft()
                # one that was redriven since then runs, or has ended again
                if oldest.execution.stop_date == oldest.at:
                    self._forget(oldest.execution)


def _forget(execution: Any) -> None:
    from localstack.services.stepfunctions.backend.store import sfn_stores

    executions = sfn_stores[execution.account_id][execution.region_name].executions
    if executions.get(execution.exec_arn) is execution:
        executions.pop(execution.exec_arn, None)
    for child in _children(execution):
        executions.pop(child.exec_arn, None)


def _children(execution: Any) -> list[Any]:
    """Return the child executions of an execution's Map Runs, and theirs."""
    env = execution.exec_worker and execution.exec_worker.env
    records = env.map_run_record_pool_manager.get_all() if env else []
    runs = [run for record in records if (run := getattr(record, "map_run", None)) is not None]
    children = [child for run in runs for child in run.children if child is not None]
    return children + [inner for child in children for inner in _children(child)]


def _keep_the_newest(module: ModuleType) -> None:
    kept = KeptExecutions(positive(VARIABLE, DEFAULT), _forget)
    communication = module.BaseExecutionWorkerCommunication
    terminated = communication.terminated

    @wraps(terminated)
    def terminated_and_kept(self: Any) -> None:
        terminated(self)
        # a child of a Map Run is kept as long as the execution that began it
        is_child = getattr(self.execution, "map_run_arn", None) is not None
        if not is_child and not getattr(self, "is_kept", False):
            self.is_kept = True
            kept.add(self.execution)

    communication.terminated = terminated_and_kept


CORRECTION = Correction(
    name="kept-executions",
    localstack="Keeps every execution with its history in memory for as long as it runs: 26 MB for each 1,000.",
    aws=(
        f"Forgets an execution 90 days after its end; here the newest {DEFAULT:,} that have ended stay "
        f"(setting `{VARIABLE}`)."
    ),
    source="https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html",
    patches={EXECUTION: _keep_the_newest},
)
