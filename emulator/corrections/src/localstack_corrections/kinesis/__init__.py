"""Corrections of Kinesis, in the order they apply."""

from localstack_corrections.correction import Correction
from localstack_corrections.kinesis.in_process import IN_PROCESS_KINESIS

CORRECTIONS: tuple[Correction, ...] = (IN_PROCESS_KINESIS,)
