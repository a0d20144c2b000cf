"""Put log events where CloudWatch Logs keeps them, as its own ``PutLogEvents`` would."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

_DAY_MS = 24 * 3600 * 1000
_OLDEST_MS = 14 * _DAY_MS
_NEWEST_MS = 2 * 3600 * 1000


def put_log_events(account: str, region: str, group: str, stream: str, events: Sequence[dict[str, Any]]) -> bool:
    """Put them; ``False`` when only the service itself can: metric filters have to see them, or subscribers.

    A subscriber is invoked while the events are put, and whoever puts them waits for it.

    :raises ResourceNotFoundException: (moto's) the group or the stream does not exist.
    """
    from localstack.services.logs.models import get_moto_logs_backend

    from localstack_tuning.gateway.service_calls import running

    running("logs")
    backend = get_moto_logs_backend(account, region)
    to = backend.groups.get(group)
    if backend.filters.metric_filters or (to and to.subscription_filters):
        return False
    if not _appended(backend, group, stream, events):
        backend.put_log_events(group, stream, list(events))
    return True


def _appended(backend: Any, group: str, stream: str, events: Sequence[dict[str, Any]]) -> bool:
    """Return whether the events have been added; only where the service would do no more than that.

    What it does at all: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html.
    """
    from moto.logs.models import LogEvent

    to = backend.groups.get(group)
    if to is None or stream not in to.streams:
        return False
    now = int(time.time() * 1000)
    before, size = now - _OLDEST_MS, 0
    for event in events:
        timestamp = event["timestamp"]
        if not before <= timestamp <= now + _NEWEST_MS:
            return False
        before = timestamp
        size += len(event["message"])
    log_stream = to.streams[stream]
    log_stream.last_ingestion_time = now
    log_stream.stored_bytes += size
    log_stream.events += [LogEvent(now, event) for event in events]
    log_stream.upload_sequence_token += 1
    return True
