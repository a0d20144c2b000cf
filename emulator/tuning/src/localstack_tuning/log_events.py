"""Put log events where CloudWatch Logs keeps them, as its own ``PutLogEvents`` would."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


def put_log_events(account: str, region: str, group: str, stream: str, events: Sequence[dict[str, Any]]) -> bool:
    """Put them; ``False`` when only the service itself can, since metric filters have to see them.

    :raises ResourceNotFoundException: (moto's) the group or the stream does not exist.
    """
    from localstack.services.logs.models import get_moto_logs_backend

    from localstack_tuning.service_calls import running

    running("logs")
    backend = get_moto_logs_backend(account, region)
    if backend.filters.metric_filters:
        return False
    backend.put_log_events(group, stream, list(events))
    return True
