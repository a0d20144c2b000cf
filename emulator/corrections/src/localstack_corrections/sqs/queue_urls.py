"""Recognition of a queue's URL in linear time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from types import ModuleType

_QUEUE = re.compile(r"[^:]:\d{4,5}/(?:queue/[a-z0-9-]+/)?\d{12}/[a-zA-Z0-9_-]+(?:.fifo)?$")
"""What is common to the four forms of URL that LocalStack looks for; their parts before the port do not matter."""


def is_sqs_queue_url(url: str) -> bool:
    """Return what LocalStack's function of this name returns."""
    return _QUEUE.search(url) is not None


def _recognise_in_linear_time(module: ModuleType) -> None:
    module.is_sqs_queue_url = is_sqs_queue_url  # type: ignore[attr-defined]


LINEAR_QUEUE_URLS = Correction(
    "linear-queue-urls",
    "Searches the URL of every unsigned request with expressions that take quadratic time: 20 s for 16,000 characters.",
    "Answers at once, whatever the length of the URL.",
    "benchmarks: a request line of 16,000 characters",
    {
        "localstack.services.sqs.utils": _recognise_in_linear_time,
        # it may have been imported before the corrections apply
        "localstack.aws.protocol.service_router": _recognise_in_linear_time,
    },
)
