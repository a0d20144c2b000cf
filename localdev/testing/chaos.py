"""A test under each single fault of a list, and which states would not be helped by their Retry and Catch."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from localdev.system.errors import LocaldevError
from localdev.testing import faults as kinds
from localdev.testing.faults import Fault
from localdev.testing.mocks import states_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from localdev.testing.rehearsals import Rehearsals

_SECONDS: Final = 30.0
_UNCAUGHT_BY_TASK_FAILED: Final = "States.Timeout"
_TERMINAL: Final = frozenset({"States.DataLimitExceeded", "States.Runtime"})


def faults_of(arguments: Sequence[Any]) -> list[Fault]:
    """Return the faults of a mark: ``["throttle lambda", crash("Bake")]``.

    :raises LocaldevError: it has no list, or something in it is no fault.
    """
    if len(arguments) != 1 or not isinstance(arguments[0], list | tuple) or not arguments[0]:
        raise LocaldevError("The mark sfn_chaos takes one list of faults.", 'for example ["throttle lambda"].')
    return [_fault(each) for each in arguments[0]]


def _fault(given: object) -> Fault:
    if isinstance(given, Fault):
        return given
    words = str(given).split()
    makers: dict[str, Callable[[str], Fault]] = {
        "fail": kinds.fail, "throttle": kinds.throttle, "time_out": kinds.time_out,
        "delay": partial(kinds.delay, seconds=_SECONDS),
        "away": partial(kinds.away, seconds=_SECONDS),
        "crash": partial(Fault, "crash"),
    }  # fmt: skip
    if not isinstance(given, str) or len(words) != 2 or words[0] not in makers:
        raise LocaldevError(
            f"{given!r} is no fault.", f"a kind ({', '.join(makers)}) and a service, or a function of testing.faults."
        )
    return makers[words[0]](words[1])


def sayings_of(rehearsals: Rehearsals, fault: Fault) -> list[str]:
    """Return a line for each state that the fault has hit and that neither retries nor catches what came of it."""
    found = []
    for rehearsed in rehearsals.executions:
        hit = {event["state"] for event in rehearsed.report["events"] if event["kind"] == "fault"}
        states = dict(states_of(rehearsed.document))
        for name, errors in errors_of(rehearsed.history).items():
            if name in hit and (unhelped := [error for error in errors if not is_helped(states[name], error)]):
                found.append(f"{name}: {', '.join(dict.fromkeys(unhelped))} ({fault})")
    return found


def errors_of(history: Any) -> dict[str, list[str]]:
    """Return the errors of each state's attempts."""
    found: dict[str, list[str]] = {}
    for visit in history.visits if history else ():
        failures = [visit.failure, *(attempt.failure for attempt in visit.attempts)]
        found.setdefault(visit.state, []).extend(failure.error for failure in failures if failure and failure.error)
    return found


def is_helped(state: Mapping[str, Any], error: str) -> bool:
    """Return whether a Retry or a Catch of a state is for an error."""
    helpers: Iterable[Mapping[str, Any]] = [*state.get("Retry", ()), *state.get("Catch", ())]
    return any(_is_for(helper.get("ErrorEquals", ()), error) for helper in helpers)


def _is_for(names: Iterable[str], error: str) -> bool:
    listed = set(names)
    if error in listed:
        return True
    if error in _TERMINAL:
        return False
    return "States.ALL" in listed or ("States.TaskFailed" in listed and error != _UNCAUGHT_BY_TASK_FAILED)
