"""Fields of a distributed Map state that LocalStack's grammar does not know: taken out before, given back after."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass, field
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

_OURS: Final = ("ItemReader", "ItemBatcher", "ResultWriter")
_PERCENTAGE: Final = "ToleratedFailurePercentage"
_COUNT: Final = "ToleratedFailureCount"
JSONPATH, JSONATA = "JSONPath", "JSONata"


@dataclass(frozen=True)
class Fields:
    """Fields of a distributed Map state that LocalStack's own components do not keep."""

    language: str
    express: bool
    limits_count: bool
    """It says how many items may fail."""
    limits_percentage: bool
    reader: dict[str, Any] | None
    batcher: dict[str, Any] | None
    writer: dict[str, Any] | None
    child_definition: str
    templates: dict[str, Any] = field(default_factory=dict, compare=False)
    """Compiled templates by their JSON."""


def read_fields(module: ModuleType) -> None:
    """Have the parser take definitions with these fields."""
    parser = module.AmazonStateLanguageParser
    parse: Callable[[str], Any] = parser.parse

    @wraps(parse)
    def parse_with_fields(definition: str) -> Any:
        if "DISTRIBUTED" not in definition:
            return parse(definition)
        try:
            document = json.loads(definition)
        except ValueError:
            return parse(definition)  # which says what is wrong
        program, tree = parse(json.dumps(_without_fields(document)))
        _give_back(document, program, document.get("QueryLanguage", JSONPATH))
        return program, tree

    parser.parse = staticmethod(parse_with_fields)


def read_tested_fields(module: ModuleType) -> None:
    """Have TestState take a Map state with fields that do not matter to a mocked result."""
    parser = module.TestStateAmazonStateLanguageParser
    parse: Callable[..., Any] = parser.parse

    @wraps(parse)
    def parse_without_fields(definition: str, state_name: str | None = None) -> Any:
        if "DISTRIBUTED" not in definition:
            return parse(definition, state_name)
        try:
            document = json.loads(definition)
        except ValueError:
            return parse(definition, state_name)
        # what is tested is one state, or one of a whole definition
        machine = document if state_name else {"States": {"tested": document}}
        _strip(machine, ("ItemBatcher",))
        return parse(json.dumps(document), state_name)

    parser.parse = staticmethod(parse_without_fields)


def is_distributed(state: Any) -> bool:
    """Return whether a state of a definition is a distributed Map."""
    if not isinstance(state, dict) or state.get("Type") != "Map":
        return False
    config = _processor(state).get("ProcessorConfig")
    return isinstance(config, dict) and config.get("Mode") == "DISTRIBUTED"


def _processor(state: dict[str, Any]) -> dict[str, Any]:
    processor = state.get("ItemProcessor") or state.get("Iterator")
    return processor if isinstance(processor, dict) else {}


def _machines(state: Any) -> Iterator[dict[str, Any]]:
    """Yield the state machines inside a state."""
    if not isinstance(state, dict):
        return
    branches = state.get("Branches")
    for machine in [*(branches if isinstance(branches, list) else []), _processor(state)]:
        if isinstance(machine, dict):
            yield machine


def _without_fields(document: Any) -> Any:
    plain = copy.deepcopy(document)
    _strip(plain)
    return plain


def _strip(machine: Any, fields: tuple[str, ...] = _OURS) -> None:
    states = machine.get("States") if isinstance(machine, dict) else None
    for state in (states if isinstance(states, dict) else {}).values():
        if is_distributed(state):
            for name in fields:
                state.pop(name, None)
            if type(state.get(_PERCENTAGE)) is int:
                state[_PERCENTAGE] = float(state[_PERCENTAGE])
            config = _processor(state)["ProcessorConfig"]
            if config.get("ExecutionType") == "EXPRESS":
                config["ExecutionType"] = "STANDARD"
        for inner in _machines(state):
            _strip(inner, fields)


def _give_back(machine: dict[str, Any], program: Any, language: str) -> None:
    components = getattr(program, "states", None) or program._states
    for name, state in machine["States"].items():
        component, spoken = components.states[name], state.get("QueryLanguage", language)
        if is_distributed(state):
            component.distributed = _fields(state, spoken)
            for source in (component.items, component.items_path):
                if source is not None:
                    source.takes_objects = True
        if state.get("Type") == "Map":
            _give_back(_processor(state), component.iteration_component, spoken)
        elif state.get("Type") == "Parallel":
            for branch, inner in zip(state["Branches"], component.branches.programs, strict=True):
                _give_back(branch, inner, spoken)


def _fields(state: dict[str, Any], language: str) -> Fields:
    processor = _processor(state)
    child = {"QueryLanguage": language} | {name: processor[name] for name in processor if name != "ProcessorConfig"}
    return Fields(
        language=language,
        express=processor["ProcessorConfig"].get("ExecutionType") == "EXPRESS",
        limits_count=_COUNT in state or f"{_COUNT}Path" in state,
        limits_percentage=_PERCENTAGE in state or f"{_PERCENTAGE}Path" in state,
        reader=state.get("ItemReader"),
        batcher=state.get("ItemBatcher"),
        writer=state.get("ResultWriter"),
        child_definition=json.dumps(child),
    )
