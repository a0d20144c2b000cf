"""Positions in streams that outlast a change of what reads them."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from types import ModuleType

_NEWEST: WeakValueDictionary[str, Any] = WeakValueDictionary()
"""The newest worker of each event source mapping: an update makes another one."""


def _continue_where_the_last_ended(module: ModuleType) -> None:
    worker: Any = module.EsmWorker
    init, poller_loop = worker.__init__, worker.poller_loop

    def init_after(self: Any, *args: Any, **kwargs: Any) -> None:
        init(self, *args, **kwargs)
        self.predecessor = _NEWEST.get(self.uuid)
        _NEWEST[self.uuid] = self

    def loop_after(self: Any, *args: Any, **kwargs: Any) -> None:
        _take_over(self)
        poller_loop(self, *args, **kwargs)

    worker.__init__ = init_after
    worker.poller_loop = loop_after


def _take_over(worker: Any) -> None:
    """Wait for the invocation that the last worker is busy with, and read on from there."""
    before, worker.predecessor = worker.predecessor, None
    poller = worker.poller
    if before is None or not hasattr(poller, "shards"):
        return
    if before._poller_thread is None:
        _take_over(before)  # one that was disabled has never read
    else:
        before.poller._is_shutdown.set()  # no further attempt with the old settings
        before._poller_thread.join()
    poller.shards = {**before.poller.shards}
    for shard, records in getattr(before.poller, "unfinished", {}).items():
        poller.shard_batcher[shard].add(records)
    for shard, batcher in before.poller.shard_batcher.items():
        poller.shard_batcher[shard].add(batcher.flush())


class _Watched:
    """The processor of a poller, which remembers whether the last attempt has failed."""

    def __init__(self, processor: Any) -> None:
        self._processor = processor
        self.has_failed = False

    def process_events_batch(self, events: Any) -> Any:
        """Process a batch."""
        self.has_failed = True
        result = self._processor.process_events_batch(events)
        self.has_failed = False
        return result

    def __getattr__(self, name: str) -> Any:
        return getattr(self._processor, name)


def _keep_what_failed(module: ModuleType) -> None:
    """Keep a batch whose attempts an update ends: it is the first of the next worker."""
    poller: Any = module.StreamPoller
    forward = poller.forward_events_to_target

    def forward_or_keep(self: Any, shard_id: str, records: Any) -> None:
        if not isinstance(self.processor, _Watched):
            self.processor = _Watched(self.processor)
        self.processor.has_failed = False
        is_ended = self._is_shutdown.is_set()
        kept = copy.deepcopy(list(records))  # LocalStack makes events of the records themselves
        forward(self, shard_id, records)
        if self._is_shutdown.is_set() and (is_ended or self.processor.has_failed):
            self.unfinished = getattr(self, "unfinished", {})
            self.unfinished[shard_id] = [*self.unfinished.get(shard_id, ()), *kept]

    poller.forward_events_to_target = forward_or_keep


KEPT_POSITIONS = Correction(
    "kept-positions",
    "Reads a stream from its starting position again when an event source mapping is updated or enabled: records come "
    "twice, or are lost.",
    "Reads on where it was.",
    "https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html",
    {
        "localstack.services.lambda_.event_source_mapping.esm_worker": _continue_where_the_last_ended,
        "localstack.services.lambda_.event_source_mapping.pollers.stream_poller": _keep_what_failed,
    },
)
