"""Failures of a Map Run."""

from __future__ import annotations

from typing import Any, NoReturn

READER, WRITER = "States.ItemReaderFailed", "States.ResultWriterFailed"
THRESHOLD = "States.ExceedToleratedFailureThreshold"
RUNTIME = "States.Runtime"


class MapRunError(Exception):
    """A Map Run fails with an error and a cause of Step Functions."""

    def __init__(self, error: str, cause: str) -> None:
        super().__init__(f"{error}: {cause}")
        self.error, self.cause = error, cause


def fail(env: Any, error: str, cause: str) -> NoReturn:
    """Raise LocalStack's exception for a failed Map state."""
    from localstack.aws.api.stepfunctions import HistoryEventType, MapRunFailedEventDetails
    from localstack.services.stepfunctions.asl.component.common.error_name.error_name import ErrorName
    from localstack.services.stepfunctions.asl.component.common.error_name.failure_event import (
        FailureEvent,
        FailureEventException,
    )

    raise FailureEventException(
        FailureEvent(
            env=env,
            error_name=ErrorName(error),
            event_type=HistoryEventType.MapRunFailed,
            event_details={"mapRunFailedEventDetails": MapRunFailedEventDetails(error=error, cause=cause)},
        )
    )
