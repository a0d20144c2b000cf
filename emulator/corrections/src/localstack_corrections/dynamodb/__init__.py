"""Corrections of DynamoDB."""

from localstack_corrections.correction import Correction
from localstack_corrections.dynamodb.in_process import IN_PROCESS_DYNAMODB
from localstack_corrections.dynamodb.removed_by_the_service import REMOVED_BY_THE_SERVICE

CORRECTIONS: tuple[Correction, ...] = (IN_PROCESS_DYNAMODB, REMOVED_BY_THE_SERVICE)
