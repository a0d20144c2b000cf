"""Binary operators."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from localstack_corrections.jsonata.errors import JSONataError
from localstack_corrections.jsonata.functions import string
from localstack_corrections.jsonata.numbers import number_text
from localstack_corrections.jsonata.values import Sequence, equal, is_number, simplest

if TYPE_CHECKING:
    from localstack_corrections.jsonata.evaluator import Evaluator

_LARGEST_RANGE = 10**7


def finite(value: Any) -> bool:
    """Return whether a value is a number, or raise an error when it is an infinite one."""
    if not is_number(value) or value != value:
        return False
    if not math.isfinite(value):
        raise JSONataError("D1001", number_text(value))
    return True


def arithmetic(_: Evaluator, operator: str, left: Any, right: Any) -> Any:
    """Compute with two doubles."""
    if left is not None and not finite(left):
        raise JSONataError("T2001", operator, left)
    if right is not None and not finite(right):
        raise JSONataError("T2002", operator, right)
    if left is None or right is None:
        return None
    return simplest(_computed(operator, float(left), float(right)))


def _computed(operator: str, left: float, right: float) -> float:
    if operator == "+":
        return left + right
    if operator == "-":
        return left - right
    if operator == "*":
        return left * right
    if right == 0:
        return math.nan if operator == "%" or left == 0 else math.copysign(math.inf, left) * math.copysign(1, right)
    return left / right if operator == "/" else math.fmod(left, right)


def equality(_: Evaluator, operator: str, left: Any, right: Any) -> bool:
    """Compare; what is undefined is neither the same as anything nor different from it."""
    if left is None or right is None:
        return False
    return equal(left, right) == (operator == "=")


def comparison(_: Evaluator, operator: str, left: Any, right: Any) -> Any:
    """Compare two numbers or two strings."""
    for value in (left, right):
        if not (value is None or isinstance(value, str) or is_number(value)):
            raise JSONataError("T2010", operator)
    if left is None or right is None:
        return None
    if isinstance(left, str) != isinstance(right, str):
        raise JSONataError("T2009", left, right, operator)
    if operator == "<":
        return left < right
    if operator == "<=":
        return left <= right
    return left > right if operator == ">" else left >= right


def concatenation(evaluator: Evaluator, _operator: str, left: Any, right: Any) -> str:
    """Join two values as strings; undefined is an empty one."""
    one = "" if left is None else string(evaluator, left)
    two = "" if right is None else string(evaluator, right)
    evaluator.budget.fits(len(one) + len(two), 1)
    return one + two


def whole_range(evaluator: Evaluator, _operator: str, left: Any, right: Any) -> Any:
    """Return the whole numbers from one to another."""
    for code, value in (("T2003", left), ("T2004", right)):
        if value is not None and not (is_number(value) and float(value).is_integer()):
            raise JSONataError(code, value)
    if left is None or right is None or left > right:
        return None
    first, last = int(left), int(right)
    if last - first + 1 > _LARGEST_RANGE:
        raise JSONataError("D2014", last - first + 1)
    evaluator.budget.fits(last - first + 1)
    return Sequence(range(first, last + 1))


def inclusion(_: Evaluator, _operator: str, left: Any, right: Any) -> bool:
    """Return whether a value is one of an array's."""
    if left is None or right is None:
        return False
    return any(_same(left, item) for item in (right if isinstance(right, list) else [right]))


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, list | dict):
        return left is right
    return bool(left == right) and isinstance(left, bool) == isinstance(right, bool)


OPERATORS = (
    dict.fromkeys(("+", "-", "*", "/", "%"), arithmetic)
    | dict.fromkeys(("=", "!="), equality)
    | dict.fromkeys(("<", "<=", ">", ">="), comparison)
    | {"&": concatenation, "..": whole_range, "in": inclusion}
)
