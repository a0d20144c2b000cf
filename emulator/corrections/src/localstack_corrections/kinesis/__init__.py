"""Corrections of Kinesis, in the order they apply."""

from localstack_corrections.correction import Correction
from localstack_corrections.kinesis.in_process import IN_PROCESS_KINESIS

STILL_DIFFERENT: tuple[str, ...] = (
    "Reads and writes are not limited to a shard's rate.",
    "A record may have 10 MiB; AWS takes 1 MiB until `UpdateMaxRecordSize` allows more.",
    "A shard that was split or merged still gives a next iterator when it has been read to its end.",
    "Streams are gone when the emulator ends.",
)
CORRECTIONS: tuple[Correction, ...] = (IN_PROCESS_KINESIS,)
