"""Failures of a state with an error of Step Functions' own."""

from __future__ import annotations

from typing import Any, NoReturn

RUNTIME = "States.Runtime"


def fail(env: Any, cause: str, error: str = RUNTIME) -> NoReturn:
    """Fail the state that is being evaluated, with the cause worded as on AWS."""
    from localstack.services.stepfunctions.asl.component.common.error_name.failure_event import (
        FailureEvent,
        FailureEventException,
    )
    from localstack.services.stepfunctions.asl.component.common.error_name.states_error_name import StatesErrorName
    from localstack.services.stepfunctions.asl.component.common.error_name.states_error_name_type import (
        StatesErrorNameType,
    )

    event = FailureEvent(
        env=env, error_name=StatesErrorName(typ=StatesErrorNameType.from_name(error)), event_type="TaskFailed"
    )
    if error != RUNTIME:  # LocalStack puts the beginning before the cause of a States.Runtime
        entered = getattr(env, "entered_event_id", event.source_event_id)
        begin = (
            f"An error occurred while executing the state '{event.state_name}' (entered at the event id #{entered})."
        )
        cause = f"{begin} {cause}"
    event.event_details = {"taskFailedEventDetails": {"error": error, "cause": cause}}
    raise FailureEventException(failure_event=event)


def compact(value: Any) -> str:
    """Return a value as JSON the way AWS writes it into causes."""
    from localstack.services.stepfunctions.asl.utils.encoding import to_json_str

    return to_json_str(value, separators=(",", ":"))  # type: ignore[no-any-return]
