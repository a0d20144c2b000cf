"""Random state machines, and histories of running them: what the engines write, with a known truth beside it.

A run is a generator: it yields the events that its branch or iteration writes and is sent each one's id, so that
concurrent branches can be made to write in any order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable

type Written = tuple[str, int, dict[str, Any]]
"""An event's type, its previous event, its details."""
type Run = Generator[Written, int, tuple[int, bool]]
"""Returns the last event's id, and whether the machine came to its end."""

MOMENT = "2026-01-01T00:00:00+00:00"


@dataclass
class Truth:
    """Record of what really happened."""

    visits: Counter[tuple[str, tuple[tuple[str, int], ...]]] = field(default_factory=Counter)
    """How often each state was entered, by its name and the containers and iterations it stood in."""
    steps: Counter[tuple[str | None, str, bool]] = field(default_factory=Counter)
    attempts: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Simulated:
    """A definition, the events of one execution of it, and the truth."""

    definition: dict[str, Any]
    events: list[dict[str, Any]]
    truth: Truth
    succeeded: bool


@st.composite
def executions(draw: st.DrawFn) -> Simulated:
    """Draw executions with nested Parallel and Map, loops, retries, catches and failures, in any order of events."""
    names = iter(range(10_000))
    definition = draw(machines(names, depth=2))
    truth = Truth()
    simulator = _Simulator(draw, truth)
    events: list[dict[str, Any]] = []

    def write(written: Written) -> int:
        kind, previous, details = written
        number = len(events) + 1
        events.append({"id": number, "previousEventId": previous, "type": kind, "timestamp": MOMENT, **details})
        return number

    write(("ExecutionStarted", 0, {"executionStartedEventDetails": {"input": "{}"}}))
    last, succeeded = drive(simulator.machine(definition, 0, ()), write)
    kind = "ExecutionSucceeded" if succeeded else "ExecutionFailed"
    write((kind, last, {} if succeeded else {"executionFailedEventDetails": {"error": "E"}}))
    return Simulated(definition, draw(st.permutations(events)), truth, succeeded)


def drive(run: Run, write: Callable[[Written], int]) -> tuple[int, bool]:
    """Run to the end."""
    try:
        written = next(run)
        while True:
            written = run.send(write(written))
    except StopIteration as end:
        result: tuple[int, bool] = end.value
        return result


@st.composite
def machines(draw: st.DrawFn, names: Any, depth: int) -> dict[str, Any]:
    """Return a machine whose states follow one another, some of them with a catch that leads further along."""
    count = draw(st.integers(1, 3))
    own = [f"S{next(names)}" for _ in range(count)]
    states: dict[str, Any] = {}
    for position, name in enumerate(own):
        later = own[position + 1 :]
        state = draw(_states(names, depth))
        state.update({"Next": later[0]} if later else {"End": True})
        if later and state["Type"] != "Pass" and draw(st.booleans()):
            state["Catch"] = [{"ErrorEquals": ["States.ALL"], "Next": draw(st.sampled_from(later))}]
        states[name] = state
    if draw(st.booleans()):
        states[own[-1]] = {"Type": draw(st.sampled_from(["Fail", "Succeed"]))}
    return {"StartAt": own[0], "States": states}


@st.composite
def _states(draw: st.DrawFn, names: Any, depth: int) -> dict[str, Any]:
    kinds = ["Pass", "Task"] if depth == 0 else ["Pass", "Task", "Parallel", "Map"]
    kind = draw(st.sampled_from(kinds))
    if kind == "Parallel":
        return {"Type": kind, "Branches": [draw(machines(names, depth - 1)) for _ in range(draw(st.integers(1, 2)))]}
    if kind == "Map":
        return {"Type": kind, "ItemProcessor": draw(machines(names, depth - 1))}
    return {"Type": kind, **({"Resource": "arn"} if kind == "Task" else {})}


class _Simulator:
    def __init__(self, draw: st.DrawFn, truth: Truth) -> None:
        self._draw = draw
        self._truth = truth

    def machine(self, machine: dict[str, Any], previous: int, place: tuple[tuple[str, int], ...]) -> Run:
        name, source, caught = machine["StartAt"], None, False
        while True:
            state = machine["States"][name]
            previous = yield (f"{state['Type']}StateEntered", previous, _entered(name))
            self._truth.visits[name, place] += 1
            if source is not None or not place:
                self._truth.steps[source, name, caught] += 1
            if state["Type"] == "Fail":
                return previous, False
            previous, fine = yield from self._work(name, state, previous, place)
            if not fine and "Catch" not in state:
                return previous, False
            previous = yield (f"{state['Type']}StateExited", previous, _exited(name))
            if fine and "Next" not in state:
                return previous, True
            source, caught = name, not fine
            name = state["Next"] if fine else state["Catch"][0]["Next"]

    def _work(self, name: str, state: dict[str, Any], previous: int, place: tuple[tuple[str, int], ...]) -> Run:
        if state["Type"] == "Task":
            return (yield from self._task(name, previous))
        if state["Type"] == "Parallel":
            return (yield from self._parallel(name, state, previous, place))
        if state["Type"] == "Map":
            return (yield from self._map(name, state, previous, place))
        return previous, True

    def _task(self, name: str, previous: int) -> Run:
        for _ in range(self._draw(st.integers(0, 2))):
            previous = yield from self._attempt(name, previous, "LambdaFunctionFailed")
        fine = self._draw(st.booleans())
        ending = "LambdaFunctionSucceeded" if fine else "LambdaFunctionFailed"
        return (yield from self._attempt(name, previous, ending)), fine

    def _attempt(self, name: str, previous: int, ending: str) -> Generator[Written, int, int]:
        previous = yield ("LambdaFunctionScheduled", previous, {})
        self._truth.attempts[name] += 1
        previous = yield ("LambdaFunctionStarted", previous, {})
        details = {"lambdaFunctionFailedEventDetails": {"error": "E"}} if ending.endswith("Failed") else {}
        return (yield (ending, previous, details))

    def _parallel(self, name: str, state: dict[str, Any], previous: int, place: tuple[tuple[str, int], ...]) -> Run:
        previous = yield ("ParallelStateStarted", previous, {})
        runs = [
            self.machine(branch, previous, (*place, (name, number))) for number, branch in enumerate(state["Branches"])
        ]
        last, fine = yield from self._together(runs)
        yield ("ParallelStateSucceeded" if fine else "ParallelStateFailed", last, {})
        return last, fine

    def _map(self, name: str, state: dict[str, Any], previous: int, place: tuple[tuple[str, int], ...]) -> Run:
        previous = yield ("MapStateStarted", previous, {"mapStateStartedEventDetails": {"length": 2}})
        items = range(self._draw(st.integers(1, 2)))
        runs = [self._iteration(name, state, number, previous, place) for number in items]
        last, fine = yield from self._together(runs)
        yield ("MapStateSucceeded" if fine else "MapStateFailed", last, {})
        return last, fine

    def _iteration(
        self, name: str, state: dict[str, Any], number: int, previous: int, place: tuple[tuple[str, int], ...]
    ) -> Run:
        of = {"name": name, "index": number}
        previous = yield ("MapIterationStarted", previous, {"mapIterationStartedEventDetails": of})
        last, fine = yield from self.machine(state["ItemProcessor"], previous, (*place, (name, number)))
        yield (f"MapIteration{'Succeeded' if fine else 'Failed'}", last, {"mapIterationEventDetails": of})
        return last, fine

    def _together(self, runs: list[Run]) -> Run:
        """Advance the runs in any order until all have ended, or one has failed."""
        waiting = {number: next(run) for number, run in enumerate(runs)}
        last = 0
        while waiting:
            number = self._draw(st.sampled_from(sorted(waiting)))
            written = yield waiting[number]
            try:
                waiting[number] = runs[number].send(written)
            except StopIteration as end:
                del waiting[number]
                last, fine = end.value
                if not fine:
                    return last, False
        return last, True


def _entered(name: str) -> dict[str, Any]:
    return {"stateEnteredEventDetails": {"name": name, "input": "{}"}}


def _exited(name: str) -> dict[str, Any]:
    return {"stateExitedEventDetails": {"name": name, "output": "{}"}}
