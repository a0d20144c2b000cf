"""Corrections of DynamoDB."""

from localstack_corrections.correction import Correction
from localstack_corrections.dynamodb.in_process import IN_PROCESS_DYNAMODB
from localstack_corrections.dynamodb.removed_by_the_service import REMOVED_BY_THE_SERVICE

STILL_DIFFERENT: tuple[str, ...] = (
    "Capacity is never exceeded, and `ConsumedCapacity` is an estimate.",
    "A table's stream has one shard, which never splits; iterators never expire.",
    "A replica in another region shows the items of its table: there is one copy, and no replication delay.",
    "PartiQL: results end at `Limit`, not at 1 MB.",
    "Exports are whole and DYNAMODB_JSON; imports read that and CSV, not Amazon Ion nor ZSTD; imports are not listed.",
    "A table that is restored has the items of now. Contributor insights can be switched on, and show nothing.",
    "`ItemCollectionMetrics` are never there.",
    "Tables are gone when the emulator ends.",
)
CORRECTIONS: tuple[Correction, ...] = (IN_PROCESS_DYNAMODB, REMOVED_BY_THE_SERVICE)
