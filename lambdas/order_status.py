"""``GET /orders/{orderId}``: what has become of an order."""

from __future__ import annotations

import json
from datetime import UTC
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import unquote

from order_executions import UnknownOrderError, describe_order, ordered_flavour
from problem import ProblemError
from proxy_response import ProxyResponse, json_response, proxy_handler

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_stepfunctions.type_defs import DescribeExecutionOutputTypeDef
    from proxy_event import ProxyEvent


@proxy_handler
def handler(event: ProxyEvent) -> ProxyResponse:
    """Answer with the order's status, error and cause or output, and its times: 200, 404 or 503."""
    order_id = unquote(event.path_parameter("orderId") or "")
    try:
        execution = describe_order(order_id)
    except UnknownOrderError as error:
        raise ProblemError(HTTPStatus.NOT_FOUND, "There is no order with this id.", field="orderId") from error
    return json_response(HTTPStatus.OK, _document(order_id, execution), headers={"Cache-Control": "no-store"})


def _document(order_id: str, execution: DescribeExecutionOutputTypeDef) -> dict[str, object]:
    output = execution.get("output")
    return {
        "orderId": order_id,
        "flavour": ordered_flavour(execution),
        "status": _status(execution),
        "error": execution.get("error"),
        "cause": execution.get("cause"),
        "output": None if output is None else json.loads(output),
        "startedAt": _timestamp(execution.get("startDate")),
        "stoppedAt": _timestamp(execution.get("stopDate")),
    }


def _status(execution: DescribeExecutionOutputTypeDef) -> str:
    # An order that waits to be redriven has not come to its end.
    return "RUNNING" if execution["status"] == "PENDING_REDRIVE" else execution["status"]


def _timestamp(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
