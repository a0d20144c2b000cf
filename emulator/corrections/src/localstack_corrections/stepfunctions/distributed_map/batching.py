"""Inputs of child executions: each item as ``ItemSelector`` makes it, alone or in batches.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itembatcher.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from localstack_corrections.stepfunctions.distributed_map.failures import RUNTIME, MapRunError
from localstack_corrections.stepfunctions.distributed_map.templates import evaluated, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localstack_corrections.stepfunctions.distributed_map.fields import Fields
    from localstack_corrections.stepfunctions.distributed_map.reading import Item

LARGEST_INPUT: Final = 256 * 1024


class ChildInput(NamedTuple):
    """Input of one child execution."""

    document: Any
    items: int
    """How many items it has to process."""


def selected(state: Any, env: Any, items: list[Item]) -> list[Any]:
    """Return each item as ``ItemSelector`` or ``Parameters`` makes it."""
    selector = state.item_selector or state.parameters
    if selector is None:
        return [item.value for item in items]
    data = env.states.context_object.context_object_data
    made = []
    for index, item in enumerate(items):
        data["Map"] = {"Item": {"Index": index, **item.context}}
        selector.eval(env)
        made.append(env.stack.pop())
    data.pop("Map", None)
    return made


def batched(fields: Fields, env: Any, items: list[Any]) -> list[ChildInput]:
    """Return the inputs of the child executions.

    :raises MapRunError: a size is not a positive integer, or an item is too large for any batch.
    """
    batcher = fields.batcher
    if batcher is None:
        return [ChildInput(item, 1) for item in items]
    most = _size(fields, env, batcher, "MaxItemsPerBatch")
    largest = min(_size(fields, env, batcher, "MaxInputBytesPerBatch") or LARGEST_INPUT, LARGEST_INPUT)
    envelope: dict[str, Any] = {}
    if "BatchInput" in batcher:
        envelope["BatchInput"] = evaluated(fields, env, batcher["BatchInput"])
    empty = _length(envelope | {"Items": []})
    return [
        ChildInput(envelope | {"Items": batch}, len(batch))
        for batch in _batches(items, most or len(items), largest - empty)
    ]


def _batches(items: list[Any], most: int, room: int) -> Iterator[list[Any]]:
    batch: list[Any] = []
    used = 0
    for item in items:
        length = _length(item) + 1
        if length > room:
            raise MapRunError(RUNTIME, "An item is larger than MaxInputBytesPerBatch allows for a batch.")
        if batch and (len(batch) == most or used + length > room):
            yield batch
            batch, used = [], 0
        batch.append(item)
        used += length
    if batch:
        yield batch


def _length(document: Any) -> int:
    return len(json.dumps(document, separators=(",", ":")).encode())


def _size(fields: Fields, env: Any, batcher: dict[str, Any], name: str) -> int | None:
    value = named(fields, env, batcher, name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value <= 0:
        raise MapRunError(RUNTIME, f"{name} must be a positive integer, but was: {json.dumps(value)}")
    return value
