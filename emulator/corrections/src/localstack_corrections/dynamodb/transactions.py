"""Transactions: whole or not at all, a reason for each item, and once for each token.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
"""

from __future__ import annotations

import copy
import hashlib
import json
import time
from functools import partial, wraps
from typing import TYPE_CHECKING, Any

from localstack_corrections.dynamodb.atomic_writes import held_back
from localstack_corrections.dynamodb.conditions import Condition
from localstack_corrections.dynamodb.values import attributes_of

if TYPE_CHECKING:
    from collections.abc import Callable

_TOKEN_SECONDS = 600
_PREFIX = "com.amazonaws.dynamodb.v20120810#"
_OF_THE_ITEM = (
    "The provided expression refers to an attribute that does not exist in the item",
    "An operand in the update expression has an incorrect data type",
    "The document path provided in the update expression is invalid for update",
    "Item size to update has exceeded the maximum allowed size",
    "Number overflow. Attempting to store a number with magnitude larger than supported range",
    "One or more parameter values were invalid: Type mismatch",
)
"""The beginnings of errors that depend on the item of now: they cancel a transaction. Others refuse the request."""
CODES = {
    "ConditionalCheckFailedException": "ConditionalCheckFailed",
    "DuplicateItemException": "DuplicateItem",
    "ResourceNotFoundException": "ResourceNotFound",
    "ValidationException": "ValidationError",
}
"""The code of a reason, by the name of the error."""


def code_of(error: Exception) -> str:
    """Return the code that a reason or a batch's answer has for an error."""
    name = str(getattr(error, "error_type", type(error).__name__)).rpartition("#")[2]
    return CODES.get(name, name)


def replace(module: Any) -> None:
    """Execute transactions here.

    :param module: ``moto.dynamodb.models``
    """
    backend = module.DynamoDBBackend

    def transact_write_items(self: Any, transact_items: list[dict[str, Any]]) -> None:
        _check_targets(self, transact_items)
        _together(self, [_write(self, *next(iter(item.items()))) for item in transact_items])

    def execute_transaction(self: Any, statements: list[dict[str, Any]]) -> Any:
        found: list[dict[str, Any]] = []

        def run(statement: dict[str, Any]) -> None:
            items = self.execute_statement(statement["Statement"], statement.get("Parameters"))
            is_read = statement["Statement"].lstrip()[:6].upper() == "SELECT"
            found.extend([{"Item": item} for item in items] or [{}] * is_read)

        _together(self, [partial(run, each) for each in statements])
        return found

    backend.transact_write_items = transact_write_items
    backend.execute_transaction = execute_transaction


def replace_handler(module: Any) -> None:
    """Execute a transaction once for each token of a client.

    :param module: ``moto.dynamodb.responses``
    """
    handler = module.DynamoHandler
    handler.transact_write_items = _once(handler.transact_write_items, "TransactItems")
    handler.execute_transaction = _once(handler.execute_transaction, "TransactStatements")


def _check_targets(backend: Any, items: list[dict[str, Any]]) -> None:
    from moto.dynamodb.exceptions import MultipleTransactionsException, TransactWriteSingleOpException

    targets: list[tuple[str, Any]] = []
    for item in items:
        if len(item) != 1:
            raise TransactWriteSingleOpException
        part = next(iter(item.values()))
        table = backend.get_table(part["TableName"])
        attributes = part.get("Key") or part["Item"]
        target = (table.name, {name: attributes[name] for name in table.table_key_attrs})
        if target in targets:
            raise MultipleTransactionsException
        targets.append(target)


def _write(backend: Any, kind: str, part: dict[str, Any]) -> Callable[[], None]:
    """Return what one item of a transaction does."""
    table = part["TableName"]
    names, values = part.get("ExpressionAttributeNames"), part.get("ExpressionAttributeValues")
    condition = part.get("ConditionExpression")
    given: dict[str, Any] = {
        "condition_expression": condition,
        "expression_attribute_names": names,
        "expression_attribute_values": values,
    }

    def write() -> None:
        key = part.get("Key") or {name: part["Item"][name] for name in backend.get_table(table).table_key_attrs}
        current = backend.get_item(table, key)
        if condition is not None and not Condition(condition, names, values).expr(current):
            from moto.dynamodb.exceptions import ConditionalCheckFailed

            wants_item = part.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" and current
            raise ConditionalCheckFailed(item=attributes_of(current) if wants_item else None)
        if kind == "Put":
            backend.put_item(table, part["Item"], **given)
        elif kind == "Delete":
            backend.delete_item(table, key, **given)
        elif kind == "Update":
            backend.update_item(table, key, update_expression=part["UpdateExpression"], **given)

    return write


def _together(backend: Any, actions: list[Callable[[], None]]) -> None:
    """Do all of it or nothing.

    :raises TransactionCanceledException: something cannot be done, with a reason for each action
    """
    from moto.core.exceptions import JsonRESTError
    from moto.dynamodb.exceptions import TransactionCanceledException

    before = {name: copy.deepcopy(table) for name, table in backend.tables.items()}
    reasons: list[tuple[Any, Any, Any]] = []
    with held_back(backend, set(before)) as pending:
        try:
            for action in actions:
                try:
                    action()
                except JsonRESTError as error:
                    if not _cancels(error):
                        raise
                    reasons.append((code_of(error), str(error.message), _item_of(error)))
                else:
                    reasons.append((None, None, None))
        except Exception:
            backend.tables.update(before)
            raise
        if any(code for code, _, _ in reasons):
            backend.tables.update(before)
            raise TransactionCanceledException(reasons)
        for records in pending:
            records.deliver()


def _item_of(error: Any) -> Any:
    """Return the item that a failed condition was about, where it was asked for."""
    return json.loads(error.description).get("Item")


def _cancels(error: Any) -> bool:
    code = code_of(error)
    return code in ("ConditionalCheckFailed", "DuplicateItem") or str(error.message).startswith(_OF_THE_ITEM)


def _once(original: Any, content: str) -> Any:
    @wraps(original)
    def once(self: Any) -> Any:
        token = self.body.get("ClientRequestToken")
        if not token:
            return original(self)
        done: dict[str, tuple[float, str, Any]] = self.dynamodb_backend.__dict__.setdefault("done_transactions", {})
        for old in [name for name, (until, _, _) in done.items() if until < time.monotonic()]:
            del done[old]
        digest = hashlib.sha256(json.dumps(self.body[content], sort_keys=True).encode()).hexdigest()
        if token in done:
            _, known, answer = done[token]
            if known != digest:
                raise _mismatch()
            return answer
        answer = original(self)
        done[token] = (time.monotonic() + _TOKEN_SECONDS, digest, answer)
        return answer

    return once


def _mismatch() -> Exception:
    from moto.core.exceptions import JsonRESTError

    message = (
        "DynamoDB rejected the request because you retried a request with a different payload"
        " but with an idempotent token that was already used."
    )
    error: Exception = JsonRESTError(f"{_PREFIX}IdempotentParameterMismatchException", message)
    return error
