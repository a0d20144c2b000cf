"""Log groups whose events are counted can still be described."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from uuid import uuid4

if TYPE_CHECKING:
    from localdev.engines.clients import Clients


def test_a_group_with_events_is_described(aws: Clients) -> None:
    logs = aws.client("logs")
    group = f"/group-{uuid4().hex[:12]}"
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="one")
    events = [{"timestamp": int(time.time() * 1000), "message": "hello"}]
    logs.put_log_events(logGroupName=group, logStreamName="one", logEvents=events)  # type: ignore[arg-type]
    described = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    assert [one["logGroupName"] for one in described] == [group]
