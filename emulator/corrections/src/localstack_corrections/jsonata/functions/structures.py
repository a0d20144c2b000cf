"""Boolean, array, object and higher-order functions."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from localstack_corrections.jsonata.errors import JSONataError
from localstack_corrections.jsonata.values import NULL, Callable, Sequence, equal, is_number, truth

if TYPE_CHECKING:
    from collections.abc import Callable as Code

    from localstack_corrections.jsonata.evaluator import Evaluator


def boolean(_: Evaluator, value: Any) -> Any:
    """Return any value as a boolean."""
    return None if value is None else truth(value)


def not_(_: Evaluator, value: Any) -> Any:
    """Return the opposite."""
    return None if value is None else not truth(value)


def exists(_: Evaluator, value: Any) -> bool:
    """Return whether a value is not undefined."""
    return value is not None


def map_(evaluator: Evaluator, items: Any, function: Any) -> Any:
    """Return what a function makes of each item."""
    if items is None:
        return None
    results = Sequence()
    for index, item in enumerate(items):
        result = evaluator.call(function, _passed(function, item, index, items))
        if result is not None:
            results.append(result)
            evaluator.budget.fits(len(results))
    return results


def filter_(evaluator: Evaluator, items: Any, function: Any) -> Any:
    """Return the items for which a function is true."""
    if items is None:
        return None
    chosen = (
        item for i, item in enumerate(items) if truth(evaluator.call(function, _passed(function, item, i, items)))
    )
    return Sequence(chosen)


def single(evaluator: Evaluator, items: Any, function: Any) -> Any:
    """Return the only item for which a function is true."""
    if items is None:
        return None
    found = [
        item
        for i, item in enumerate(items)
        if function is None or truth(evaluator.call(function, _passed(function, item, i, items)))
    ]
    if len(found) != 1:
        raise JSONataError("D3138" if found else "D3139")
    return found[0]


def _passed(function: Any, item: Any, key: Any, whole: Any) -> list[Any]:
    return [item, key, whole][: max(1, min(function.arity, 3))]


def reduce(evaluator: Evaluator, items: Any, function: Any, initial: Any) -> Any:
    """Return what a function makes of all items, two by two."""
    if items is None:
        return None
    if function.arity < 2:
        raise JSONataError("D3050")
    result, start = (items[0], 1) if initial is None and items else (initial, 0)
    for index in range(start, len(items)):
        result = evaluator.call(function, [result, items[index], index, items][: function.arity])
    return result


def zip_(_: Evaluator, *arrays: Any) -> list[Any]:
    """Return arrays of the first items, of the second ones, and so on."""
    return [] if any(array is None for array in arrays) else [list(items) for items in zip(*arrays, strict=False)]


def keys(evaluator: Evaluator, value: Any) -> Any:
    """Return the keys of an object, or of all objects of an array."""
    if isinstance(value, dict):
        return Sequence(value)
    if isinstance(value, list):
        return Sequence(dict.fromkeys(key for item in value for key in keys(evaluator, item)))
    return Sequence()


def lookup(evaluator: Evaluator, value: Any, key: Any) -> Any:
    """Return the value of a key, or those of all objects of an array."""
    if isinstance(value, dict):
        return value.get(key)
    if not isinstance(value, list):
        return None
    results = Sequence()
    for item in value:
        evaluator.budget.tick()
        found = item.get(key) if isinstance(item, dict) else lookup(evaluator, item, key)
        if isinstance(found, list):
            results.extend(found)
        elif found is not None:
            results.append(found)
    return results


def appended(first: Any, second: Any) -> Any:
    """Return one array of two values."""
    if first is None or second is None:
        return second if first is None else first
    one = first if isinstance(first, list) else [first]
    two = second if isinstance(second, list) else [second]
    return Sequence([*one, *two], sequence=False)


def append(evaluator: Evaluator, first: Any, second: Any) -> Any:
    """Append."""
    result = appended(first, second)
    evaluator.budget.fits(len(result) if isinstance(result, list) else 0)
    return result


def spread(evaluator: Evaluator, value: Any) -> Any:
    """Return objects of one key each."""
    if isinstance(value, dict):
        return Sequence({key: item} for key, item in value.items())
    if isinstance(value, list):
        results = Sequence()
        for item in value:
            part = spread(evaluator, item)
            results.extend(part if isinstance(part, list) else [part])
        return results
    return "" if isinstance(value, Callable) else value


def merge(_: Evaluator, objects: Any) -> Any:
    """Return one object of many."""
    return None if objects is None else {key: value for each in objects for key, value in each.items()}


def reverse(_: Evaluator, items: Any) -> Any:
    """Return in the opposite order."""
    return items if items is None or len(items) <= 1 else list(reversed(items))


def shuffle(_: Evaluator, items: Any) -> Any:
    """Return in any order."""
    return items if items is None or len(items) <= 1 else random.sample(items, len(items))


def distinct(evaluator: Evaluator, items: Any) -> Any:
    """Return without repetitions."""
    if not isinstance(items, list) or len(items) <= 1:
        return items
    results: list[Any] = Sequence() if isinstance(items, Sequence) and items.sequence else []
    seen: set[Any] = set()
    composed: list[Any] = []
    for item in items:
        if isinstance(item, list | dict):
            evaluator.budget.tick()
            if any(equal(item, other) for other in composed):
                continue
            composed.append(item)
        elif (type(item) is bool, item) in seen:
            continue
        else:
            seen.add((type(item) is bool, item))
        results.append(item)
    return results


def each(evaluator: Evaluator, value: Any, function: Any) -> Any:
    """Return what a function makes of each value of an object."""
    if value is None:
        return None
    results = (evaluator.call(function, _passed(function, item, key, value)) for key, item in value.items())
    return Sequence(result for result in results if result is not None)


def sift(evaluator: Evaluator, value: Any, function: Any) -> Any:
    """Return an object of what a function is true for; undefined when it is for nothing."""
    if value is None:
        return None
    chosen = {
        key: item for key, item in value.items() if truth(evaluator.call(function, _passed(function, item, key, value)))
    }
    return chosen or None


def sort(evaluator: Evaluator, items: Any, function: Any) -> Any:
    """Return sorted, by a function that tells whether two items are to be exchanged."""
    if items is None or len(items) <= 1:
        return items
    if function is not None:
        return merge_sorted(list(items), lambda one, two: _javascript_truth(evaluator.call(function, [one, two])))
    if not (all(map(is_number, items)) or all(isinstance(item, str) for item in items)):
        raise JSONataError("D3070")
    return sorted(items)


def merge_sorted(items: list[Any], exchanged: Code[[Any, Any], bool]) -> list[Any]:
    """Sort by merging, which keeps the order of what compares as equal."""
    if len(items) <= 1:
        return items
    middle = len(items) // 2
    left, right = merge_sorted(items[:middle], exchanged), merge_sorted(items[middle:], exchanged)
    merged: list[Any] = []
    one = two = 0
    while one < len(left) and two < len(right):
        if exchanged(left[one], right[two]):
            merged.append(right[two])
            two += 1
        else:
            merged.append(left[one])
            one += 1
    return merged + left[one:] + right[two:]


def _javascript_truth(value: Any) -> bool:
    return isinstance(value, list | dict | Callable) or (value is not NULL and bool(value))


def type_(_: Evaluator, value: Any) -> Any:
    """Name the type."""
    if value is None:
        return None
    if value is NULL:
        return "null"
    for kind, name in ((bool, "boolean"), (str, "string"), (list, "array"), (Callable, "function")):
        if isinstance(value, kind):
            return name
    return "number" if is_number(value) else "object"


def clone(_: Evaluator, value: Any) -> Any:
    """Copy."""
    if isinstance(value, dict):
        return {key: clone(_, item) for key, item in value.items() if not isinstance(item, Callable)}
    if isinstance(value, list):
        return [clone(_, item) for item in value]
    return value


def error(_: Evaluator, message: Any) -> Any:
    """Fail."""
    raise JSONataError("D3137", "$error() function evaluated" if message is None else message)


def assert_(_: Evaluator, condition: Any, message: Any) -> None:
    """Fail, unless."""
    if not condition:
        raise JSONataError("D3141", "$assert() statement failed" if message is None else message)
