"""Test how long an execution can be redriven."""

from datetime import UTC, datetime, timedelta

import pytest

from localstack_corrections.stepfunctions.redrive.executions import too_late

NOW = datetime(2026, 11, 28, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days_since_start", "days_since_stop", "reason"),
    [
        (20, 13.9, None),
        (20, 14.1, "Execution redrivable period exceeded"),
        (366, 1, "Execution has exceeded the max execution time"),
        (20, None, None),
    ],
)
def test_an_execution_can_be_redriven_for_fourteen_days(
    days_since_start: float, days_since_stop: float | None, reason: str | None
) -> None:
    stopped = None if days_since_stop is None else NOW - timedelta(days=days_since_stop)
    assert too_late(NOW - timedelta(days=days_since_start), stopped, NOW) == reason
