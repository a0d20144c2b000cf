"""Mocks written from an execution: the Python lines that answer as its tasks did."""

from __future__ import annotations

from pprint import pformat
from typing import TYPE_CHECKING, Any

from localdev.testing.outcomes import parsed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from executions.events import Event
    from executions.history import History

_SUCCEEDED = {"TaskSucceeded", "LambdaFunctionSucceeded", "ActivitySucceeded"}
_TIMED_OUT = {"TaskTimedOut", "LambdaFunctionTimedOut", "ActivityTimedOut"}
_FAILED = {
    "TaskFailed", "TaskStartFailed", "TaskSubmitFailed", "LambdaFunctionFailed", "LambdaFunctionScheduleFailed",
    "LambdaFunctionStartFailed", "ActivityFailed", "ActivityScheduleFailed",
}  # fmt: skip
_SDK_MEMBERS = ("SdkHttpMetadata", "SdkResponseMetadata")
_WIDTH = 100


def recorded(history: History, *, variable: str = "machine") -> str:
    """Return a line for each task of a history that was answered, in the order of the tasks."""
    answers: dict[str, list[str]] = {}
    for state, answer in _answers(history):
        answers.setdefault(state, []).append(answer)
    lines = []
    for state, calls in answers.items():
        # the last answer stays: those that are the same need to be written once
        while len(calls) > 1 and calls[-1] == calls[-2]:
            calls.pop()
        lines.append(f"{variable}.mock({state!r}).{'.then.'.join(calls)}")
    return "\n".join(lines)


def _answers(history: History) -> Iterator[tuple[str, str]]:
    """Yield the state and the call for each event by which a task was answered."""
    states = _states_by_event(history)
    for event in history.events:
        if (call := _call(event)) is not None and (state := states.get(event.id)) is not None:
            yield state, call


def _states_by_event(history: History) -> dict[int, str]:
    """Return in which state each event was: that of the event before, unless it enters one itself."""
    found: dict[int, str] = {}
    for event in history.events:
        name = event.text("name") if event.type.endswith("StateEntered") else None
        state = name or found.get(event.previous)
        if state is not None:
            found[event.id] = state
    return found


def _call(event: Event) -> str | None:
    if event.type in _SUCCEEDED:
        return f"returns({_literal(_response(parsed(event.text('output'))))})"
    if event.type in _TIMED_OUT:
        return f"raises({event.text('error') or 'States.Timeout'!r})"
    if event.type in _FAILED:
        error, cause = event.text("error"), event.text("cause")
        return f"raises({error or 'States.TaskFailed'!r}{f', {cause!r}' if cause else ''})"
    return None


def _response(output: Any) -> Any:
    if not isinstance(output, dict):
        return output
    members: Mapping[str, Any] = output
    return {name: value for name, value in members.items() if name not in _SDK_MEMBERS}


def _literal(value: Any) -> str:
    return pformat(value, width=_WIDTH, sort_dicts=False)
