"""What DynamoDB refuses before it reads or writes: values, keys and expressions that moto lets pass."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from localstack_corrections.dynamodb import key_conditions, keys, updates
from localstack_corrections.dynamodb.conditions import Condition, check_paths, shown_path
from localstack_corrections.dynamodb.grammar import ExpressionError, paths_of
from localstack_corrections.dynamodb.values import RefusedError, normalised

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_OLD = {
    "put_item": ("Expected", "ConditionalOperator"),
    "delete_item": ("Expected", "ConditionalOperator"),
    "update_item": ("AttributeUpdates", "Expected", "ConditionalOperator"),
    "get_item": ("AttributesToGet",),
    "query": ("AttributesToGet", "QueryFilter", "ConditionalOperator", "KeyConditions"),
    "scan": ("AttributesToGet", "ScanFilter", "ConditionalOperator"),
}
"""Parameters from before there were expressions, by moto's method."""
_NEW = {
    "put_item": ("ConditionExpression",),
    "delete_item": ("ConditionExpression",),
    "update_item": ("UpdateExpression", "ConditionExpression"),
    "get_item": ("ProjectionExpression",),
    "query": ("ProjectionExpression", "FilterExpression", "KeyConditionExpression"),
    "scan": ("ProjectionExpression", "FilterExpression"),
}
_TRANSACTED = {
    "Put": "put_item",
    "Delete": "delete_item",
    "Update": "update_item",
    "ConditionCheck": "delete_item",
    "Get": "get_item",
}
_CONDITIONS = ("ConditionExpression", "FilterExpression", "KeyConditionExpression")


def replace(module: Any) -> None:
    """Check each request before moto sees it, and keep its numbers as DynamoDB does.

    :param module: ``moto.dynamodb.responses``
    """
    handler = module.DynamoHandler
    for name in _NEW:
        setattr(handler, name, _checked(getattr(handler, name), _one(name)))
    for name, check in (
        ("batch_write_item", _check_batch_write),
        ("batch_get_item", _check_batch_get),
        ("transact_write_items", _check_transaction),
        ("transact_get_items", _check_transaction),
    ):
        setattr(handler, name, _checked(getattr(handler, name), check))


def _checked(original: Any, check: Callable[[dict[str, Any], Any], None]) -> Any:
    @wraps(original)
    def checked(self: Any) -> Any:
        from moto.dynamodb.exceptions import MockValidationException

        try:
            check(self.body, self.dynamodb_backend)
        except (RefusedError, ExpressionError) as problem:
            raise MockValidationException(str(problem)) from problem
        return original(self)

    return checked


def _one(name: str) -> Callable[[dict[str, Any], Any], None]:
    return lambda request, backend: _check(name, request, backend)


def _check(name: str, request: dict[str, Any], backend: Any) -> None:
    """Check a request, or the part of a transaction that is like one."""
    for part in ("Item", "Key", "ExclusiveStartKey"):
        if part in request:
            request[part] = {attribute: normalised(value) for attribute, value in (request[part] or {}).items()}
    _check_parameters(name, request)
    _normalise_values(request)
    conditions = {kind: _condition(kind, request) for kind in _CONDITIONS if kind in request}
    if "UpdateExpression" in request:
        _check_update(request)
    projected = _check_projection(request)
    _check_use(request, conditions, projected)
    table = backend.get_table(request["TableName"])
    if "Item" in request:
        keys.check_item(table, request["Item"])
    if "Key" in request:
        keys.check_key(table, request["Key"])
    if name == "query":
        key_conditions.check(table, request, conditions)
    if name in ("query", "scan"):
        key_conditions.check_projection(table, request)
        keys.check_start(table, request)


def _check_parameters(name: str, request: dict[str, Any]) -> None:
    old = [parameter for parameter in _OLD[name] if parameter in request]
    new = [parameter for parameter in _NEW[name] if parameter in request]
    if old and new:
        both = "Can not use both expression and non-expression parameters in the same request"
        listed = f"Non-expression parameters: {{{', '.join(old)}}} Expression parameters: {{{', '.join(new)}}}"
        raise RefusedError(f"{both}: {listed}")
    names, values = request.get("ExpressionAttributeNames"), request.get("ExpressionAttributeValues")
    if names is not None and not new:
        raise RefusedError("ExpressionAttributeNames can only be specified when using expressions")
    users = [parameter for parameter in _NEW[name] if parameter != "ProjectionExpression"]
    if values is not None and users and not set(users) & set(new):
        only = "ExpressionAttributeValues can only be specified when using expressions"
        raise RefusedError(f"{only}: {' and '.join(users)} {'is' if len(users) == 1 else 'are'} null")
    for part, given in (("Names", names), ("Values", values)):
        if given == {}:
            raise RefusedError(f"ExpressionAttribute{part} must not be empty")


def _normalise_values(request: dict[str, Any]) -> None:
    for name, value in (request.get("ExpressionAttributeValues") or {}).items():
        try:
            request["ExpressionAttributeValues"][name] = normalised(value)
        except RefusedError as problem:
            raise RefusedError(
                f"ExpressionAttributeValues contains invalid value: {problem} for key {name}"
            ) from problem


def _condition(kind: str, request: dict[str, Any]) -> Condition:
    names, values = request.get("ExpressionAttributeNames"), request.get("ExpressionAttributeValues")
    try:
        found = Condition(request[kind], names, values, strict=True)
        found.check()
    except ExpressionError as problem:
        raise ExpressionError(f"Invalid {kind}: {problem}") from problem
    return found


def _check_update(request: dict[str, Any]) -> None:
    names, values = request.get("ExpressionAttributeNames") or {}, request.get("ExpressionAttributeValues") or {}
    try:
        updates.check(request["UpdateExpression"], names, values)
    except ExpressionError as problem:
        raise ExpressionError(f"Invalid UpdateExpression: {problem}") from problem


def _check_projection(request: dict[str, Any]) -> list[str]:
    """Return the placeholders that a projection uses."""
    expression, names = request.get("ProjectionExpression"), request.get("ExpressionAttributeNames") or {}
    if expression is None:
        return []
    try:
        paths = paths_of(expression)
        check_paths(paths, names)
        _check_overlaps([shown_path(path, names) for path in paths])
    except ExpressionError as problem:
        raise ExpressionError(f"Invalid ProjectionExpression: {problem}") from problem
    return updates.PLACEHOLDER.findall(expression)


def _check_overlaps(paths: list[str]) -> None:
    for number, path in enumerate(paths):
        for other in paths[:number]:
            first, second = sorted((path, other), key=len)
            if f"{second[:-1]},".startswith(f"{first[:-1]},"):
                both = "Two document paths overlap with each other; must remove or rewrite one of these paths"
                raise ExpressionError(f"{both}; path one: {other}, path two: {path}")


def _check_use(request: dict[str, Any], conditions: dict[str, Condition], projected: list[str]) -> None:
    """Refuse names and values that no expression uses."""
    used = set(updates.PLACEHOLDER.findall(request.get("UpdateExpression") or "")) | set(projected)
    for condition in conditions.values():
        used |= {*condition.expr_attr_names_found, *condition.expr_attr_values_found}
    for part in ("Values", "Names"):
        unused = [name for name in request.get(f"ExpressionAttribute{part}") or {} if name not in used]
        if unused:
            raise RefusedError(
                f"Value provided in ExpressionAttribute{part} unused in expressions: keys: {{{', '.join(unused)}}}"
            )


def _check_batch_write(request: dict[str, Any], backend: Any) -> None:
    for name, writes in request["RequestItems"].items():
        seen: list[Any] = []
        for write in writes:
            if len(write) != 1:
                several = "Supplied AttributeValue has more than one datatypes set"
                raise RefusedError(f"{several}, must contain exactly one of the supported datatypes")
            part = "Item" if "PutRequest" in write else "Key"
            inner = next(iter(write.values()))
            inner[part] = {attribute: normalised(value) for attribute, value in inner[part].items()}
            table = backend.get_table(name)
            (keys.check_item if part == "Item" else keys.check_key)(table, inner[part])
            seen.append({attribute: inner[part][attribute] for attribute in table.table_key_attrs})
        _refuse_duplicates(seen)
    if sum(map(len, request["RequestItems"].values())) > 25:
        raise RefusedError("Too many items requested for the BatchWriteItem call")


def _check_batch_get(request: dict[str, Any], backend: Any) -> None:
    for name, wanted in request["RequestItems"].items():
        wanted["Keys"] = [{each: normalised(value) for each, value in key.items()} for key in wanted["Keys"]]
        _check_parameters("get_item", wanted)
        _check_use(wanted, {}, _check_projection(wanted))
        table = backend.get_table(name)
        for key in wanted["Keys"]:
            keys.check_key(table, key)
        _refuse_duplicates(wanted["Keys"])


def _refuse_duplicates(found: list[Any]) -> None:
    if any(key in found[:number] for number, key in enumerate(found)):
        raise RefusedError("Provided list of item keys contains duplicates")


def _check_transaction(request: dict[str, Any], backend: Any) -> None:
    for item in request["TransactItems"]:
        for kind, part in _parts(item):
            _check(_TRANSACTED[kind], part, backend)


def _parts(item: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    return ((kind, part) for kind, part in item.items() if kind in _TRANSACTED)
