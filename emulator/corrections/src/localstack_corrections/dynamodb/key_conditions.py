"""Key conditions of queries: one for the partition key, and perhaps one for the sort key.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.KeyConditionExpressions.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localstack_corrections.dynamodb.grammar import Call, Node
from localstack_corrections.dynamodb.keys import types_of
from localstack_corrections.dynamodb.values import RefusedError, equal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localstack_corrections.dynamodb.conditions import Condition

_KEY = "KeyConditionExpression"
_UNSUPPORTED = "Query key condition not supported"
_FOR_A_RANGE = frozenset({"=", "<", "<=", ">", ">=", "BETWEEN", "begins_with"})
_INVALID = "One or more parameter values were invalid: "


def check(table: Any, request: dict[str, Any], conditions: dict[str, Condition]) -> None:
    """Check a query's conditions by the keys of its table or index.

    :raises RefusedError: it cannot be executed.
    """
    schema = _schema(table, request)
    if _KEY not in conditions:
        if not request.get("KeyConditions"):
            raise RefusedError(
                "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."
            )
        return
    names = [key["AttributeName"] for key in sorted(schema, key=lambda key: str(key["KeyType"]))]
    found = _by_attribute(conditions[_KEY])
    hashed = found.pop(names[0], None)
    if hashed is None:
        raise RefusedError(f"Query condition missed key schema element: {names[0]}")
    if hashed.operator != "=":
        raise RefusedError(_UNSUPPORTED)
    ranged = found.pop(names[1], None) if len(names) > 1 else None
    if ranged is not None and ranged.operator not in _FOR_A_RANGE:
        raise RefusedError(_UNSUPPORTED)
    if found:
        missed = len(names) > 1 and ranged is None
        raise RefusedError(f"Query condition missed key schema element: {names[1]}" if missed else _UNSUPPORTED)
    for name, call in zip(names, (hashed, ranged), strict=False):
        _check_types(types_of(table)[name], conditions[_KEY], call)
    _check_filter(names, conditions.get("FilterExpression"))
    _check_start(names[0], hashed, conditions[_KEY], request)


def check_projection(table: Any, request: dict[str, Any]) -> None:
    """Refuse to read from an index what it does not have.

    :raises RefusedError: it has not all attributes, which the request asks for.
    """
    for index in table.global_indexes:
        kind = (index.projection or {}).get("ProjectionType", "ALL")
        if index.name == request.get("IndexName") and request.get("Select") == "ALL_ATTRIBUTES" and kind != "ALL":
            rule = f"is not supported for global secondary index {index.name} because its projection type is not ALL"
            raise RefusedError(f"{_INVALID}Select type ALL_ATTRIBUTES {rule}")


def _schema(table: Any, request: dict[str, Any]) -> list[dict[str, str]]:
    wanted = request.get("IndexName")
    if not wanted:
        schema: list[dict[str, str]] = table.schema
        return schema
    for index in table.all_indexes():
        if index.name == wanted:
            found: list[dict[str, str]] = index.schema
            return found
    raise RefusedError(f"The table does not have the specified index: {wanted}")


def _by_attribute(condition: Condition) -> dict[str, Call]:
    found: dict[str, Call] = {}
    for call in _calls(condition.tree):
        name = next(filter(None, map(condition.name_of, call.operands)), "")
        if not name:
            raise RefusedError("KeyConditionExpressions cannot have conditions on nested attributes")
        if name in found:
            raise RefusedError("KeyConditionExpressions must only contain one condition per key")
        found[name] = call
    return found


def _calls(tree: Node | None) -> Iterator[Call]:
    if not isinstance(tree, Call):
        return
    if tree.operator == "AND":
        for operand in tree.operands:
            yield from _calls(operand)
    elif tree.operator in _FOR_A_RANGE:
        yield tree
    else:
        raise RefusedError(f"Invalid operator used in KeyConditionExpression: {tree.operator}")


def _check_types(wanted: str, condition: Condition, call: Call | None) -> None:
    for value in filter(None, map(condition.value_of, call.operands if call else ())):
        if wanted not in value:
            raise RefusedError(f"{_INVALID}Condition parameter type does not match schema type")
        if value[wanted] == "" and call and call.operator == "=":
            empty = "The AttributeValue for a key attribute cannot contain an empty string value."
            raise RefusedError(
                f"One or more parameter values are not valid. {empty} Key: {condition.name_of(call.operands[0])}"
            )


def _check_filter(names: list[str], condition: Condition | None) -> None:
    for path in condition.paths if condition else ():
        if condition and (name := condition.name_of(path)) in names:
            only = "Filter Expression can only contain non-primary key attributes"
            raise RefusedError(f"{only}: Primary key attribute: {name}")


def _check_start(name: str, hashed: Call, condition: Condition, request: dict[str, Any]) -> None:
    """Refuse a page that begins in another partition."""
    start = (request.get("ExclusiveStartKey") or {}).get(name)
    wanted = next(filter(None, map(condition.value_of, hashed.operands)), None)
    if start and wanted and not equal(start, wanted):
        raise RefusedError("The provided starting key is outside query boundaries based on provided conditions")
