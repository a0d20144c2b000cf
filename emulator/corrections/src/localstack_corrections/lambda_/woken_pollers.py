"""An event source whose queue or stream was empty is polled as soon as something is in it.

LocalStack's pollers wait longer after each empty poll, up to ten seconds and half as much again. AWS polls an idle
queue all the time (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html). Here the pollers wait as
LocalStack's do, and a write wakes the ones that wait for it: no poll more, and no CPU while nothing happens.
"""

from __future__ import annotations

import threading
import weakref
from collections import defaultdict
from typing import Any

from localstack_corrections.correction import Correction
from localstack_corrections.dynamodb import in_process as in_process_dynamodb
from localstack_corrections.dynamodb import stream_records
from localstack_corrections.kinesis import in_process as in_process_kinesis

_BATCH_SECONDS = 0.02
"""Messages that are sent together arrive in one batch."""


class Interruptible(threading.Event):
    """An event whose waits also end when it is woken, without being set."""

    def __init__(self) -> None:
        """Create it neither set nor woken."""
        super().__init__()
        self._woken = threading.Event()

    def set(self) -> None:
        """Set it for good."""
        super().set()
        self._woken.set()

    def wake(self) -> None:
        """End the wait of now, or else the next one."""
        self._woken.set()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is set, woken, or the seconds are over. Return whether it is set."""
        if self._woken.wait(timeout) and not self.is_set():
            super().wait(_BATCH_SECONDS)
            self._woken.clear()
            if self.is_set():
                self._woken.set()
        return self.is_set()

    def clear(self) -> None:
        """Make waits wait again."""
        super().clear()
        self._woken.clear()


_WAITING: defaultdict[str, weakref.WeakSet[Interruptible]] = defaultdict(weakref.WeakSet)
"""What the pollers wait for, by the ARN of their source."""

_WOKEN_SERVICES: set[str] = set()
"""Event sources of streams whose writes happen in this process."""


def wake(source_arn: str) -> None:
    """Wake the pollers of a queue or a stream."""
    if source_arn in _WAITING:
        for poller in list(_WAITING[source_arn]):
            poller.wake()


def _wait_for_source(module: Any) -> None:
    original = module.EsmWorker.__init__

    def init(self: Any, esm_config: Any, *args: Any, **kwargs: Any) -> None:
        original(self, esm_config, *args, **kwargs)
        if source_arn := esm_config.get("EventSourceArn"):
            self._shutdown_event = Interruptible()
            _WAITING[source_arn].add(self._shutdown_event)

    module.EsmWorker.__init__ = init


def _wake_on_message(module: Any) -> None:
    """Wake when a message becomes visible: sent, delayed no longer, or not deleted in time."""
    for queue in (module.StandardQueue, module.FifoQueue):
        queue._put_message = _then_wake(queue._put_message, lambda self: self.arn)


def _back_off_where_woken(module: Any) -> None:
    """Read all shards of a stream with each poll, and wait longer while they are empty: a write ends the wait.

    LocalStack reads one shard a second, always.
    """
    poll, get_records = module.StreamPoller.poll_events, module.StreamPoller.get_records

    def poll_events(self: Any) -> None:
        if self.event_source() not in _WOKEN_SERVICES:
            poll(self)
            return
        self.found_records = False
        poll(self)
        for _ in range(len(self.shards) - 1):
            poll(self)
        if not self.found_records and not any(batcher.get_current_size() for batcher in self.shard_batcher.values()):
            raise module.EmptyPollResultsException(service=self.event_source(), source_arn=self.source_arn)

    def get_records_of(self: Any, shard_iterator: str) -> Any:
        answer = get_records(self, shard_iterator)
        self.found_records = self.found_records or bool(answer.get("Records"))
        return answer

    module.StreamPoller.poll_events = poll_events
    module.StreamPoller.get_records = get_records_of


def _wake_on_kinesis_record(module: Any) -> None:
    if not in_process_kinesis.is_chosen():
        return
    _WOKEN_SERVICES.add("aws:kinesis")
    module.Stream.put_record = _then_wake(module.Stream.put_record, lambda self: self.arn)


def _wake_on_dynamodb_record(module: Any) -> None:
    """Wake on what the shard writes that stands in the place of moto's, whichever of the two was patched first."""
    del module
    if not in_process_dynamodb.is_chosen():
        return
    _WOKEN_SERVICES.add("aws:dynamodb")
    shard = stream_records.StreamShard
    shard.add = _then_wake(shard.add, lambda self: f"{self.table.table_arn}/stream/{self.label}")  # type: ignore[method-assign]


def _then_wake(write: Any, arn_of: Any) -> Any:
    def written(self: Any, *args: Any, **kwargs: Any) -> Any:
        result = write(self, *args, **kwargs)
        wake(arn_of(self))
        return result

    return written


WOKEN_POLLERS = Correction(
    name="woken-pollers",
    localstack="A message in an idle queue waits for the next poll, up to 15 seconds.",
    aws="A message in an idle queue reaches its function in under a second.",
    source="https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html",
    patches={
        "localstack.services.lambda_.event_source_mapping.esm_worker": _wait_for_source,
        "localstack.services.lambda_.event_source_mapping.pollers.stream_poller": _back_off_where_woken,
        "localstack.services.sqs.models": _wake_on_message,
        "moto.kinesis.models": _wake_on_kinesis_record,
        "moto.dynamodb.models.table": _wake_on_dynamodb_record,
    },
)
