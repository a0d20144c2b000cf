"""Copy an execution's data as the JSON it is, and write it with one encoder.

Step Functions copies what goes into a state and what comes out of it some thirty times for an order, for which
``copy.deepcopy`` looks in three places how to copy each string; and writes JSON as often, each time with an encoder
made for it. For every execution it copies the state machine, down to its tags, versions and aliases, so that an update
changes none that has begun. An update gives it new attributes, and changes nothing within the old ones that an
execution looks at: a copy of the attributes does the same.
"""

from __future__ import annotations

import copy
from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from localstack_tuning.adjustment import Adjustment

if TYPE_CHECKING:
    from types import ModuleType

_SCALARS = frozenset({str, int, float, bool, type(None)})


def copied(value: Any) -> Any:
    """Copy as ``copy.deepcopy`` does: what is in a value twice is once in the copy, too."""
    return value if type(value) in _SCALARS else _copied(value, {})


def _copied(value: Any, memo: dict[int, Any]) -> Any:
    kind = type(value)
    if kind is not dict and kind is not list:
        return copy.deepcopy(value, memo)
    if (known := memo.get(id(value))) is not None:
        return known
    new: Any = kind()
    memo[id(value)] = new
    if kind is list:
        for item in value:
            new.append(item if type(item) in _SCALARS else _copied(item, memo))
    else:
        for key, item in value.items():
            name = key if type(key) is str else copy.deepcopy(key, memo)
            new[name] = item if type(item) in _SCALARS else _copied(item, memo)
    return new


def _copy_data(module: ModuleType) -> None:
    module.copy = SimpleNamespace(deepcopy=copied)  # type: ignore[attr-defined]


def _copy_data_and_programs(module: ModuleType) -> None:
    plain = {module.ProgramRunning, module.ProgramEnded}

    def copied_program(thing: Any) -> Any:
        kind: Any = type(thing)
        if kind not in plain:
            return copied(thing)
        # names of a state and of a field, if anything
        program = kind.__new__(kind)
        program.__dict__.update(thing.__dict__)
        return program

    module.copy = SimpleNamespace(deepcopy=copied_program)  # type: ignore[attr-defined]


def _copy_attributes(module: ModuleType) -> None:
    def clone(thing: Any) -> Any:
        return copy.copy(thing) if isinstance(thing, module.StateMachineInstance) else copy.deepcopy(thing)

    module.copy = SimpleNamespace(deepcopy=clone)  # type: ignore[attr-defined]


def _write_with_one_encoder(module: ModuleType) -> None:
    encoder = cache(lambda separators: module._DateTimeEncoder(separators=separators))

    def to_json_str(obj: Any, separators: tuple[str, str] | None = None) -> str:
        return encoder(separators).encode(obj)  # type: ignore[no-any-return]

    module.to_json_str = to_json_str  # type: ignore[attr-defined]


_ASL = "localstack.services.stepfunctions.asl"

ADJUSTMENT = Adjustment(
    "execution-data",
    {
        "localstack.services.stepfunctions.provider": _copy_attributes,
        f"{_ASL}.utils.encoding": _write_with_one_encoder,
        f"{_ASL}.eval.states": _copy_data,
        f"{_ASL}.eval.environment": _copy_data_and_programs,
        f"{_ASL}.component.common.string.string_expression": _copy_data,
        f"{_ASL}.component.common.path.result_path": _copy_data,
    },
)
