"""Write an execution's log as its level wants it, with AWS's timestamps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from localstack_corrections.correction import Correction
from localstack_corrections.stepfunctions.asl import ASL

if TYPE_CHECKING:
    from types import ModuleType

_ERRORS: Final = (
    "ActivityFailed",
    "ActivityScheduleFailed",
    "ActivityTimedOut",
    "EvaluationFailed",
)


def _log_as_aws(module: ModuleType) -> None:
    module._ERROR_LOG_EVENT_TYPES.update(module.HistoryEventType(name) for name in _ERRORS)

    def publish_history_log(self: Any, history_log: dict[str, Any]) -> None:
        milliseconds = int(history_log["event_timestamp"].timestamp() * 1000)
        count = str(getattr(self, "redrive_count", 0))
        entry = history_log | {"event_timestamp": str(milliseconds), "redrive_count": count}
        self._publish_history_log_or_setup([{"timestamp": milliseconds, "message": module.to_json_str(entry)}])

    module.CloudWatchLoggingSession.publish_history_log = publish_history_log


CORRECTION = Correction(
    name="execution-log",
    localstack="Logs dates as text, no redrive count, and no failed evaluations and activities at the level `ERROR`.",
    aws="An entry has `event_timestamp` in epoch milliseconds and `redrive_count`; `ERROR` has all that failed.",
    source="https://docs.aws.amazon.com/step-functions/latest/dg/cloudwatch-log-level.html",
    patches={f"{ASL}.eval.event.logging": _log_as_aws},
)
