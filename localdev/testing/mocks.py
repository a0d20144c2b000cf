"""Mocks of a deployed state machine's tasks, for the executions that one test starts."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Self

from localdev.system.errors import LocaldevError
from localdev.system.suggestions import suggest
from localdev.testing.shapes import check_result

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

type Predicate = Callable[[Any], object]
_MODES: Final = ("STRICT", "PRESENT", "NONE")
_INVOKE: Final = "arn:aws:states:::lambda:invoke"


@dataclass
class _Clause:
    condition: dict[str, Any]
    answers: list[dict[str, Any]] = field(default_factory=list)


class Mock:
    """The mock of one state: what its task answers, in place of what it would call.

    ``returns`` and ``raises`` add an answer; the first attempt gets the first, and the last one stays. ``when``,
    ``on_attempt`` and ``otherwise`` begin answers of their own, for some attempts; the first that fits is taken.
    """

    def __init__(self, state: str, document: Mapping[str, Any], *, validation: str, allow_unused: bool) -> None:
        self.state = state
        self.allow_unused = allow_unused
        self.functions: dict[str, Callable[[Any], Any]] = {}
        """Code of the test that the emulator asks for, by a name."""
        self._document = document
        self._validation = validation
        self._clauses: list[_Clause] = []

    def returns(self, result: Any, *, after: timedelta | float = 0) -> Self:
        """Answer with a result: what the task's API responds, what its function returns.

        :param after: how long the answer takes, on the execution's clock if it has one
        :raises LocaldevError: the service cannot respond so.
        """
        return self._add({"return": self._checked(result)}, after)

    def payload(self, payload: Any, *, after: timedelta | float = 0) -> Self:
        """Answer as ``lambda:invoke`` does when the function returns ``payload``.

        :raises LocaldevError: the task invokes no function.
        """
        resource = str(self._document.get("Resource", ""))
        if ":function:" in resource:
            return self.returns(payload, after=after)
        if not resource.startswith(_INVOKE):
            raise LocaldevError(
                f"The state {self.state!r} invokes no function: its resource is {resource}.",
                "returns() takes the response of its API.",
            )
        response = {"ExecutedVersion": "$LATEST", "Payload": payload, "StatusCode": 200}
        return self.returns(response, after=after)

    def raises(self, error: str, cause: str = "", *, after: timedelta | float = 0) -> Self:
        """Answer with an error; ``States.Timeout`` is a time-out."""
        return self._add({"raise": {"error": error, "cause": cause}}, after)

    def passthrough(self) -> Self:
        """Make the task's own call."""
        return self._add({"passthrough": True}, 0)

    def calls(self, function: Callable[[Any], Any]) -> Self:
        """Answer with what a function of the test returns for the state's input; an exception is the task's error."""

        def answer(document: Any) -> dict[str, Any]:
            try:
                return {"return": self._checked(function(document))}
            except LocaldevError:
                raise
            except Exception as error:  # noqa: BLE001 - whatever the test's function raises is the task's error
                return {"raise": {"error": type(error).__name__, "cause": str(error)}}

        return self._add({"ask": self._named(answer)}, 0)

    @property
    def then(self) -> Self:
        """The same mock, for sentences such as ``raises("Busy").then.returns({…})``."""
        return self

    def when(self, condition: Mapping[str, Any] | Predicate) -> Self:
        """Begin answers for inputs of the state that contain a subset, or of which a function is true."""
        if callable(condition):
            return self._begin({"predicate": self._named(lambda document: bool(condition(document)))})
        return self._begin({"when": _json(condition, f"the condition of {self.state!r}")})

    def on_attempt(self, number: int) -> Self:
        """Begin answers for one attempt of the state, from 1."""
        if number < 1:
            raise LocaldevError(f"Attempts of a state are counted from 1; found {number}.")
        return self._begin({"attempt": number})

    @property
    def otherwise(self) -> Self:
        """The same mock, from where its answers are for every attempt."""
        return self._begin({})

    def clauses(self) -> list[dict[str, Any]]:
        """Return it as the control API has it. :raises LocaldevError: it has no answer."""
        if not self._clauses or any(not clause.answers for clause in self._clauses):
            raise LocaldevError(
                f"The mock of {self.state!r} has no answer.", "add .returns(…), .raises(…) or .passthrough()."
            )
        return [{**clause.condition, "answers": clause.answers} for clause in self._clauses]

    def check_again(self, machine: str, document: Mapping[str, Any]) -> None:
        """Check it against a definition that is newer. :raises LocaldevError: it does not fit that."""
        new_mock(machine, document, self.state, validation=self._validation, allow_unused=True)
        self._document = dict(states_of(document))[self.state]
        for clause in self._clauses:
            for answer in clause.answers:
                if "return" in answer:
                    self._checked(answer["return"])

    def _begin(self, condition: dict[str, Any]) -> Self:
        self._clauses.append(_Clause(condition))
        return self

    def _add(self, answer: dict[str, Any], after: timedelta | float) -> Self:
        seconds = after.total_seconds() if isinstance(after, timedelta) else float(after)
        if seconds < 0:
            raise LocaldevError(f"An answer of {self.state!r} cannot come {-seconds:g} seconds before its call.")
        if not self._clauses:
            self._begin({})
        self._clauses[-1].answers.append(answer | ({"after": seconds} if seconds else {}))
        return self

    def _checked(self, result: Any) -> Any:
        found = _json(result, f"the result of {self.state!r}")
        check_result(self.state, self._document, found, mode=self._validation)
        return found

    def _named(self, function: Callable[[Any], Any]) -> str:
        name = f"{self.state} {len(self.functions) + 1}"
        self.functions[name] = function
        return name


def _json(value: Any, what: str) -> Any:
    """Return a value as JSON gives it back. :raises LocaldevError: it is no JSON."""
    try:
        return json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError) as error:
        raise LocaldevError(f"{what.capitalize()} is no JSON: {error}.") from None


def new_mock(machine: str, document: Mapping[str, Any], state: str, *, validation: str, allow_unused: bool) -> Mock:
    """Return a mock of a state. :raises LocaldevError: the machine has no such state, or it is no task."""
    if validation not in _MODES:
        raise LocaldevError(f"A mock is validated as {', '.join(_MODES)}; found {validation!r}.")
    found = dict(states_of(document))
    if state not in found:
        hint = suggest(state, found, f"its states: {', '.join(map(repr, found))}.")
        raise LocaldevError(f"The state machine {machine} has no state {state!r} to mock.", hint)
    kind = found[state].get("Type")
    if kind != "Task":
        tasks = ", ".join(repr(name) for name, each in found.items() if each.get("Type") == "Task")
        raise LocaldevError(
            f"{state!r} is a {kind} state, which calls nothing.", f"its tasks can be mocked: {tasks or 'none'}."
        )
    return Mock(state, found[state], validation=validation, allow_unused=allow_unused)


def states_of(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each state of a definition by name, those inside of Parallel and Map included."""
    for name, state in document.get("States", {}).items():
        yield name, state
        for branch in state.get("Branches", ()):
            yield from states_of(branch)
        for inner in ("ItemProcessor", "Iterator"):
            if inner in state:
                yield from states_of(state[inner])
