"""The functions that Step Functions adds to JSONata, and those of JSONata that it has.

Source: "Transforming data with JSONata in Step Functions", JSONata functions provided by Step Functions. What happens
to arguments that the page does not speak of was measured on AWS by the authors of floci (floci-io/floci#2662, #2737).
"""

from __future__ import annotations

import hashlib
import json
import math
import random
import uuid
from typing import TYPE_CHECKING, Any

from localstack_corrections.jsonata.errors import JSONataError
from localstack_corrections.jsonata.frames import Frame
from localstack_corrections.jsonata.functions import FUNCTIONS, Native
from localstack_corrections.jsonata.values import NULL, Sequence, simplest, with_nulls
from localstack_corrections.stepfunctions.java import JavaRandom

if TYPE_CHECKING:
    from localstack_corrections.jsonata.evaluator import Evaluator

_ALGORITHMS = ("MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512")
_LARGEST_RANGE = 360_145
_LONG = 2**63


def partition(_: Evaluator, items: Any, size: Any) -> Any:
    """Return arrays of that many items; without a size it is one array."""
    if items is None:
        return None
    if items == [NULL]:
        raise JSONataError("T0412", 1, "partition", "any")
    if size is None:
        return [items] if items else None
    step = math.trunc(size)
    if step < 0:
        raise JSONataError("D3137", "Second argument must be zero or greater")
    if step == 0 or not items:
        return None
    return [items[start : start + step] for start in range(0, len(items), step)]


def range_(evaluator: Evaluator, first: Any, last: Any, step: Any) -> Any:
    """Return the numbers from one to another, the end included."""
    if first is None or last is None or step is None:
        return None
    start, end, by = math.trunc(first), math.trunc(last), math.trunc(step)
    if by == 0:
        return None
    numbers = range(start, end + (1 if by > 0 else -1), by)
    if numbers[:1] and (numbers[-1] - numbers[0]) // by >= _LARGEST_RANGE:
        evaluator.budget.fits(_LARGEST_RANGE * 1000)
    return Sequence(numbers)


def hash_(_: Evaluator, text: Any, algorithm: Any) -> Any:
    """Return the hexadecimal digest of a string."""
    if text is None or algorithm is None:
        return None
    if algorithm not in _ALGORITHMS:
        raise JSONataError("D3137", f"Unsupported hash algorithm: {algorithm}")
    digest = hashlib.new(algorithm.replace("-", ""), text.encode(), usedforsecurity=False)
    return digest.hexdigest()


def random_(_: Evaluator, seed: Any) -> float:
    """Return a number from 0 to 1; the same for the same seed, as java.util.Random's first double."""
    if seed is None:
        return random.random()  # noqa: S311 - no secret
    return JavaRandom(math.trunc(seed)).next_double()


def uuid_(_: Evaluator) -> str:
    """Return a random version 4 UUID."""
    return str(uuid.uuid4())


def parse(_: Evaluator, text: Any) -> Any:
    """Return the value that a JSON text stands for."""
    if text is None:
        return None
    try:
        value = json.loads(
            text, object_pairs_hook=_without_repeats, parse_int=_number, parse_float=_number, parse_constant=_refused
        )
    except (ValueError, RecursionError):
        raise JSONataError("D3137", "Invalid JSON") from None
    return with_nulls(value)


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        raise ValueError(pairs)
    return result


def _number(text: str) -> Any:
    if text.lstrip("-").isdigit() and -_LONG <= int(text) < _LONG:
        return int(text)
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return simplest(number)


def _refused(text: str) -> Any:
    raise ValueError(text)


_ADDED = (
    Native("partition", "<an?:a<a>>", 2, partition),
    Native("range", "<nnn?:a<n>>", 3, range_),
    Native("hash", "<ss?:s>", 2, hash_),
    Native("random", "<n?:n>", 1, random_),
    Native("uuid", "<:s>", 0, uuid_),
    Native("parse", "<s?:x>", 1, parse),
)
ROOT = Frame(None, {**FUNCTIONS, **{function.name: function for function in _ADDED}})
"""All functions. ``$eval``, which AWS does not have, is not among them."""
