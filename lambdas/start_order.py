"""``ANY /``, ``ANY /{proxy+}``: place an order."""

import logging
import time
from http import HTTPStatus

from order_address import status_url
from order_document import order_document
from order_executions import order_id_for, place_order
from order_request import KEY_HEADER, flavour_of, idempotency_key_of
from order_wait import outcome_within, preferred_wait
from problem import ProblemError
from proxy_event import ProxyEvent
from proxy_response import ProxyResponse, json_response, proxy_handler

logger = logging.getLogger(__name__)


@proxy_handler
def handler(event: ProxyEvent) -> ProxyResponse:
    """Start the order's execution and say where its status is found: 202, 400, 409 or 503.

    With ``Prefer: wait=N`` the answer is the outcome, 200, where it is there within N seconds.
    """
    began = time.monotonic()
    flavour = flavour_of(event)
    order_id = order_id_for(idempotency_key_of(event))
    execution_arn = place_order(order_id, flavour)
    if execution_arn is None:
        raise ProblemError(
            HTTPStatus.CONFLICT, f"Another flavour was ordered under this {KEY_HEADER}.", field=KEY_HEADER
        )
    logger.info("Order placed", extra={"orderId": order_id, "flavour": flavour, "executionArn": execution_arn})
    url = status_url(event, order_id)
    seconds = preferred_wait(event)
    if seconds is not None and (execution := outcome_within(order_id, seconds, began)):
        headers = {"Location": url, "Preference-Applied": f"wait={seconds}", "Cache-Control": "no-store"}
        return json_response(HTTPStatus.OK, order_document(order_id, execution), headers=headers)
    return json_response(
        HTTPStatus.ACCEPTED,
        {
            "message": "The Pizzeria is processing your order",
            "orderId": order_id,
            "flavour": flavour,
            "executionArn": execution_arn,
            "statusUrl": url,
        },
        headers={"Location": url},
    )
