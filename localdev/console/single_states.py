"""Act on one state, rather than on a whole execution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from localdev.console.shown import status_word

if TYPE_CHECKING:
    from localdev.console.details import ExecutionDetails

TESTABLE: Final = {"Task", "Pass", "Wait", "Choice", "Succeed", "Fail"}
"""The types of states that TestState runs alone."""
_WAITS: Final = (".waitForTaskToken", ".sync", ".sync:2")


def state_alone(details: ExecutionDetails, name: str) -> dict[str, object] | None:
    """Return a state's definition as TestState takes it; ``None`` where it cannot run alone."""
    places = details.definition.walk() if details.definition else ()
    state = next((place.state for place in places if place.state.name == name), None)
    if state is None or not can_be_tested(state.type, state.resource):
        return None
    language = {"QueryLanguage": state.query_language} if state.query_language != "JSONPath" else {}
    return {**state.source, **language}


def can_be_tested(kind: str, resource: str | None) -> bool:
    """Return whether TestState runs a state of this type; it does not wait for tokens and jobs."""
    return kind in TESTABLE and not (resource or "").endswith(_WAITS)


def role_of(details: ExecutionDetails) -> str | None:
    """Return the ARN of the role that an execution runs with, as its first event has it."""
    return details.history.events[0].text("roleArn") if details.history.events else None


def stopped_text(details: ExecutionDetails) -> str:
    """Return what the engine did when it was asked to stop an execution, as a sentence or two."""
    status = details.execution.status
    if details.execution.is_running:
        return "The engine has taken the request, and still says that the execution is running."
    if status != "ABORTED":
        return f"It had already ended: {status_word(status)}."
    at_work = {
        attempt.function
        for visit in details.history.visits
        for attempt in visit.attempts
        if attempt.function and attempt.ended is None
    }
    rest = " A function that was at work runs to its end." if at_work else ""
    return f"The engine has stopped the execution: Aborted.{rest}"
