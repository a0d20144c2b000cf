"""JSONPath as Step Functions has it: that of Jayway's JsonPath, the Java library.

A path is definite when it can lead to one place only. A definite path gives the value there, or none; any other path
gives a list, however many it finds. What Jayway does where a path leads nowhere is in its ``PathToken`` classes.
"""

from __future__ import annotations

import math
import re
import statistics
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from localstack_corrections.stepfunctions.path_errors import InvalidPathError, PathNotFoundError
from localstack_corrections.stepfunctions.path_filters import Filter, parsed_filter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PATHS = 4096
_NAME = re.compile(r"[^.\[\]()*?\s'\"]+")
_FUNCTION = re.compile(r"(\w+)\(\s*\)")
_INDICES = re.compile(r"-?\d+(\s*,\s*-?\d+)*")
_SLICE = re.compile(r"(-?\d+)?\s*:\s*(-?\d+)?")
_FROM_THE_END = re.compile(r"\(\s*@\.length(?:\(\))?\s*-\s*([1-9]\d*)\s*\)")
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"")


@dataclass(frozen=True)
class Step:
    """One step of a path."""

    kind: str
    """``names``, ``indices``, ``slice``, ``all``, ``filter``, ``deep`` or ``function``."""
    values: tuple[Any, ...] = ()

    @property
    def is_definite(self) -> bool:
        """Return whether the step leads to one place at most."""
        return self.kind in ("names", "indices") and len(self.values) == 1

    def __str__(self) -> str:
        if self.kind == "names":
            return "[" + ",".join(f"'{name}'" for name in self.values) + "]"
        if self.kind == "indices":
            return "[" + ",".join(map(str, self.values)) + "]"
        return {"all": "[*]", "deep": "..", "filter": "[?]"}.get(self.kind, "")


@dataclass(frozen=True)
class Path:
    """A parsed path."""

    text: str
    steps: tuple[Step, ...]
    function: str | None

    @property
    def is_definite(self) -> bool:
        """Return whether the path leads to one place at most; several names at its end make one object."""
        *steps, last = self.steps or (Step("names", ("$",)),)
        return all(step.is_definite for step in steps) and (last.is_definite or last.kind == "names")

    @property
    def is_reference(self) -> bool:
        """Return whether the path names one place, which a result can be put at."""
        return all(step.is_definite for step in self.steps)

    @property
    def ends_with_an_index(self) -> bool:
        """Return whether the path is definite, and its last step one index."""
        return self.is_reference and not self.function and bool(self.steps) and self.steps[-1].kind == "indices"

    @property
    def normal(self) -> str:
        """Return the path as Jayway writes it: ``$['a']['b'][0]``."""
        return "$" + "".join(map(str, self.steps))

    def find(self, data: Any) -> Any:
        """Return the value or the list of values; raise PathNotFoundError when a definite path leads nowhere."""
        values = list(_found(self.steps, data, data, "$", certain=True))
        if self.function:
            return FUNCTIONS[self.function](values[0] if self.is_definite and values else values)
        if not self.is_definite:
            return values
        if not values:
            message = f"No results for path: {self.normal}"
            raise PathNotFoundError(message)
        return values[0]


def _found(steps: tuple[Step, ...], data: Any, root: Any, place: str, *, certain: bool) -> Iterator[Any]:
    if not steps:
        yield data
        return
    step, rest = steps[0], steps[1:]
    if step.kind == "deep":
        for value in _descendants(data):
            yield from _found(rest, value, root, place, certain=False)
        return
    chosen, last = _KINDS[step.kind], not rest
    for value, name in chosen(step, data, root, place, certain, last):
        yield from _found(rest, value, root, place + name, certain=certain and step.is_definite)


def _descendants(data: Any) -> Iterator[Any]:
    yield data
    for value in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        if isinstance(value, dict | list):
            yield from _descendants(value)


def _names(step: Step, data: Any, _root: Any, place: str, certain: bool, last: bool) -> Iterator[tuple[Any, str]]:
    if not isinstance(data, dict):
        if certain:
            name = step.values[0]
            message = f"Expected to find an object with property ['{name}'] in path {place} but found '{_java(data)}'."
            raise PathNotFoundError(message)
        return
    if len(step.values) > 1:
        if last:
            yield {name: data[name] for name in step.values if name in data}, str(step)
        else:
            yield from ((data[name], f"['{name}']") for name in step.values if name in data)
        return
    name = step.values[0]
    if name in data:
        yield data[name], f"['{name}']"
    elif certain and not last:
        message = f"Missing property in path {place}['{name}']"
        raise PathNotFoundError(message)


def _java(data: Any) -> str:
    kinds = ((str, "java.lang.String"), (bool, "java.lang.Boolean"), (int, "java.lang.Integer"))
    names = [name for kind, name in kinds if isinstance(data, kind)]
    return "null" if data is None else names[-1] if names else "net.minidev.json.JSONArray"


def _array(data: Any, place: str, certain: bool) -> list[Any]:
    if isinstance(data, list):
        return data
    if certain:
        message = f"The path {place} is null" if data is None else f"Filter: can only be applied to arrays: {place}"
        raise PathNotFoundError(message)
    return []


def _indices(step: Step, data: Any, _root: Any, place: str, certain: bool, _last: bool) -> Iterator[tuple[Any, str]]:
    items = _array(data, place, certain)
    for index in step.values:
        if -len(items) <= index < len(items):
            yield items[index], f"[{index}]"


def _slice(step: Step, data: Any, _root: Any, place: str, certain: bool, _last: bool) -> Iterator[tuple[Any, str]]:
    for item in _array(data, place, certain)[slice(*step.values)]:
        yield item, "[]"


def _all(_step: Step, data: Any, _root: Any, _place: str, _certain: bool, _last: bool) -> Iterator[tuple[Any, str]]:
    for value in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield value, "[*]"


def _filter(step: Step, data: Any, root: Any, place: str, certain: bool, _last: bool) -> Iterator[tuple[Any, str]]:
    condition: Filter = step.values[0]
    for item in [data] if isinstance(data, dict) else _array(data, place, certain):
        if condition.accepts(item, root):
            yield item, "[?]"


_KINDS: dict[str, Any] = {
    "names": _names,
    "indices": _indices,
    "slice": _slice,
    "all": _all,
    "filter": _filter,
}


def _numbers(value: Any) -> list[float]:
    numbers = [item for item in value if isinstance(item, int | float) and not isinstance(item, bool)]
    if not numbers:
        message = "Aggregation function attempted to calculate value using empty array"
        raise PathNotFoundError(message)
    return numbers


def _length(value: Any) -> Any:
    return len(value) if isinstance(value, str | list | dict) else None


FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "length": _length,
    "size": _length,
    "min": lambda value: min(_numbers(value)),
    "max": lambda value: max(_numbers(value)),
    "sum": lambda value: math.fsum(_numbers(value)),
    "avg": lambda value: statistics.fmean(_numbers(value)),
    "stddev": lambda value: statistics.pstdev(_numbers(value)),
    "keys": list,
    "first": lambda value: value[0],
    "last": lambda value: value[-1],
}


@lru_cache(_PATHS)
def path(text: str) -> Path:
    """Parse a path that begins with ``$`` or ``@``, once. Raise InvalidPathError."""
    if not text or text[0] not in "$@":
        message = f"Path must start with '$' or '@': {text}"
        raise InvalidPathError(message)
    steps: list[Step] = []
    function, position = None, 1
    while position < len(text):
        if function:
            message = f"A function must be the last step of a path: {text}"
            raise InvalidPathError(message)
        called = _FUNCTION.match(text, position + 1) if text[position] == "." else None
        if called:
            function, position = called.group(1), called.end()
            if function not in FUNCTIONS:
                message = f"Function with name: {function} does not exist."
                raise InvalidPathError(message)
        else:
            step, position = _step(text, position)
            steps.append(step)
    return Path(text, tuple(steps), function)


def _step(text: str, position: int) -> tuple[Step, int]:
    if text.startswith("..", position):
        # what follows is a name, a star or a bracket
        follows = position + 2 if text[position + 2 : position + 3] == "[" else position + 1
        return Step("deep"), follows
    if text[position] == "[":
        end = _closing(text, position)
        return _bracket(text[position + 1 : end].strip(), text), end + 1
    if text[position] != ".":
        message = f"Unexpected character '{text[position]}' at {position} of {text}"
        raise InvalidPathError(message)
    if text[position + 1 : position + 2] == "*":
        return Step("all"), position + 2
    name = _NAME.match(text, position + 1)
    if name is None:
        message = f"Path must not end with a '.' or '..': {text}"
        raise InvalidPathError(message)
    return Step("names", (name.group(),)), name.end()


def _closing(text: str, start: int) -> int:
    """Return the position of the bracket that closes the one at ``start``."""
    depth, quote, position = 0, "", start
    while position < len(text):
        char = text[position]
        if char == "\\":
            position += 1
        elif quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        else:
            depth += (char in "[(") - (char in "])")
            if depth == 0:
                return position
        position += 1
    message = f"Could not parse token starting at position {start}. Expected ?, ', 0-9, * in {text}"
    raise InvalidPathError(message)


def _bracket(inside: str, text: str) -> Step:
    if inside == "*":
        return Step("all")
    if _INDICES.fullmatch(inside):
        return Step("indices", tuple(int(index) for index in inside.split(",")))
    last = _FROM_THE_END.fullmatch(inside)
    if last:
        return Step("indices", (-int(last.group(1)),))
    slice_ = _SLICE.fullmatch(inside)
    if slice_:
        return Step("slice", tuple(None if limit is None else int(limit) for limit in slice_.groups()))
    if inside.startswith("?"):
        return Step("filter", (parsed_filter(inside[1:].strip(), path),))
    names = [
        _unescaped(match.group(1) if match.group(1) is not None else match.group(2))
        for match in _QUOTED.finditer(inside)
    ]
    if names and not _QUOTED.sub("", inside).replace(",", "").strip():
        return Step("names", tuple(names))
    message = f"Could not parse [{inside}] of {text}"
    raise InvalidPathError(message)


def _unescaped(name: str) -> str:
    return re.sub(r"\\(.)", r"\1", name)
