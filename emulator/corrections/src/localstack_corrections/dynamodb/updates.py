"""Update expressions: the names and values that they use, and the types that their actions take.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from localstack_corrections.dynamodb.grammar import ExpressionError, Path, paths_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PLACEHOLDER = re.compile(r"[#:][A-Za-z0-9_]+")
_CLAUSE = re.compile(r"\b(SET|REMOVE|ADD|DELETE)\b\s", re.IGNORECASE)
_APART = re.compile(r",(?![^(]*\))")
_TYPES = {
    "S": "STRING", "N": "NUMBER", "B": "BINARY", "BOOL": "BOOLEAN", "NULL": "NULL", "L": "LIST", "M": "MAP",
    "SS": "STRING_SET", "NS": "NUMBER_SET", "BS": "BINARY_SET",
}  # fmt: skip
_TAKEN = {"ADD": frozenset({"N", "SS", "NS", "BS"}), "DELETE": frozenset({"SS", "NS", "BS"})}


def check(expression: str, names: Mapping[str, str], values: Mapping[str, Any]) -> None:
    """Check what does not depend on the item; moto checks the grammar.

    :raises ExpressionError: it cannot be executed on any item.
    """
    if not expression.strip():
        raise ExpressionError("The expression can not be empty;")
    for used in PLACEHOLDER.findall(expression):
        if used not in (names if used.startswith("#") else values):
            what, where = ("name", " used in the document path") if used[0] == "#" else ("value", " used in expression")
            raise ExpressionError(f"An expression attribute {what}{where} is not defined; attribute {what}: {used}")
    for kind, action in _actions(expression):
        value = values.get(action.split()[-1]) if kind in _TAKEN else None
        if value and (given := next(iter(value))) not in _TAKEN[kind]:
            problem = "Incorrect operand type for operator or function"
            expected = f"operand type: {_TYPES[given]}, typeSet: ALLOWED_FOR_{kind}_OPERAND"
            raise ExpressionError(f"{problem}; operator: {kind}, {expected}")


def targets(expression: str) -> list[Path]:
    """Return the paths that an update changes."""
    found: list[Path] = []
    for kind, action in _actions(expression):
        found += paths_of(action.partition("=")[0] if kind == "SET" else action.split()[0])
    return found


def _actions(expression: str) -> Iterator[tuple[str, str]]:
    """List the actions of an update with the words of their clauses."""
    _, *parts = _CLAUSE.split(expression.strip())
    for kind, clause in zip(parts[::2], parts[1::2], strict=True):
        yield from ((kind.upper(), action.strip()) for action in _APART.split(clause) if action.strip())
