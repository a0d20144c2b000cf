"""The intrinsic functions. Source: Developer guide, Intrinsic functions for JSONPath states.

What happens to arguments that the page does not speak of was recorded on AWS by the authors of tiny-asl-machine
(gabrielmoreira/tiny-asl-machine, tests/conformance/cases).
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import random
import re
import uuid
from typing import TYPE_CHECKING, Any

from localstack_corrections.stepfunctions.inputs import why_no_json
from localstack_corrections.stepfunctions.java import JavaRandom, hash_order

if TYPE_CHECKING:
    from collections.abc import Callable

_LONGEST_TEXT = 10_000
_LONGEST_RANGE = 1_000
_LARGEST_INTEGER = 2**31 - 1
_SMALLEST_INTEGER = -(2**31)
_ALGORITHMS = ("MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512")
_PLACE = re.compile(r"\\(.)|(\{\})|([{}])")
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/]")


class IntrinsicError(ValueError):
    """What AWS says of a call that fails; nothing where it says only that the arguments are invalid."""


def _wanted(condition: bool, message: str = "") -> None:
    if not condition:
        raise IntrinsicError(message)


def _text(value: Any) -> str:
    _wanted(isinstance(value, str))
    return value  # type: ignore[no-any-return]


def _list(value: Any) -> list[Any]:
    _wanted(isinstance(value, list))
    return value  # type: ignore[no-any-return]


def _number(value: Any) -> int | float:
    _wanted(isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value))
    return value  # type: ignore[no-any-return]


def _integer(value: Any) -> int:
    """Return a number without its fraction, as AWS does, although its page speaks of rounding."""
    return math.trunc(_number(value))


def _rounded(value: Any) -> int:
    number = _number(value)
    nearest = math.floor(number + 0.5)
    _wanted(_SMALLEST_INTEGER <= nearest <= _LARGEST_INTEGER)
    return nearest


def format_(template: Any, *values: Any) -> str:
    """Put values in the places of ``{}``; ``\\{``, ``\\}``, ``\\'`` and ``\\\\`` stand for themselves."""
    supplied = iter(values)
    places = 0

    def fill(match: re.Match[str]) -> str:
        nonlocal places
        if match.group(1):
            return match.group(1)
        found = match.group(3)
        if found:
            other = "}" if found == "{" else "{"
            message = f"Invalid template in States.Format: matching '{other}' not found for '{found}'."
            raise IntrinsicError(message)
        places += 1
        return shown(next(supplied, ""))

    result = _PLACE.sub(fill, _text(template))
    _wanted(
        places == len(values),
        "Invalid arguments in States.Format: number of arguments do not match the occurrences of {}.",
    )
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
    _wanted(step > 0)
    array = _list(items)
    return [array[start : start + step] for start in range(0, len(array), step)]


def array_range(first: Any, last: Any, step: Any) -> list[int]:
    """Return the numbers from one to another, the end included."""
    start, end, by = _integer(first), _integer(last), _integer(step)
    _wanted(by != 0)
    numbers = range(start, end + (1 if by > 0 else -1), by)
    _wanted(len(numbers) <= _LONGEST_RANGE)
    return list(numbers)


def array_get_item(items: Any, index: Any) -> Any:
    """Return the item at an index; of an empty array null, whatever the index."""
    array, position = _list(items), _integer(index)
    if not array:
        return None
    _wanted(0 <= position < len(array))
    return array[position]


def array_unique(items: Any) -> list[Any]:
    """Return without repetitions, in the order in which AWS's set has them."""
    seen: dict[str, Any] = {}
    for item in _list(items):
        seen.setdefault(_key(item), item)
    return hash_order(list(seen.values()))


def _key(item: Any) -> str:
    """Return the same text for equal values, 1 and 1.0 among them."""
    if isinstance(item, float) and item.is_integer():
        item = int(item)
    return json.dumps(item, sort_keys=True)


def array_contains(items: Any, item: Any) -> bool:
    """Return whether a value is in an array. AWS compares texts: 1 and "1" are equal, reordered objects are not."""
    wanted = _written(item)
    return any(_written(each) == wanted for each in _list(items))


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json_to_string(value)


def _short(value: Any) -> str:
    text = _text(value)
    _wanted(len(text) <= _LONGEST_TEXT)
    return text


def base64_encode(text: Any) -> str:
    """Encode as base 64."""
    return base64.b64encode(_short(text).encode()).decode()


def base64_decode(text: Any) -> str:
    """Decode base 64 up to its padding; what is no digit of it is skipped."""
    digits = _NOT_BASE64.sub("", _short(text).replace("-", "+").replace("_", "/").partition("=")[0])
    # one digit that is left over has not the bits for a byte
    whole = digits[:-1] if len(digits) % 4 == 1 else digits
    return base64.b64decode(whole + "=" * (-len(whole) % 4)).decode(errors="replace")


def hash_(data: Any, algorithm: Any) -> str:
    """Return a hexadecimal digest; what is no string is hashed as its JSON."""
    _wanted(isinstance(algorithm, str) and algorithm in _ALGORITHMS)
    text = data if isinstance(data, str) else json_to_string(data)
    return hashlib.new(algorithm.replace("-", ""), _short(text).encode(), usedforsecurity=False).hexdigest()


def json_merge(first: Any, second: Any, deep: Any) -> dict[str, Any]:
    """Merge two objects; AWS merges shallowly only."""
    _wanted(isinstance(first, dict) and isinstance(second, dict))
    _wanted(deep is not True)
    return {**first, **second}


def string_to_json(text: Any) -> Any:
    """Read JSON."""
    try:
        return json.loads(_text(text)) if text else None
    except ValueError as error:
        message = f"Cannot convert String to Json in States.StringToJson, caused by: {why_no_json(text, error)}"
        raise IntrinsicError(message) from None


def json_to_string(value: Any) -> str:
    """Write JSON."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def math_random(first: Any, last: Any, *seed: Any) -> int:
    """Return an integer from one number up to, and without, another; the same for the same seed, as Java's."""
    start, end = _integer(first), _integer(last)
    _wanted(start < end)
    if not seed:
        return random.randrange(start, end)  # noqa: S311 - no secret
    return start + JavaRandom(_integer(seed[0])).next_int(end - start)


def math_add(one: Any, two: Any) -> int:
    """Add two numbers, each rounded to an integer of 32 bits, as is the sum."""
    total = _rounded(one) + _rounded(two)
    _wanted(_SMALLEST_INTEGER <= total <= _LARGEST_INTEGER)
    return total


def string_split(text: Any, delimiters: Any) -> list[str]:
    """Split at any of several characters; nothing between two of them is left out."""
    whole = _text(text)
    parts = re.split("[" + re.escape(delimiters) + "]", whole) if _text(delimiters) else [whole]
    return [part for part in parts if part]


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
