"""Batches of a stream that are split in two when their function fails.

https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html: "Bisecting a batch ... doesn't affect
the retry quota", so that the attempts of each half are counted anew.
"""

from __future__ import annotations

import copy
from functools import wraps
from typing import Any

from localstack_corrections.correction import Correction

_FOLDER = "localstack.services.lambda_.event_source_mapping"


class _SplitBatch(BaseException):
    """Leaves LocalStack's loop of attempts, which catches every ``Exception``."""


class _Splitting:
    """A processor of events that fails at once for more than one."""

    def __init__(self, processor: Any, failure: type[Exception]) -> None:
        self._processor = processor
        self._failure = failure

    def process_events_batch(self, events: list[Any]) -> Any:
        try:
            return self._processor.process_events_batch(events)
        except self._failure as error:
            if len(events) == 1:
                raise
            raise _SplitBatch from error

    def __getattr__(self, name: str) -> Any:
        return getattr(self._processor, name)


def _set_on_poller(module: Any) -> None:
    original = module.EsmWorker.__init__

    @wraps(original)
    def begin(self: Any, esm_config: Any, *arguments: Any, **options: Any) -> None:
        original(self, esm_config, *arguments, **options)
        self.poller.bisects = bool(esm_config.get("BisectBatchOnFunctionError"))

    module.EsmWorker.__init__ = begin


def _split(module: Any) -> None:
    original = module.StreamPoller.forward_events_to_target

    @wraps(original)
    def forward_events_to_target(self: Any, shard_id: str, records: Any) -> None:
        records = list(records)
        if not getattr(self, "bisects", False) or len(records) == 1:
            original(self, shard_id, records)
            return
        processor = self.processor
        self.processor = _Splitting(processor, module.BatchFailureError)
        try:
            # which changes them into events, in place
            original(self, shard_id, copy.deepcopy(records))
            halves: list[list[Any]] = []
        except _SplitBatch:
            middle = len(records) // 2
            halves = [records[:middle], records[middle:]]
        finally:
            self.processor = processor
        for half in halves:
            forward_events_to_target(self, shard_id, half)

    module.StreamPoller.forward_events_to_target = forward_events_to_target


BISECTED_BATCHES = Correction(
    name="bisected-batches",
    localstack="Takes `BisectBatchOnFunctionError`, and retries the whole batch.",
    aws="Splits a batch whose function fails in two, until the record that makes it fail is alone.",
    source="https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html",
    patches={f"{_FOLDER}.esm_worker": _set_on_poller, f"{_FOLDER}.pollers.stream_poller": _split},
)
