"""Corrections of SQS, in the order they apply."""

from localstack_corrections.correction import Correction
from localstack_corrections.sqs.queue_urls import LINEAR_QUEUE_URLS

CORRECTIONS: tuple[Correction, ...] = (LINEAR_QUEUE_URLS,)
