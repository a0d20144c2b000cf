"""Failures of queries: an event ``EvaluationFailed`` and the error ``States.QueryEvaluationError``, worded as on AWS.

Wording: floci-io/floci#2665, #2668, #2736, captured there from AWS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from localstack_corrections.jsonata.errors import JSONataError

_ERROR = "States.QueryEvaluationError"
_BEGINNING = "An error occurred while executing the state"


def sentence(text: str, location: str) -> str:
    """Return how every cause begins: which expression of which field."""
    return f"The JSONata expression '{text}' specified for the field '{location}'"


def evaluation_failed(error: JSONataError) -> str:
    """Return how the cause of an error in an evaluation goes on."""
    bound = error.code == "U1001"
    return f" threw an error during evaluation{': ' + error.text if bound else f'. {error.code}: {error.text}'}"


def unexpected_type(value: Any, expected: str) -> str:
    """Return how the cause goes on when a field was given a value of another type."""
    kind, shown = _described(value)
    return f" returned an unexpected result type. Expected '{expected}', but was '{kind}' for value: {shown}"


def _described(value: Any) -> tuple[str, str]:
    from localstack.services.stepfunctions.asl.utils.encoding import to_json_str

    from localstack_corrections.jsonata.numbers import number_text

    for kind, name in ((bool, "boolean"), (str, "string"), (list, "array"), (dict, "object"), (type(None), "null")):
        if isinstance(value, kind):
            return name, to_json_str(value, separators=(",", ":"))
    return "number", number_text(value)


def fail(env: Any, location: str, cause: str) -> NoReturn:
    """Fail the state that is being evaluated."""
    from localstack.services.stepfunctions.asl.component.common.error_name.failure_event import (
        FailureEvent,
        FailureEventException,
    )
    from localstack.services.stepfunctions.asl.component.common.error_name.states_error_name import StatesErrorName
    from localstack.services.stepfunctions.asl.component.common.error_name.states_error_name_type import (
        StatesErrorNameType,
    )

    event = FailureEvent(
        env=env,
        error_name=StatesErrorName(typ=StatesErrorNameType.StatesQueryEvaluationError),
        event_type="EvaluationFailed",
    )
    entered = getattr(env, "entered_event_id", event.source_event_id)
    whole = f"{_BEGINNING} '{event.state_name}' (entered at the event id #{entered}). {cause}"
    details = {"error": _ERROR, "cause": whole, "location": location, "state": event.state_name}
    event.event_details = {"evaluationFailedEventDetails": details}
    raise FailureEventException(failure_event=event)


def keep_causes(module: Any) -> None:
    """Make LocalStack not put the beginning of a cause before one that has it."""
    failure = module.FailureEventException
    original = failure.get_execution_failed_event_details

    def get_execution_failed_event_details(self: Any) -> Any:
        error, cause = self.extract_error_cause_pair() or (None, None)
        if error == _ERROR and cause and cause.startswith(_BEGINNING):
            return module.ExecutionFailedEventDetails(error=error, cause=cause)
        return original(self)

    failure.get_execution_failed_event_details = get_execution_failed_event_details


def record_failures(module: Any) -> None:
    """Add the event of a failed evaluation to the history of a state that catches nothing."""
    state, failure = module.CommonStateField, module.FailureEventException
    original, state_input = state._eval_body, state._eval_state_input

    def eval_state_input(self: Any, env: Any) -> None:
        env.entered_event_id = env.event_history_context.source_event_id
        state_input(self, env)

    def eval_body(self: Any, env: Any) -> None:
        try:
            original(self, env)
        except failure as error:
            event = error.failure_event
            if event.event_type == "EvaluationFailed" and not getattr(event, "recorded", False):
                event.recorded = True
                env.event_manager.add_event(
                    context=env.event_history_context, event_type=event.event_type, event_details=event.event_details
                )
            raise

    state._eval_state_input = eval_state_input
    state._eval_body = eval_body


def note_recorded(module: Any) -> None:
    """Add the event before retries and catchers have their turn, also where one of them fails itself."""
    state, failure = module.ExecutionState, module.FailureEventException
    from_error, handle_catch = state._from_error, state._handle_catch

    def note(self: Any, env: Any, ex: Exception) -> Any:
        event = from_error(self, env, ex)
        if _has_parts(self) and event.event_type == "EvaluationFailed" and not getattr(event, "recorded", False):
            _record(env, event)
            # LocalStack's own is of a Map alone, and only of the last attempt
            event.event_type = "MapStateFailed"
        event.recorded = True
        return event

    def handle(self: Any, env: Any, failure_event: Any) -> None:
        context = env.event_history_context
        try:
            handle_catch(self, env, failure_event)
        except failure as error:
            event = error.failure_event
            if _has_parts(self) and event.event_type == "EvaluationFailed":
                # as if the state had not failed before, as measured on AWS in floci-io/floci#3167
                context.source_event_id = getattr(context, "before_failure", context.source_event_id)
                _record(env, event)
                kind = type(self).__name__.removeprefix("State")
                env.event_manager.add_event(context=context, event_type=f"{kind}StateFailed")
            raise

    state._from_error, state._handle_catch = note, handle


def _has_parts(state: Any) -> bool:
    return type(state).__name__ in ("StateMap", "StateParallel")


def _record(env: Any, event: Any) -> None:
    event.recorded = True
    env.event_manager.add_event(
        context=env.event_history_context, event_type="EvaluationFailed", event_details=event.event_details
    )
