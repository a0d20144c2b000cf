"""A state machine's definition as states and transitions.

Reads any document of the Amazon States Language, JSONPath or JSONata. It draws what it understands: unknown fields are
passed over, an unknown type of state is kept and remarked on; what no engine could run is an error.

https://states-language.net and
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from typing import Final

from localdev.executions.conditions import condition_label
from localdev.executions.errors import DefinitionError

__all__ = [
    "Definition",
    "DefinitionError",
    "Machine",
    "Retrier",
    "State",
    "Transition",
    "TransitionKind",
    "read_definition",
]

STATE_TYPES: Final = ("Task", "Pass", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map")
TIME_LIMITS: Final = ("TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath")
_WITHOUT_NEXT: Final = {"Choice", "Succeed", "Fail"}


class TransitionKind(StrEnum):
    """Why an execution goes from one state to another."""

    NEXT = "next"
    CHOICE = "choice"
    DEFAULT = "default"
    CATCH = "catch"


@dataclass(frozen=True)
class Transition:
    """A way from one state to another of the same machine."""

    source: str
    target: str
    kind: TransitionKind
    label: str | None = None
    """A Choice's condition, a Catch's errors."""
    errors: tuple[str, ...] = ()
    """The names a Catch catches."""
    rule: Mapping[str, object] | None = field(default=None, compare=False, repr=False)
    """A Choice's rule, as the document has it."""


@dataclass(frozen=True)
class Retrier:
    """One entry of a state's ``Retry``, with the language's defaults."""

    errors: tuple[str, ...]
    max_attempts: float = 3
    interval_seconds: float = 1
    backoff_rate: float = 2


@dataclass(frozen=True)
class State:
    """One state, with the machines nested in it: a Parallel's branches, a Map's item processor."""

    name: str
    type: str
    query_language: str
    comment: str | None = None
    resource: str | None = None
    transitions: tuple[Transition, ...] = ()
    ends: bool = False
    """Whether its machine may end here: ``End``, or a Succeed or Fail state."""
    retriers: tuple[Retrier, ...] = ()
    machines: tuple[Machine, ...] = ()
    error: str | None = None
    cause: str | None = None
    input_path: str | None = None
    time_limits: tuple[str, ...] = ()
    """Which it has: the names of its fields, such as ``TimeoutSeconds``."""
    source: Mapping[str, object] = field(default_factory=dict, repr=False, compare=False)
    """The state as it is written."""


@dataclass(frozen=True)
class Machine:
    """States of one level, in the document's order."""

    start_at: str
    states: tuple[State, ...]


@dataclass(frozen=True)
class Definition:
    """A whole document."""

    machine: Machine
    query_language: str
    comment: str | None = None
    timeout_seconds: float | None = None
    remarks: tuple[str, ...] = ()
    """What was not understood, a sentence each."""

    def walk(self) -> Iterator[Place]:
        """Yield every state at every depth, containers before what they hold."""
        yield from _walk(self.machine, None, None)

    def transitions(self) -> Iterator[Transition]:
        """Yield every transition at every depth."""
        for place in self.walk():
            yield from place.state.transitions


@dataclass(frozen=True)
class Place:
    """A state and where it stands."""

    state: State
    container: str | None
    """The Parallel or Map that holds it; ``None`` at the top."""
    branch: int | None
    """Which of the container's machines it belongs to."""


def _walk(machine: Machine, container: str | None, branch: int | None) -> Iterator[Place]:
    for state in machine.states:
        yield Place(state, container, branch)
        for index, inner in enumerate(state.machines):
            yield from _walk(inner, state.name, index)


def read_definition(document: str | Mapping[str, object]) -> Definition:
    """Read a states language document, as JSON text or as parsed.

    :raises DefinitionError: naming the state and what is wrong with it.
    """
    try:
        source = _Object(_parsed(document), None)
        language = source.optional("QueryLanguage", str) or "JSONPath"
        definition = Definition(
            machine=_machine(source, language),
            query_language=language,
            comment=source.optional("Comment", str),
            timeout_seconds=source.number("TimeoutSeconds"),
        )
        names = _check_names(definition)
    except RecursionError:
        raise DefinitionError("The definition is nested too deeply to be read.", "Is it a definition?") from None
    return Definition(
        machine=definition.machine,
        query_language=definition.query_language,
        comment=definition.comment,
        timeout_seconds=definition.timeout_seconds,
        remarks=tuple(
            f"State {name!r} is of the unknown type {kind!r}; it is drawn as a plain state."
            for name, kind in names.items()
            if kind not in STATE_TYPES
        ),
    )


def _parsed(document: str | Mapping[str, object]) -> Mapping[str, object]:
    parsed: object = document
    if isinstance(document, str):
        try:
            parsed = json.loads(document)
        except json.JSONDecodeError as error:
            raise DefinitionError(
                f"The definition is not JSON: {error.msg} at line {error.lineno}, column {error.colno}.",
                "A definition is a JSON object with StartAt and States.",
            ) from error
    if not isinstance(parsed, Mapping):
        raise DefinitionError(
            f"The definition is {_kind(parsed)}, not an object.",
            "A definition is a JSON object with StartAt and States.",
        )
    return parsed


def _check_names(definition: Definition) -> dict[str, str]:
    """Return the type of every state by its name, which the language wants unique in the whole document."""
    types: dict[str, str] = {}
    for place in definition.walk():
        if place.state.name in types:
            raise DefinitionError(
                "the name is used twice.",
                "State names must be unique in the whole definition, branches and item processors included.",
                state=place.state.name,
            )
        types[place.state.name] = place.state.type
    return types


@dataclass(frozen=True)
class _Object:
    """A JSON object of the document, and the state it belongs to."""

    values: Mapping[str, object]
    state: str | None
    hints: Mapping[str, str] = field(default_factory=dict)

    def error(self, problem: str, hint: str | None = None) -> DefinitionError:
        return DefinitionError(problem, hint, state=self.state)

    def optional[T](self, key: str, kind: type[T]) -> T | None:
        value = self.values.get(key)
        if value is None or isinstance(value, kind):
            return value
        raise self.error(f"{key} is {_kind(value)}, not {_NAMES[kind]}.")

    def required[T](self, key: str, kind: type[T], hint: str) -> T:
        value = self.optional(key, kind)
        if value is None:
            raise self.error(f"{key} is missing.", hint)
        return value

    def number(self, key: str) -> float | None:
        value = self.values.get(key)
        if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
            return value
        raise self.error(f"{key} is {_kind(value)}, not a number.")

    def objects(self, key: str) -> list[_Object]:
        values = self.optional(key, list) or []
        if not all(isinstance(value, Mapping) for value in values):
            raise self.error(f"{key} is not a list of objects.")
        return [_Object(value, self.state) for value in values]

    def texts(self, key: str) -> tuple[str, ...]:
        values = self.required(key, list, f'Write "{key}": ["States.ALL"].')
        if not values or not all(isinstance(value, str) for value in values):
            raise self.error(f"{key} is not a list of names.", f'Write "{key}": ["States.ALL"].')
        return tuple(values)


_NAMES: Final[Mapping[type, str]] = {str: "a string", bool: "true or false", dict: "an object", list: "a list"}


def _kind(value: object) -> str:
    for kind, name in _NAMES.items():
        if isinstance(value, kind):
            return name
    return "null" if value is None else "a number"


def _machine(source: _Object, language: str) -> Machine:
    start_at = source.required("StartAt", str, 'Name the first state: "StartAt": "…".')
    states = source.required("States", dict, 'List the states: "States": {"…": {"Type": "Pass", "End": true}}.')
    machine = Machine(start_at, tuple(_state(name, value, language) for name, value in states.items()))
    _check_targets(machine, source)
    return machine


def _check_targets(machine: Machine, source: _Object) -> None:
    names = [state.name for state in machine.states]
    if machine.start_at not in names:
        raise source.error(f"StartAt names {machine.start_at!r}, which is not among its states.", _near(names))
    for state in machine.states:
        for transition in state.transitions:
            if transition.target not in names:
                raise DefinitionError(
                    f"goes to {transition.target!r}, which is not among the states beside it.",
                    _near(names, transition.target),
                    state=state.name,
                )


def _near(names: Sequence[str], wanted: str = "") -> str:
    close = get_close_matches(wanted, names, n=1)
    if close:
        return f"Did you mean {close[0]!r}?"
    return "A transition stays within its own machine, branch or item processor."


def _state(name: str, value: object, language: str) -> State:
    if not isinstance(value, Mapping):
        raise DefinitionError(f"is {_kind(value)}, not an object.", 'Write {"Type": "Pass", …}.', state=name)
    source = _Object(value, name)
    kind = source.required("Type", str, f"One of {', '.join(STATE_TYPES)}.")
    language = source.optional("QueryLanguage", str) or language
    return State(
        name=name,
        type=kind,
        query_language=language,
        comment=source.optional("Comment", str),
        resource=source.optional("Resource", str),
        transitions=tuple(_transitions(source, name, kind)),
        ends=kind in {"Succeed", "Fail"} or source.optional("End", bool) is True,
        retriers=tuple(_retrier(retrier) for retrier in source.objects("Retry")),
        machines=tuple(_machine(inner, language) for inner in _inner_machines(source, kind)),
        error=source.optional("Error", str),
        cause=source.optional("Cause", str),
        input_path=source.optional("InputPath", str),
        time_limits=tuple(name for name in TIME_LIMITS if source.values.get(name) is not None),
        source=value,
    )


def _inner_machines(source: _Object, kind: str) -> list[_Object]:
    if kind == "Parallel":
        branches = source.objects("Branches")
        if not branches:
            raise source.error("a Parallel state without Branches.", 'Write "Branches": [{"StartAt": …, "States": …}].')
        return branches
    if kind == "Map":
        processor = source.optional("ItemProcessor", dict) or source.optional("Iterator", dict)
        if processor is None:
            raise source.error("ItemProcessor is missing.", 'Write "ItemProcessor": {"StartAt": …, "States": …}.')
        return [_Object(processor, source.state)]
    return []


def _transitions(source: _Object, name: str, kind: str) -> Iterator[Transition]:
    if kind == "Choice":
        yield from _choices(source, name)
    elif kind not in _WITHOUT_NEXT:
        yield from _next(source, name, kind)
    for catcher in source.objects("Catch"):
        errors = catcher.texts("ErrorEquals")
        target = catcher.required("Next", str, "Say where a caught error goes.")
        yield Transition(name, target, TransitionKind.CATCH, ", ".join(errors), errors)


def _next(source: _Object, name: str, kind: str) -> Iterator[Transition]:
    target = source.optional("Next", str)
    ends = source.optional("End", bool) is True
    if target is not None and ends:
        raise source.error("has both Next and End.", "Leave one out.")
    if target is not None:
        yield Transition(name, target, TransitionKind.NEXT)
    elif not ends and kind in STATE_TYPES:
        raise source.error("has neither Next nor End.", 'Say where it goes, "Next": "…", or that it ends, "End": true.')


def _choices(source: _Object, name: str) -> Iterator[Transition]:
    rules = source.objects("Choices")
    if not rules:
        raise source.error("a Choice state without Choices.", 'Write "Choices": [{…, "Next": "…"}].')
    for rule in rules:
        target = rule.required("Next", str, "Say where the rule leads.")
        yield Transition(name, target, TransitionKind.CHOICE, condition_label(rule.values, name), rule=rule.values)
    default = source.optional("Default", str)
    if default is not None:
        yield Transition(name, default, TransitionKind.DEFAULT, "otherwise")


def _retrier(source: _Object) -> Retrier:
    defaults = Retrier(source.texts("ErrorEquals"))
    attempts = source.number("MaxAttempts")
    interval = source.number("IntervalSeconds")
    backoff = source.number("BackoffRate")
    return Retrier(
        defaults.errors,
        defaults.max_attempts if attempts is None else attempts,
        defaults.interval_seconds if interval is None else interval,
        defaults.backoff_rate if backoff is None else backoff,
    )
