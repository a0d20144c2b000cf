"""The intrinsic functions. Source: Developer guide, Intrinsic functions for JSONPath states."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import math
import random
import re
import uuid
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_LONGEST_TEXT = 10_000
_LONGEST_RANGE = 1_000
_LARGEST_INTEGER = 2**31 - 1
_ALGORITHMS = ("MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512")
_PLACE = re.compile(r"\\(.)|(\{\})|([{}])")


class IntrinsicError(ValueError):
    """Error in the arguments of a function."""


def _wanted(condition: bool, message: str) -> None:
    if not condition:
        raise IntrinsicError(message)


def _text(value: Any) -> str:
    _wanted(isinstance(value, str), f"Expected a string, but got: {json.dumps(value)}")
    return value  # type: ignore[no-any-return]


def _list(value: Any) -> list[Any]:
    _wanted(isinstance(value, list), f"Expected an array, but got: {json.dumps(value)}")
    return value  # type: ignore[no-any-return]


def _integer(value: Any) -> int:
    """Return a number rounded to the nearest integer."""
    number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    _wanted(number, f"Expected a number, but got: {json.dumps(value)}")
    return math.floor(value + 0.5) if isinstance(value, float) else value


def format_(template: Any, *values: Any) -> str:
    """Put values in the places of ``{}``; ``\\{``, ``\\}``, ``\\'`` and ``\\\\`` stand for themselves."""
    supplied = iter(values)
    places = 0

    def fill(match: re.Match[str]) -> str:
        nonlocal places
        if match.group(1):
            return match.group(1)
        _wanted(match.group(2) is not None, f"Matching '}}' not found for '{{' in: {template}")
        places += 1
        return shown(next(supplied, ""))

    result = _PLACE.sub(fill, _text(template))
    _wanted(places == len(values), f"Expected {places} values for the template, but got {len(values)}")
    return result


def shown(value: Any) -> str:
    """Return a value as text: objects and arrays as Java writes them, which LocalStack had measured."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "[" + ", ".join(map(shown, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}={shown(item)}" for key, item in value.items()) + "}"
    return json.dumps(value)


def array_partition(items: Any, size: Any) -> list[Any]:
    """Split into arrays of that many items."""
    step = _integer(size)
    _wanted(step > 0, f"Expected a positive chunk size, but got: {step}")
    array = _list(items)
    return [array[start : start + step] for start in range(0, len(array), step)]


def array_range(first: Any, last: Any, step: Any) -> list[int]:
    """Return the numbers from one to another, the end included."""
    start, end, by = _integer(first), _integer(last), _integer(step)
    _wanted(by != 0, "The step must not be zero")
    numbers = range(start, end + (1 if by > 0 else -1), by)
    _wanted(len(numbers) <= _LONGEST_RANGE, f"The array must not have more than {_LONGEST_RANGE} items")
    return list(numbers)


def array_get_item(items: Any, index: Any) -> Any:
    """Return the item at an index."""
    array = _list(items)
    _wanted(isinstance(index, int) and not isinstance(index, bool), f"Expected an integer index, but got: {index}")
    _wanted(0 <= index < len(array), f"Index {index} is out of bounds for an array of {len(array)} items")
    return array[index]


def array_unique(items: Any) -> list[Any]:
    """Return without repetitions."""
    seen = {json.dumps(item, sort_keys=True): item for item in reversed(_list(items))}
    return [seen.pop(key) for item in items if (key := json.dumps(item, sort_keys=True)) in seen]


def array_contains(items: Any, item: Any) -> bool:
    """Return whether a value is in an array."""
    wanted = json.dumps(item, sort_keys=True)
    return any(json.dumps(each, sort_keys=True) == wanted for each in _list(items))


def _short(value: Any) -> str:
    text = _text(value)
    _wanted(len(text) <= _LONGEST_TEXT, f"The text must not have more than {_LONGEST_TEXT} characters")
    return text


def base64_encode(text: Any) -> str:
    """Encode as base 64."""
    return base64.b64encode(_short(text).encode()).decode()


def base64_decode(text: Any) -> str:
    """Decode base 64."""
    try:
        return base64.b64decode(_short(text), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise IntrinsicError(str(error)) from None


def hash_(data: Any, algorithm: Any) -> str:
    """Return a hexadecimal digest; what is no string is hashed as its JSON."""
    _wanted(algorithm in _ALGORITHMS, f"Expected one of {', '.join(_ALGORITHMS)}, but got: {json.dumps(algorithm)}")
    text = data if isinstance(data, str) else json_to_string(data)
    return hashlib.new(algorithm.replace("-", ""), _short(text).encode(), usedforsecurity=False).hexdigest()


def json_merge(first: Any, second: Any, deep: Any) -> dict[str, Any]:
    """Merge two objects; AWS merges shallowly only."""
    _wanted(isinstance(first, dict) and isinstance(second, dict), "Expected two objects")
    _wanted(deep is False, "Only shallow merging is supported: the third argument must be false")
    return {**first, **second}


def string_to_json(text: Any) -> Any:
    """Read JSON."""
    try:
        return json.loads(_text(text)) if text else None
    except ValueError as error:
        raise IntrinsicError(f"Invalid JSON: {error}") from None


def json_to_string(value: Any) -> str:
    """Write JSON."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def math_random(first: Any, last: Any, seed: Any = None) -> int:
    """Return an integer from one number up to, and without, another."""
    start, end = _integer(first), _integer(last)
    _wanted(start < end, f"Expected the start to be less than the end, but got: {start} and {end}")
    source = random.Random(_integer(seed)) if seed is not None else random  # noqa: S311 - no secret
    return source.randrange(start, end)


def math_add(one: Any, two: Any) -> int:
    """Add two integers."""
    for number in (_integer(one), _integer(two)):
        _wanted(abs(number) <= _LARGEST_INTEGER, f"Expected an integer of 32 bits, but got: {number}")
    return _integer(one) + _integer(two)


def string_split(text: Any, delimiters: Any) -> list[str]:
    """Split at any of several characters; nothing between two of them is left out."""
    _wanted(bool(_text(delimiters)), "The delimiter must not be empty")
    return [part for part in re.split("[" + re.escape(delimiters) + "]", _text(text)) if part]


def uuid_() -> str:
    """Return a random version 4 UUID."""
    return str(uuid.uuid4())


FUNCTIONS: dict[str, tuple[Callable[..., Any], range]] = {
    "States.Format": (format_, range(1, 1000)),
    "States.StringToJson": (string_to_json, range(1, 2)),
    "States.JsonToString": (json_to_string, range(1, 2)),
    "States.Array": (lambda *items: list(items), range(1000)),
    "States.ArrayPartition": (array_partition, range(2, 3)),
    "States.ArrayContains": (array_contains, range(2, 3)),
    "States.ArrayRange": (array_range, range(3, 4)),
    "States.ArrayGetItem": (array_get_item, range(2, 3)),
    "States.ArrayLength": (lambda items: len(_list(items)), range(1, 2)),
    "States.ArrayUnique": (array_unique, range(1, 2)),
    "States.Base64Encode": (base64_encode, range(1, 2)),
    "States.Base64Decode": (base64_decode, range(1, 2)),
    "States.Hash": (hash_, range(2, 3)),
    "States.JsonMerge": (json_merge, range(3, 4)),
    "States.MathRandom": (math_random, range(2, 4)),
    "States.MathAdd": (math_add, range(2, 3)),
    "States.StringSplit": (string_split, range(2, 3)),
    "States.UUID": (uuid_, range(1)),
}
"""By name: what computes it, and how many arguments it takes."""
