"""Describe an order: its status, error and cause or output, and its times."""

from __future__ import annotations

import json
from datetime import UTC
from typing import TYPE_CHECKING

from order_executions import ordered_flavour

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_stepfunctions.type_defs import DescribeExecutionOutputTypeDef

_RUNNING = frozenset({"RUNNING", "PENDING_REDRIVE"})


def order_document(order_id: str, execution: DescribeExecutionOutputTypeDef) -> dict[str, object]:
    """Return the document of an order."""
    output = execution.get("output")
    return {
        "orderId": order_id,
        "flavour": ordered_flavour(execution),
        "status": "RUNNING" if is_running(execution) else execution["status"],
        "error": execution.get("error"),
        "cause": execution.get("cause"),
        "output": None if output is None else json.loads(output),
        "startedAt": _timestamp(execution.get("startDate")),
        "stoppedAt": _timestamp(execution.get("stopDate")),
    }


def is_running(execution: DescribeExecutionOutputTypeDef) -> bool:
    """Return whether the order has not ended. One that waits to be redriven has not."""
    return execution["status"] in _RUNNING


def _timestamp(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
