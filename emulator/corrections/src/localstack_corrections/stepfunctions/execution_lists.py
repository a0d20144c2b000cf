"""ListExecutions by machine, version, alias and Map Run."""

from __future__ import annotations

import base64
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from localstack_corrections.correction import Correction
from localstack_corrections.stepfunctions.asl import PROVIDER

if TYPE_CHECKING:
    from types import ModuleType

_PAGE: Final = 100
_LONGEST_TOKEN: Final = 3096
_COLONS_OF_A_VERSION: Final = 7
"""In the ARN of a version or an alias; a machine's has six."""
_STATUSES: Final = ("RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE")


def _list_as_aws(module: ModuleType) -> None:
    provider = module.StepFunctionsProvider
    released = provider.list_executions

    @wraps(released)
    def list_executions(
        self: Any,
        context: Any,
        state_machine_arn: str | None = None,
        status_filter: str | None = None,
        max_results: int | None = None,
        next_token: str | None = None,
        map_run_arn: str | None = None,
        redrive_filter: str | None = None,
        **_: Any,
    ) -> Any:
        module.assert_pagination_parameters_valid(max_results, next_token, next_token_length_limit=_LONGEST_TOKEN)
        _check_filters(module, state_machine_arn, map_run_arn, status_filter)
        store = self.get_store(context)
        if state_machine_arn is not None:
            _check_machine(self, store, state_machine_arn)
        # the newest first; of those that began at the same time, the one that was asked for last
        executions = list(store.executions.values())[::-1]
        found = _of_machine(executions, state_machine_arn) if state_machine_arn else _of_run(executions, map_run_arn)
        found = _with(found, status_filter, redrive_filter)
        found.sort(key=lambda execution: execution.start_date, reverse=True)
        first = _position(module, found, next_token)
        page = found[first : first + (max_results or _PAGE)]
        answer = module.ListExecutionsOutput(executions=[_item(execution) for execution in page])
        if first + len(page) < len(found):
            answer["nextToken"] = base64.b64encode(page[-1].exec_arn.encode()).decode()
        return answer

    provider.list_executions = list_executions


def _check_filters(module: ModuleType, machine: str | None, map_run: str | None, status: str | None) -> None:
    error = None
    if status and status not in _STATUSES:
        error = (
            f"1 validation error detected: Value '{status}' at 'statusFilter' failed to satisfy constraint: "
            f"Member must satisfy enum value set: [{', '.join(sorted(_STATUSES))}]"
        )
    elif not machine and not map_run:
        error = "Must provide a StateMachine ARN or MapRun ARN"
    elif machine and map_run:
        error = "Must provide either a StateMachine ARN or a MapRun ARN, not both"
    if error:
        raise module.CommonServiceException(code="ValidationException", message=error)


def _check_machine(provider: Any, store: Any, arn: str) -> None:
    from localstack.aws.api.stepfunctions import StateMachineType

    provider._validate_state_machine_arn(arn)
    alias = store.aliases.get(arn)
    machine = store.state_machines.get(arn.rpartition(":")[0] if alias is not None else arn)
    if machine is None:
        provider._raise_state_machine_does_not_exist(arn)
    if machine.sm_type != StateMachineType.STANDARD:
        provider._raise_state_machine_type_not_supported()


def _of_machine(executions: list[Any], arn: str) -> list[Any]:
    """Return the executions of a machine, a version or an alias.

    Every page looks at all executions there are: at twelve thousand in a millisecond.
    """
    if arn.count(":") < _COLONS_OF_A_VERSION:
        return [execution for execution in executions if execution.state_machine_arn == arn]
    return [
        execution
        for execution in executions
        if arn in (execution.state_machine_version_arn, execution.state_machine_alias_arn)
    ]


def _of_run(executions: list[Any], arn: str | None) -> list[Any]:
    return [execution for execution in executions if getattr(execution, "map_run_arn", None) == arn]


def _with(executions: list[Any], status: str | None, redrive: str | None) -> list[Any]:
    if status:
        executions = [execution for execution in executions if execution.exec_status == status]
    if redrive:
        wanted = redrive == "REDRIVEN"
        return [execution for execution in executions if (getattr(execution, "redrive_count", 0) > 0) == wanted]
    return executions


def _position(module: ModuleType, found: list[Any], token: str | None) -> int:
    if token is None:
        return 0
    try:
        arn = base64.b64decode(token, validate=True).decode()
        return next(index for index, execution in enumerate(found) if execution.exec_arn == arn) + 1
    except (ValueError, StopIteration):
        raise module.InvalidToken("Invalid Token: 'Invalid token'") from None


def _item(execution: Any) -> dict[str, Any]:
    item: dict[str, Any] = execution.to_execution_list_item()
    item["redriveCount"] = getattr(execution, "redrive_count", 0)
    if date := getattr(execution, "redrive_date", None):
        item["redriveDate"] = date
    if (count := getattr(execution, "item_count", None)) is not None:
        item["itemCount"] = count
    return item


CORRECTION = Correction(
    name="execution-lists",
    localstack="Lists executions by state machine and version only, and knows no redrive filter.",
    aws="ListExecutions takes the ARN of a machine, a version, an alias or a Map Run, and a redrive filter.",
    source="https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html",
    patches={PROVIDER: _list_as_aws},
)
