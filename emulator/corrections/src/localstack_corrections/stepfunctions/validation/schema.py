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
_LABEL: Final = re.compile(r"[^\s?*<>{}\[\]:;,\\|^~$#%&`\"\x00-\x1f\x7f-\x9f]{1,40}")
_TEMPLATES: Final = ("Parameters", "ResultSelector", "ItemSelector", "Assign", "Credentials", "BatchInput")


class Schema:
    """Collects what is wrong with the fields of one definition."""

    def __init__(self) -> None:
        self.found: list[Diagnostic] = []
        self._names: set[str] = set()
        self._labels: set[str] = set()
        self._whole = "JSONPath"

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
            self._add("Minimum number of fields is 1", f"{location}/States")
        for name in getattr(states, "repeated", ()):
            self._add(f"Duplicate State name: {name}", f"{location}/States/{name}", DUPLICATE)
        for name, state in states.items():
            self._state(name, state, f"{location}/States/{name}")

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
            self._required(state, ("Type",), location)
            if "Type" in state:
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
            self._add("These fields are required: [Next]", location)
        for group in fields.ONE_OF.get(kind, ()):
            given = [name for name in group if name in state]
            if len(given) != 1:
                self._add(f"There should be exactly one of the following fields: [{', '.join(group)}]", location)
        self._parts(state, language, location)

    def _parts(self, state: dict[str, Any], language: str, location: str) -> None:
        for name, check in (("Retry", self._retrier), ("Catch", self._catcher), ("Choices", self._rule)):
            for index, item in enumerate(_items(state.get(name))):
                check(item, language, f"{location}/{name}[{index}]")
        self._errors_for_all(state, location)
        for name in _TEMPLATES if language == "JSONPath" else ():
            self._template(state.get(name), f"{location}/{name}")
        if state["Type"] == "Choice" and state.get("Choices") == []:
            self._add("Minimum number of items is 1", f"{location}/Choices")
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
                        "States.ALL must appear alone, and in the last element",
                        f"{location}/{name}[{index}]/ErrorEquals",
                    )

    def _map(self, state: dict[str, Any], language: str, location: str) -> None:
        for name in ("ItemProcessor", "Iterator"):
            if isinstance(state.get(name), dict):
                self._scope(state[name], fields.PROCESSOR, f"{location}/{name}")
                self._part(
                    state[name].get("ProcessorConfig"), fields.PROCESSOR_CONFIG, f"{location}/{name}/ProcessorConfig"
                )
        parts = (("ItemReader", fields.READER), ("ResultWriter", fields.WRITER), ("ItemBatcher", fields.BATCHER))
        for name, allowed in parts:
            part = state.get(name)
            self._part(part, allowed, f"{location}/{name}")
            if isinstance(part, dict):
                self._language(part, language, f"{location}/{name}")
                if language == "JSONPath":
                    self._template(part.get("Parameters"), f"{location}/{name}/Parameters")
                    self._template(part.get("BatchInput"), f"{location}/{name}/BatchInput")
        self._label(state.get("Label"), f"{location}/Label")

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
            self._add("Minimum number of items is 1", f"{location}/ErrorEquals")
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
        if language == "JSONata":
            return True
        given = [name for name in value if name in fields.OPERATORS or name in fields.COMBINATIONS]
        if len(given) != 1:
            self._add("There should be exactly one comparison operator", location)
        elif given[0] in fields.OPERATORS:
            self._required(value, ("Variable",), location)
        for name, nested, place in _nested(value, location):
            if name in given:
                self._comparison(nested, language, place, top=False)
        return True

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
