"""An execution as a test for pytest: its input, its tasks' answers as mocks, its status, path and output.

The test uses the fixtures of ``localdev.testing``.
"""

from __future__ import annotations

import re
from pprint import pformat
from typing import TYPE_CHECKING, Any

from localdev.executions.errors import HintedError
from localdev.executions.history import Status
from localdev.executions.text import json_or_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from localdev.executions.events import Event
    from localdev.executions.history import History

_SUCCEEDED = {"TaskSucceeded", "LambdaFunctionSucceeded", "ActivitySucceeded"}
_TIMED_OUT = {"TaskTimedOut", "LambdaFunctionTimedOut", "ActivityTimedOut"}
_FAILED = {
    "TaskFailed", "TaskStartFailed", "TaskSubmitFailed", "LambdaFunctionFailed", "LambdaFunctionScheduleFailed",
    "LambdaFunctionStartFailed", "ActivityFailed", "ActivityScheduleFailed",
}  # fmt: skip
_SDK_MEMBERS = ("SdkHttpMetadata", "SdkResponseMetadata")
_WIDTH = 100
_INDENT = "    "


def pytest_case(history: History, *, machine: str, name: str) -> str:
    """Return the text of a test that starts an execution of ``machine`` with the same input, and expects the same.

    Its tasks are mocked with what they answered, so that it needs nothing that the execution needed.

    :raises HintedError: the execution has not ended.
    """
    if history.status is Status.RUNNING:
        raise HintedError(f"The execution {name} has not ended.", "A test expects its outcome: wait for its end.")
    mocks = mock_lines(history)
    lines = [
        f"def test_{_identifier(name)}(state_machine):",
        f"    machine = state_machine({machine!r})",
        *(f"    {line}" for line in mocks.splitlines()),
        "",
        f"    outcome = machine.start({_argument(json_or_text(history.input))}).wait()",
        "",
        *_assertions(history),
    ]
    return "\n".join(lines) + "\n"


def _identifier(name: str) -> str:
    return re.sub(r"\W+", "_", name).strip("_").lower() or "execution"


def _assertions(history: History) -> Iterator[str]:
    yield f'    assert outcome.status == "{history.status}"'
    yield f"    assert outcome.path == {_argument([visit.state for visit in history.path()])}"
    if history.status is Status.SUCCEEDED:
        yield f"    assert outcome.output == {_argument(json_or_text(history.output))}"
    elif history.failure is not None:
        failure = (history.failure.error, history.failure.cause)
        yield f"    assert (outcome.error, outcome.cause) == {_argument(failure)}"


def _argument(value: object) -> str:
    """Return a value as Python has it; where it needs several lines, they are indented in the test's body."""
    return _literal(value).replace("\n", f"\n{_INDENT * 2}")


def mock_lines(history: History, *, variable: str = "machine") -> str:
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
        return f"returns({_literal(_response(json_or_text(event.text('output'))))})"
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
