"""The walk through a definition that checks each object's fields."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from localstack_corrections.stepfunctions.validation import fields
from localstack_corrections.stepfunctions.validation.diagnostics import (
    DUPLICATE,
    DUPLICATE_LABEL,
    LABEL,
    NAME,
    SCHEMA,
    Diagnostic,
)
from localstack_corrections.stepfunctions.validation.values import a_path_or_call, an_object, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_LONGEST_NAME: Final = 80
_EMPTY: Final = "Value cannot be empty"
_LABEL: Final = re.compile(r"[^\s?*<>{}\[\]:;,\\|^~$#%&`\"\x00-\x1f\x7f-\x9f]{1,40}")
_TEMPLATES: Final = ("Parameters", "ResultSelector", "ItemSelector", "Assign", "Credentials", "BatchInput")


class Schema:
    """Collects what is wrong with the fields of one definition."""

    def __init__(self) -> None:
        self.found: list[Diagnostic] = []
        self._names: set[str] = set()
        self._labels: set[str] = set()
        self._whole = "JSONPath"
        self._assigned: tuple[frozenset[str], ...] = ()

    def machine(self, definition: Any) -> list[Diagnostic]:
        """Check a whole definition."""
        if not isinstance(definition, dict):
            return [Diagnostic(SCHEMA, "Expected value of type Object")]
        self._whole = _language_of(definition.get("QueryLanguage", "JSONPath"))
        self._object(definition, fields.MACHINE, "")
        self._states(definition, "")
        return self.found

    def _add(self, message: str, location: str, code: str = SCHEMA) -> None:
        self.found.append(Diagnostic(code, message, location))

    def _object(self, value: dict[str, Any], allowed: dict[str, Any], location: str) -> None:
        for name, item in value.items():
            check = allowed.get(name)
            wrong = f"Field '{name}' is not supported" if check is None else check(item)
            if wrong:
                self._add(wrong, location if check is None else f"{location}/{name}")
        for group in fields.EXCLUSIVE:
            both = [name for name in group if name in value and name in allowed]
            if len(both) > 1:
                self._add(f"There should only be one of the following fields: [{', '.join(both)}]", location)

    def _required(self, value: dict[str, Any], names: Iterable[str], location: str) -> None:
        missing = [name for name in names if name not in value]
        if missing:
            self._add(f"These fields are required: [{', '.join(missing)}]", location)

    def _language(self, value: dict[str, Any], language: str, location: str) -> None:
        other = "JSONPath" if language == "JSONata" else "JSONata"
        only = fields.JSONPATH_ONLY if language == "JSONata" else fields.JSONATA_ONLY
        for name in value:
            if name in only or (language == "JSONata" and name in fields.OPERATORS | fields.COMBINATIONS):
                self._add(
                    f"The QueryLanguage is set to '{language}', but field '{name}' is only supported for the"
                    f" '{other}' QueryLanguage",
                    location,
                )

    def _states(self, scope: dict[str, Any], location: str) -> None:
        self._required(scope, ("StartAt", "States"), location)
        states = scope.get("States")
        if not isinstance(states, dict):
            return
        if not states:
            self._add(_EMPTY, f"{location}/States")
        for name in getattr(states, "repeated", ()):
            self._add(f"Duplicate State name: {name}", f"{location}/States/{name}", DUPLICATE)
        self._assigned = (*self._assigned, frozenset(assigned_names(states)))
        for name, state in states.items():
            self._state(name, state, f"{location}/States/{name}")
        self._assigned = self._assigned[:-1]

    def _state(self, name: str, state: Any, location: str) -> None:
        if not 1 <= len(name) <= _LONGEST_NAME:
            self._add(f"State name length must be between 1 and {_LONGEST_NAME}", location, NAME)
        if name in self._names:
            self._add(f"Duplicate State name: {name}", location, DUPLICATE)
        self._names.add(name)
        wrong = an_object(state)
        if wrong:
            self._add(wrong, location)
            return
        allowed = fields.STATES.get(state.get("Type", "")) if isinstance(state.get("Type", ""), str) else None
        if allowed is None:
            if "Type" not in state:
                self._add("The field 'Type' is required", location)
            else:
                self._object({"Type": state["Type"]}, {"Type": fields.COMMON["Type"]}, location)
            return
        self._typed(state, state["Type"], allowed, location)

    def _typed(self, state: dict[str, Any], kind: str, allowed: dict[str, Any], location: str) -> None:
        language = _language_of(state.get("QueryLanguage", self._whole))
        if language == "JSONPath" and self._whole == "JSONata":
            self._add("'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine", location)
        # a field of the other language is not reported twice, nor its value
        other = fields.JSONPATH_ONLY if language == "JSONata" else fields.JSONATA_ONLY
        self._object(
            {name: item for name, item in state.items() if name not in allowed or name not in other}, allowed, location
        )
        self._language({name: item for name, item in state.items() if name in allowed}, language, location)
        self._required(state, fields.REQUIRED.get(kind, ()), location)
        if "Next" in allowed and "Next" not in state and state.get("End") is not True:
            self._add("This object should have only one of the following fields: [Next, End]", location)
        for group in fields.ONE_OF.get(kind, ()):
            given = [name for name in group if name in state]
            if len(given) != 1:
                begin = "There should only be one" if given else "This object should have only one"
                self._add(f"{begin} of the following fields: [{', '.join(group)}]", location)
        self._parts(state, language, location)

    def _parts(self, state: dict[str, Any], language: str, location: str) -> None:
        for name, check in (("Retry", self._retrier), ("Catch", self._catcher), ("Choices", self._rule)):
            for index, item in enumerate(_items(state.get(name))):
                check(item, language, f"{location}/{name}[{index}]")
        self._errors_for_all(state, location)
        for name in _TEMPLATES if language == "JSONPath" else ():
            self._template(state.get(name), f"{location}/{name}")
        for name in ("Choices", "Branches"):
            if state.get(name) == []:
                self._add(_EMPTY, f"{location}/{name}")
        self._assignments(state, location)
        if state["Type"] == "Parallel":
            self._parallel(state, location)
        if state["Type"] == "Map":
            self._map(state, language, location)

    def _parallel(self, state: dict[str, Any], location: str) -> None:
        for index, branch in enumerate(_items(state.get("Branches"))):
            self._scope(branch, fields.BRANCH, f"{location}/Branches[{index}]")

    def _errors_for_all(self, state: dict[str, Any], location: str) -> None:
        for name in ("Retry", "Catch"):
            handlers = _items(state.get(name))
            for index, handler in enumerate(handlers):
                errors = handler.get("ErrorEquals") if isinstance(handler, dict) else None
                if (
                    isinstance(errors, list)
                    and "States.ALL" in errors
                    and (len(errors) > 1 or handler is not handlers[-1])
                ):
                    self._add(
                        "States.ALL must appear alone and at end of list",
                        f"{location}/{name}[{index}]/ErrorEquals",
                    )

    def _map(self, state: dict[str, Any], language: str, location: str) -> None:
        for name in ("ItemProcessor", "Iterator"):
            if isinstance(state.get(name), dict):
                self._processor(state, state[name], f"{location}/{name}", location)
        parts = (("ItemReader", fields.READER), ("ResultWriter", fields.WRITER), ("ItemBatcher", fields.BATCHER))
        for name, allowed in parts:
            part = state.get(name)
            self._part(part, allowed, f"{location}/{name}")
            if isinstance(part, dict):
                self._language(part, language, f"{location}/{name}")
                if language == "JSONPath":
                    self._template(part.get("Parameters"), f"{location}/{name}/Parameters")
                    self._template(part.get("BatchInput"), f"{location}/{name}/BatchInput")
                if name == "ItemReader":
                    self._reader_config(part, f"{location}/ItemReader/ReaderConfig")
        self._label(state.get("Label"), f"{location}/Label")

    def _processor(self, state: dict[str, Any], processor: dict[str, Any], place: str, location: str) -> None:
        config = processor.get("ProcessorConfig")
        config = config if isinstance(config, dict) else {}
        distributed = config.get("Mode") == "DISTRIBUTED"
        outer = self._assigned
        if distributed:  # whose children see no variables from outside
            self._assigned = ()
        self._scope(processor, fields.PROCESSOR, place)
        self._assigned = outer
        self._part(processor.get("ProcessorConfig"), fields.PROCESSOR_CONFIG, f"{place}/ProcessorConfig")
        if distributed and "ExecutionType" not in config:
            self._add("The field 'ExecutionType' is required", f"{place}/ProcessorConfig")
        if not distributed:
            self._unsupported(config, ("ExecutionType",), f"{place}/ProcessorConfig")
            self._unsupported(state, fields.DISTRIBUTED_ONLY, location)

    def _unsupported(self, value: dict[str, Any], names: Iterable[str], location: str) -> None:
        for name in names:
            if name in value:
                self._add(f"Field '{name}' is not supported", location)

    def _reader_config(self, reader: dict[str, Any], location: str) -> None:
        config = reader.get("ReaderConfig")
        if not isinstance(config, dict):
            return
        self._object(config, fields.READER_CONFIG, location)
        kind = config.get("InputType")
        if config.get("Transformation") == "LOAD_AND_FLATTEN" and kind is None:
            self._add("The field 'InputType' is required", location)
        if kind == "CSV" and "CSVHeaderLocation" not in config:
            self._add("The field 'CSVHeaderLocation' is required", location)
            return
        if config.get("CSVHeaderLocation") == "GIVEN" and kind == "CSV":
            self._required(config, ("CSVHeaders",), location)
        unsupported = fields.UNSUPPORTED.get(kind, frozenset()) if isinstance(kind, str) else frozenset()
        self._unsupported(config, [name for name in config if name in unsupported], location)

    def _assignments(self, state: dict[str, Any], location: str) -> None:
        """Check the names of what a state, its rules and its catchers assign."""
        parents = frozenset[str]().union(*self._assigned[:-1])
        for assigned, inside in _assignments_of(state):
            for key in assigned:
                name, place = key.removesuffix(".$"), f"{location}{inside}/Assign"
                if name == "states" or not name.isidentifier() or len(name) > _LONGEST_NAME:
                    self._add(f"The variable name '{name}' is invalid.", place)
                elif name in parents:
                    self._add(f"The variable name '{name}' was already defined in a parent scope.", place)

    def _label(self, label: Any, location: str) -> None:
        if not isinstance(label, str):
            return
        if not _LABEL.fullmatch(label):
            self._add(f"Invalid label name: {label}", location, LABEL)
        if label in self._labels:
            self._add(f"Duplicate label name: {label}", location, DUPLICATE_LABEL)
        self._labels.add(label)

    def _part(self, value: Any, allowed: dict[str, Any], location: str) -> None:
        if isinstance(value, dict):
            self._object(value, allowed, location)

    def _scope(self, value: Any, allowed: dict[str, Any], location: str) -> None:
        wrong = an_object(value)
        if wrong:
            self._add(wrong, location)
            return
        self._object(value, allowed, location)
        self._states(value, location)

    def _retrier(self, value: Any, _language: str, location: str) -> None:
        self._handler(value, fields.RETRIER, ("ErrorEquals",), location)

    def _catcher(self, value: Any, language: str, location: str) -> None:
        if self._handler(value, fields.CATCHER, ("ErrorEquals", "Next"), location):
            self._language(value, language, location)
            if language == "JSONPath":
                self._template(value.get("Assign"), f"{location}/Assign")

    def _handler(self, value: Any, allowed: dict[str, Any], required: tuple[str, ...], location: str) -> bool:
        wrong = an_object(value)
        if wrong:
            self._add(wrong, location)
            return False
        self._object(value, allowed, location)
        self._required(value, required, location)
        errors = value.get("ErrorEquals")
        if errors == []:
            self._add(_EMPTY, f"{location}/ErrorEquals")
        for index, error in enumerate(_items(errors)):
            wrong = text(error)
            if wrong:
                self._add(wrong, f"{location}/ErrorEquals[{index}]")
        return True

    def _rule(self, value: Any, language: str, location: str) -> None:
        if not self._comparison(value, language, location, top=True):
            return
        self._required(value, ("Next",), location)
        if language == "JSONata":
            self._required(value, ("Condition",), location)
        else:
            self._template(value.get("Assign"), f"{location}/Assign")

    def _comparison(self, value: Any, language: str, location: str, *, top: bool) -> bool:
        wrong = an_object(value)
        if wrong:
            self._add(wrong, location)
            return False
        inner = {name for name in ("Next", "Assign", "Output", "Condition") if not top}
        self._object(value, {name: check for name, check in fields.RULE.items() if name not in inner}, location)
        self._language(value, language, location)
        if language != "JSONata":
            self._operator(value, language, location)
        return True

    def _operator(self, value: dict[str, Any], language: str, location: str) -> None:
        given = [name for name in value if name in fields.OPERATORS or name in fields.COMBINATIONS]
        for name in ("And", "Or"):
            if value.get(name) == []:
                self._add(_EMPTY, f"{location}/{name}")
        if len(given) != 1:
            begin = "There should only be one" if given else "This object should have only one"
            self._add(f"{begin} {fields.ONE_OPERATOR}", location)
        elif given[0] in fields.OPERATORS:
            self._required(value, ("Variable",), location)
        for name, nested, place in _nested(value, location):
            if name in given:
                self._comparison(nested, language, place, top=False)

    def _template(self, value: Any, location: str) -> None:
        if isinstance(value, list):
            for index, item in enumerate(value):
                self._template(item, f"{location}[{index}]")
        if not isinstance(value, dict):
            return
        for name, item in value.items():
            if not name.endswith(".$"):
                self._template(item, f"{location}/{name}")
            elif a_path_or_call(item):
                self._add(
                    f"The value for the field '{name}' must be a valid JSONPath or a valid intrinsic function call",
                    f"{location}/{name}",
                )


def assigned_names(states: dict[str, Any]) -> Iterator[str]:
    """Return the names of the variables that states assign, without those of their inner scopes."""
    for state in states.values():
        if isinstance(state, dict):
            for assigned, _ in _assignments_of(state):
                yield from (key.removesuffix(".$") for key in assigned)


def _assignments_of(state: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Return what a state assigns, and where in it."""
    parts = [(state, "")]
    for name in ("Choices", "Catch"):
        parts += [(item, f"/{name}[{index}]") for index, item in enumerate(_items(state.get(name)))]
    for part, place in parts:
        assigned = part.get("Assign") if isinstance(part, dict) else None
        if isinstance(assigned, dict):
            yield assigned, place


def _language_of(value: Any) -> str:
    return "JSONPath" if value == "JSONPath" else "JSONata"


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _nested(rule: dict[str, Any], location: str) -> Iterator[tuple[str, Any, str]]:
    for name in ("And", "Or"):
        for index, item in enumerate(_items(rule.get(name))):
            yield name, item, f"{location}/{name}[{index}]"
    if "Not" in rule:
        yield "Not", rule["Not"], f"{location}/Not"
