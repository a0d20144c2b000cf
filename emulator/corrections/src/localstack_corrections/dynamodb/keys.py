"""Keys of tables and indexes, as DynamoDB demands them of items and requests."""

from __future__ import annotations

from typing import Any

from localstack_corrections.dynamodb.values import RefusedError, octets

_INVALID = "One or more parameter values were invalid: "
_NOT_VALID = "One or more parameter values are not valid. "
_EMPTY = "The AttributeValue for a key attribute cannot contain an empty {} value. "
_KINDS = {"S": "string", "B": "binary"}
_LONGEST = {"HASH": ("hashkey", 2048), "RANGE": ("rangekey", 1024)}


def types_of(table: Any) -> dict[str, str]:
    """Return the types of the attributes that are in keys."""
    return {each["AttributeName"]: each["AttributeType"] for each in table.attr}


def check_item(table: Any, item: dict[str, Any]) -> None:
    """Check a whole item for the keys of its table and of the indexes.

    :raises RefusedError: it has not the key, or one of another type or size.
    """
    types = types_of(table)
    for key in table.schema:
        name = key["AttributeName"]
        if name not in item:
            raise RefusedError(f"{_INVALID}Missing the key {name} in the item")
        if types[name] not in item[name]:
            actual = next(iter(item[name]))
            raise RefusedError(f"{_INVALID}Type mismatch for key {name} expected: {types[name]} actual: {actual}")
        _check_size(key, item[name])
    check_indexes(table, item)


def check_indexes(table: Any, item: dict[str, Any]) -> None:
    """Check the attributes that are keys of an index; an item may be without them.

    :raises RefusedError: one is of another type, or empty.
    """
    types = types_of(table)
    for index in table.all_indexes():
        for name in index.schema_key_attrs:
            if name not in item or name in table.table_key_attrs:
                continue
            ((actual, content),) = item[name].items()
            if actual != types[name]:
                mismatch = f"Type mismatch for Index Key {name} Expected: {types[name]} Actual: {actual}"
                raise RefusedError(f"{_INVALID}{mismatch} IndexName: {index.name}")
            if content == "":
                rule = f"A value specified for a secondary index key is not supported. {_EMPTY.format(_KINDS[actual])}"
                raise RefusedError(f"{_NOT_VALID}{rule}IndexName: {index.name}, IndexKey: {name}")


def check_key(table: Any, key: dict[str, Any]) -> None:
    """Check a key that a request asks for.

    :raises RefusedError: it is none of this table.
    """
    if not _fits(table, key, table.table_key_attrs):
        raise RefusedError("The provided key element does not match the schema")
    for part in table.schema:
        _check_size(part, key[part["AttributeName"]])


def check_start(table: Any, request: dict[str, Any]) -> None:
    """Check the key that a page begins after.

    :raises RefusedError: it is none of the table or index.
    """
    start, index = request.get("ExclusiveStartKey"), request.get("IndexName")
    if start is None:
        return
    names = list(table.table_key_attrs)
    if index:
        names += next((each.schema_key_attrs for each in table.all_indexes() if each.name == index), [])
    if not _fits(table, start, names):
        raise RefusedError("The provided starting key is invalid")


def _fits(table: Any, key: dict[str, Any], names: list[str]) -> bool:
    types = types_of(table)
    return set(key) == set(names) and all(types[name] in value for name, value in key.items())


def _check_size(part: dict[str, str], value: dict[str, Any]) -> None:
    ((kind, content),) = value.items()
    if content == "":
        raise RefusedError(f"{_NOT_VALID}{_EMPTY.format(_KINDS.get(kind, 'string'))}Key: {part['AttributeName']}")
    what, longest = _LONGEST[part["KeyType"]]
    size = len(octets(content) if kind == "B" else content.encode())
    if size > longest:
        raise RefusedError(f"{_INVALID}Size of {what} has exceeded the maximum size limit of{longest} bytes")
