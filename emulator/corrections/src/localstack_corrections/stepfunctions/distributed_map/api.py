"""Map Runs and their child executions in the API."""

from __future__ import annotations

import re
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

_UNBOUNDED: Final = 2**31 - 1


def describe_counts(module: ModuleType) -> None:
    """Count a Map Run's items and executions by what its children are at."""
    record = module.MapRunRecord
    describe: Callable[[Any], dict[str, Any]] = record.describe

    @wraps(describe)
    def with_counts(self: Any) -> dict[str, Any]:
        described = describe(self)
        run = getattr(self, "map_run", None)
        # measured on AWS in floci-io/floci's test StepFunctionsDescribeMapRunIntegrationTest
        described["maxConcurrency"] = described["maxConcurrency"] or _UNBOUNDED
        described["itemCounts"] = _counts(run, of_items=True)
        described["executionCounts"] = _counts(run, of_items=False)
        described["redriveCount"] = run.redrives if run else 0
        if run and getattr(self, "redrive_date", None):
            described["redriveDate"] = self.redrive_date
        return described

    record.describe = with_counts


def _counts(run: Any, *, of_items: bool) -> dict[str, int]:
    counts = run.counts(of_items=of_items) if run else {}
    names = {
        "pending": "PENDING",
        "running": "RUNNING",
        "succeeded": "SUCCEEDED",
        "failed": "FAILED",
        "timedOut": "TIMED_OUT",
        "aborted": "ABORTED",
    }
    found = {name: counts.get(status, 0) for name, status in names.items()}
    return found | {
        "total": sum(found.values()),
        "resultsWritten": found["succeeded"] + found["failed"],
        "failuresNotRedrivable": 0,
        "pendingRedrive": 0,
    }


def answer_for_map_runs(module: ModuleType) -> None:
    """Describe, list and update Map Runs and their children."""
    provider = module.StepFunctionsProvider
    # a child's ARN has the name of its machine, a slash and the label of the Map state
    pattern = provider._STATE_MACHINE_EXECUTION_ARN_REGEX.pattern
    provider._STATE_MACHINE_EXECUTION_ARN_REGEX = re.compile(pattern.replace("[a-zA-Z0-9-_.]+", "[a-zA-Z0-9-_./]+"))

    def record_of(self: Any, context: Any, arn: str) -> Any:
        for execution in list(self.get_store(context).executions.values()):
            env = execution.exec_worker and execution.exec_worker.env
            if env and (record := env.map_run_record_pool_manager.get(arn)) is not None:
                return record
        raise module.ResourceNotFound(f"Resource not found: '{arn}'")

    def describe_map_run(self: Any, context: Any, map_run_arn: str, **_: Any) -> Any:
        return record_of(self, context, map_run_arn).describe()

    def update_map_run(
        self: Any,
        context: Any,
        map_run_arn: str,
        max_concurrency: int | None = None,
        tolerated_failure_percentage: float | None = None,
        tolerated_failure_count: int | None = None,
        **_: Any,
    ) -> Any:
        record = record_of(self, context, map_run_arn)
        limits = {"percentage": tolerated_failure_percentage, "count": tolerated_failure_count}
        known: set[str] = getattr(record, "limits", set())
        record.limits = known | {name for name, limit in limits.items() if limit is not None}
        record.update(
            max_concurrency=max_concurrency,
            tolerated_failure_count=tolerated_failure_count,
            tolerated_failure_percentage=tolerated_failure_percentage,
        )
        return module.UpdateMapRunOutput()

    provider.describe_map_run, provider.update_map_run = describe_map_run, update_map_run


def describe_children(module: ModuleType) -> None:
    """Tell of a child which Map Run it is of."""
    execution = module.Execution
    execution.map_run_arn = None

    def with_map_run(name: str) -> None:
        tell: Callable[[Any], dict[str, Any]] = getattr(execution, name)

        @wraps(tell)
        def described(self: Any) -> dict[str, Any]:
            output = tell(self)
            if self.map_run_arn is not None:
                output["mapRunArn"] = self.map_run_arn
            return output

        setattr(execution, name, described)

    for name in ("to_describe_output", "to_execution_list_item", "to_describe_state_machine_for_execution_output"):
        with_map_run(name)


def describe_express_children(module: ModuleType) -> None:
    """Let DescribeExecution describe Express executions that a Map Run has begun."""
    provider = module.StepFunctionsProvider
    describe_execution = provider.describe_execution

    @wraps(describe_execution)
    def describe(self: Any, context: Any, execution_arn: str, **options: Any) -> Any:
        execution = self.get_store(context).executions.get(execution_arn)
        if execution is not None and execution.map_run_arn is not None:
            return execution.to_describe_output()
        return describe_execution(self, context, execution_arn=execution_arn, **options)

    provider.describe_execution = describe
