"""Write an execution's log as its level wants it, with AWS's timestamps."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from localstack_corrections.correction import Correction
from localstack_corrections.stepfunctions.asl import ASL

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

_ERRORS: Final = (
    "ActivityFailed",
    "ActivityScheduleFailed",
    "ActivityTimedOut",
    "EvaluationFailed",
)

_DATA: Final = ("assignedVariables", "assignedVariablesDetails", "parameters")
"""What LocalStack's logs have of an execution's data where a machine wants none."""


def _log_as_aws(module: ModuleType) -> None:
    module._ERROR_LOG_EVENT_TYPES.update(module.HistoryEventType(name) for name in _ERRORS)

    begin = module.CloudWatchLoggingConfiguration.__init__

    def begin_with_stream(self: Any, *arguments: Any, **options: Any) -> None:
        begin(self, *arguments, **options)
        name = self.state_machine_arn.split(":", 6)[6]
        minute = datetime.now(UTC).strftime("%Y-%m-%d-%H-%M")
        self.log_stream_name = f"states/{name}/{minute}/{secrets.token_hex(4)}"

    module.CloudWatchLoggingConfiguration.__init__ = begin_with_stream

    read: Callable[..., Any] = module.CloudWatchLoggingConfiguration.from_logging_configuration

    def read_strictly(state_machine_arn: str, logging_configuration: dict[str, Any]) -> Any:
        found = read(state_machine_arn, logging_configuration)
        if found is None and logging_configuration.get("level", "OFF") != "OFF":
            raise module.InvalidLoggingConfiguration("Invalid Logging Configuration: Log Destination not found.")
        return found

    module.CloudWatchLoggingConfiguration.from_logging_configuration = staticmethod(read_strictly)

    def publish_history_log(self: Any, history_log: dict[str, Any]) -> None:
        if not self.configuration.include_execution_data:
            details = {name: value for name, value in history_log["details"].items() if name not in _DATA}
            history_log = history_log | {"details": details}
        milliseconds = int(history_log["event_timestamp"].timestamp() * 1000)
        count = str(getattr(self, "redrive_count", 0))
        entry = history_log | {"event_timestamp": str(milliseconds), "redrive_count": count}
        self._publish_history_log_or_setup([{"timestamp": milliseconds, "message": module.to_json_str(entry)}])

    module.CloudWatchLoggingSession.publish_history_log = publish_history_log


CORRECTION = Correction(
    name="execution-log",
    localstack=(
        "Logs dates as text, no redrive count, no failed evaluations and activities at the level `ERROR`, and variables"
        " and parameters of tasks without `includeExecutionData`; takes a log destination that is no log group's ARN."
    ),
    aws=(
        "An entry has `event_timestamp` in epoch milliseconds and `redrive_count`; `ERROR` has all that failed; data is"
        " there only with `includeExecutionData`; streams are `states/<machine>/<minute>/<id>`. Such a destination is"
        " refused."
    ),
    source="https://docs.aws.amazon.com/step-functions/latest/dg/cloudwatch-log-level.html",
    patches={f"{ASL}.eval.event.logging": _log_as_aws},
)
