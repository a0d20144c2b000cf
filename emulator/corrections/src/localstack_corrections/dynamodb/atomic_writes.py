"""Writes that happen whole or not at all, with one stream record each.

moto updates an item in place: an update that fails half-way leaves its first half, and a new item's update leaves two
records. It copies whole tables for a transaction, and a transaction that fails forgets the stream.
"""

from __future__ import annotations

import copy
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


def replace(module: Any) -> None:
    """Make updates and transactions atomic.

    :param module: ``moto.dynamodb.models``
    """
    backend, table = module.DynamoDBBackend, module.Table
    table.__deepcopy__ = _snapshot
    _replace_update(backend)


def _snapshot(table: Any, _memo: Any) -> Any:
    """Return a table with the items of now. Items are replaced and never changed, so that they need no copy."""
    twin = object.__new__(type(table))
    twin.__dict__.update(table.__dict__)
    twin.items = copy.copy(table.items)
    if table.has_range_key:
        for key, items in twin.items.items():
            twin.items[key] = dict(items)
    return twin


def _replace_update(backend: Any) -> None:
    original = backend.update_item

    def update_item(self: Any, table_name: str, key: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        table = self.get_table(table_name)
        # raises for a key that is not the table's
        keys = self.get_keys_value(table, key)
        before = table.get_item(*keys)
        with _one_record(table) as shard:
            if before is not None:
                _put(table, keys, copy.deepcopy(before))
            try:
                after = original(self, table_name, key, *args, **kwargs)
            except BaseException:
                _put(table, keys, before)
                raise
        if shard is not None:
            shard.add(before, after)
        return after

    backend.update_item = update_item


@contextmanager
def _one_record(table: Any) -> Iterator[Any]:
    """Yield the table's shard, which gets no record meanwhile."""
    shard, table.stream_shard = table.stream_shard, None
    try:
        yield shard
    finally:
        table.stream_shard = shard


def _put(table: Any, keys: tuple[Any, Any], item: Any) -> None:
    hash_key, range_key = keys
    items, key = (table.items[hash_key], range_key) if range_key is not None else (table.items, hash_key)
    if item is None:
        items.pop(key, None)
    else:
        items[key] = item


class _Pending:
    """A shard that holds records back until their transaction has succeeded."""

    def __init__(self, shard: Any) -> None:
        self._shard = shard
        self._changes: list[tuple[Any, Any]] = []

    def add(self, old: Any, new: Any) -> None:
        self._changes.append((old, new))

    def deliver(self) -> None:
        for old, new in self._changes:
            self._shard.add(old, new)


@contextmanager
def held_back(backend: Any, names: set[Any]) -> Iterator[list[_Pending]]:
    """Hold back the records of the tables. Afterwards the tables are the same objects, rolled back or not."""
    tables = {name: backend.tables[name] for name in names if name in backend.tables}
    shards = {name: table.stream_shard for name, table in tables.items()}
    pending = {name: _Pending(shard) for name, shard in shards.items() if shard is not None}
    for name, records in pending.items():
        tables[name].stream_shard = records
    try:
        yield list(pending.values())
    finally:
        for name, table in tables.items():
            table.items = backend.tables[name].items
            table.stream_shard = shards[name]
            backend.tables[name] = table
