"""Answers with what was asked for, and nothing else."""

from __future__ import annotations

import json
from functools import wraps
from typing import TYPE_CHECKING, Any

from localstack_corrections.dynamodb.grammar import paths_of
from localstack_corrections.dynamodb.projections import project
from localstack_corrections.dynamodb.updates import targets

if TYPE_CHECKING:
    from collections.abc import Callable

_GETS = 100
"""How many items a transaction may read; moto still has the bound of before September 2022."""


def replace(module: Any) -> None:
    """Complete moto's answers.

    :param module: ``moto.dynamodb.responses``
    """
    module.TRANSACTION_MAX_ITEMS = _GETS
    handler = module.DynamoHandler
    for name in (
        "put_item",
        "delete_item",
        "update_item",
        "batch_write_item",
        "batch_get_item",
        "transact_write_items",
    ):
        setattr(handler, name, _completed(getattr(handler, name), _leave_out))
    handler.update_item = _updated(handler.update_item)
    handler.get_item = _completed(handler.get_item, _old_projection)
    handler.transact_get_items = _completed(handler.transact_get_items, _projected)


def _completed(original: Any, complete: Callable[[dict[str, Any], dict[str, Any]], None]) -> Any:
    @wraps(original)
    def completed(self: Any) -> Any:
        answer = original(self)
        if not isinstance(answer, str):
            return answer
        found = json.loads(answer)
        complete(self.body, found)
        return json.dumps(found)

    return completed


def _leave_out(request: dict[str, Any], answer: dict[str, Any]) -> None:
    if request.get("ReturnConsumedCapacity", "NONE") == "NONE":
        answer.pop("ConsumedCapacity", None)
    for part in ("Attributes", "ItemCollectionMetrics"):
        if answer.get(part) == {}:
            del answer[part]


def _updated(original: Any) -> Any:
    """Return the attributes that the expression names, changed or not."""

    @wraps(original)
    def update_item(self: Any) -> Any:
        expression, wanted = self.body.get("UpdateExpression"), self.body.get("ReturnValues")
        if not expression or wanted not in ("UPDATED_OLD", "UPDATED_NEW"):
            return original(self)
        self.body["ReturnValues"] = wanted.replace("UPDATED", "ALL")
        answer = json.loads(original(self))
        if found := project(answer.pop("Attributes", {}), targets(expression), self.body):
            answer["Attributes"] = found
        return json.dumps(answer)

    return update_item


def _old_projection(request: dict[str, Any], answer: dict[str, Any]) -> None:
    wanted = request.get("AttributesToGet")
    if wanted and "Item" in answer:
        answer["Item"] = {name: value for name, value in answer["Item"].items() if name in wanted}


def _projected(request: dict[str, Any], answer: dict[str, Any]) -> None:
    for item, found in zip(request["TransactItems"], answer["Responses"], strict=True):
        expression = item["Get"].get("ProjectionExpression")
        if expression and "Item" in found:
            found["Item"] = project(found["Item"], paths_of(expression), item["Get"])
