"""Answer ``GET /orders/{orderId}`` with an order's status and outcome."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import unquote

from order_document import order_document
from order_executions import UnknownOrderError, describe_order
from problem import ProblemError
from proxy_response import ProxyResponse, json_response, proxy_handler

if TYPE_CHECKING:
    from proxy_event import ProxyEvent


@proxy_handler
def handler(event: ProxyEvent) -> ProxyResponse:
    """Answer with the order's status, error and cause or output, and its times: 200, 404 or 503."""
    order_id = unquote(event.path_parameter("orderId") or "")
    try:
        execution = describe_order(order_id)
    except UnknownOrderError as error:
        raise ProblemError(HTTPStatus.NOT_FOUND, "There is no order with this id.", field="orderId") from error
    return json_response(HTTPStatus.OK, order_document(order_id, execution), headers={"Cache-Control": "no-store"})
