"""A table that is paid by the request has no capacity; moto keeps what it was provisioned with before."""

from __future__ import annotations

from functools import wraps
from typing import Any


def replace(module: Any) -> None:
    """Forget the capacity when the mode changes.

    :param module: ``moto.dynamodb.models``
    """
    update = module.DynamoDBBackend.update_table

    @wraps(update)
    def update_table(self: Any, *arguments: Any, **options: Any) -> Any:
        table = update(self, *arguments, **options)
        if table.billing_mode == "PAY_PER_REQUEST":
            table.throughput = {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0}
        return table

    module.DynamoDBBackend.update_table = update_table
