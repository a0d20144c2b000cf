"""Items that expire are removed by the service, and the stream's records say so.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html. AWS removes them "within a few days"; here it
is once a minute while tables are in use, and at once with ``DELETE /_aws/dynamodb/expired``.
``DYNAMODB_REMOVE_EXPIRED_ITEMS=0`` leaves them.
"""

from __future__ import annotations

import os
import time
from decimal import Decimal, InvalidOperation
from typing import Any

PERIOD_SECONDS = 60
_TOO_OLD_SECONDS = 5 * 365 * 24 * 60 * 60
"""A time more than five years ago does not expire an item."""


def replace_worker(module: Any) -> None:
    """Remove expired items in moto's tables.

    :param module: ``localstack.services.dynamodb.v2.provider``
    """

    def delete_expired_items() -> int:
        """Remove the items that have expired by now, and return how many they were."""
        return sum(
            _expire(account_id, region, table_name, specification["AttributeName"])
            for account_id, region, store in module.dynamodb_stores.iter_stores()
            for table_name, specification in list(store.ttl_specifications.items())
            if specification.get("Enabled")
        )

    def start(self: Any) -> None:
        with self.mutex:
            if not self.thread:
                self.scheduler = module.Scheduler()
                self.scheduler.schedule(delete_expired_items, period=PERIOD_SECONDS)
                self.thread = module.start_thread(lambda *_: self.scheduler.run(), name="ddb-remove-expired-items")

    module.delete_expired_items = delete_expired_items
    module.ExpiredItemsWorker.start = start
    if os.environ.get("DYNAMODB_REMOVE_EXPIRED_ITEMS", "1").lower() not in ("0", "false"):
        module.config.DYNAMODB_REMOVE_EXPIRED_ITEMS = True


def _expire(account_id: str, region: str, table_name: str, attribute: str) -> int:
    from localstack.services.dynamodb.server import DynamodbServer
    from moto.dynamodb.models import dynamodb_backends

    with DynamodbServer.get().proxy.exclusive():
        table = dynamodb_backends[account_id][region].tables.get(table_name)
        if table is None:
            return 0
        expired = [item for item in table.all_items() if _has_expired(item.attrs.get(attribute))]
        shard, table.stream_shard = table.stream_shard, None
        try:
            for item in expired:
                table.delete_item(item.hash_key, item.range_key)
                if shard is not None:
                    shard.add(item, None, expired=True)
        finally:
            table.stream_shard = shard
        return len(expired)


def _has_expired(value: Any) -> bool:
    if value is None or value.type != "N":
        return False
    try:
        seconds_ago = Decimal(int(time.time())) - Decimal(value.value)
    except InvalidOperation:
        return False
    return 0 <= seconds_ago < _TOO_OLD_SECONDS
