"""Corrections of DynamoDB."""

from localstack_corrections.correction import Correction
from localstack_corrections.dynamodb.in_process import IN_PROCESS_DYNAMODB
from localstack_corrections.dynamodb.removed_by_the_service import REMOVED_BY_THE_SERVICE

STILL_DIFFERENT: tuple[str, ...] = (
    "Capacity is never exceeded, and `ConsumedCapacity` is an estimate.",
    "A table's stream has one shard, which never splits; iterators never expire.",
    "A replica in another region shows the items of its table: there is one copy, and no replication delay.",
    "A table's changes are not sent to its Kinesis streaming destination.",
    "PartiQL: `RETURNING`, `set_add` and `set_delete` have no effect or are refused, and results are not paged.",
    "PartiQL: a cancelled transaction has the reason of the statement that failed, and none for the others.",
    "Tables are gone when the emulator ends.",
)
CORRECTIONS: tuple[Correction, ...] = (IN_PROCESS_DYNAMODB, REMOVED_BY_THE_SERVICE)
