"""Place an order over HTTP, as any customer does, and wait for its outcome."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from localdev.system.connections import why_no_answer
from localdev.system.errors import LocaldevError
from localdev.system.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

TERMINAL = frozenset({"SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"})
"""Every way an execution can end: https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html"""

OUTCOME_SECONDS = 330.0
"""The state machine's own timeout, five minutes, and a little more."""

_REQUEST_SECONDS = 30.0
_POLL_PAUSE = 0.1


@dataclass(frozen=True)
class Order:
    """An order that the API has accepted."""

    flavour: str
    order_id: str
    execution_arn: str


@dataclass(frozen=True)
class Outcome:
    """Outcome of an order; ``seconds`` since it was placed, as its customer waited."""

    order: Order
    status: str
    error: str | None
    cause: str | None
    output: Any
    seconds: float

    def as_document(self) -> dict[str, Any]:
        """Return the line that ``order --json`` prints."""
        return {
            "flavour": self.order.flavour,
            "orderId": self.order.order_id,
            "executionArn": self.order.execution_arn,
            "status": self.status,
            "error": self.error,
            "cause": self.cause,
            "output": self.output,
            "seconds": round(self.seconds, 3),
        }


class OrderNotFoundError(LocaldevError):
    """No order has this id."""

    @classmethod
    def of(cls, order_id: str) -> OrderNotFoundError:
        """Return the error that names the id."""
        return cls(
            f"There is no order {order_id!r}.",
            "an order's id is printed when it is placed, and is gone with the emulator.",
        )


class OrderApi:
    """The deployed order API at a base address without a trailing slash."""

    def __init__(self, base_url: str) -> None:
        import urllib3  # slow to import, and not every command that knows the API orders

        self.base_url = base_url
        self._http = urllib3.PoolManager(retries=False, timeout=_REQUEST_SECONDS, maxsize=8)

    def place(self, flavour: str | None = None, *, key: str | None = None) -> Order:
        """Place an order; no flavour leaves the choice to the pizzeria.

        :raises LocaldevError: the API did not accept it.
        """
        query = "" if flavour is None else f"?flavour={quote(flavour, safe='')}"
        headers = {"Idempotency-Key": key} if key else {}
        status, document = self._request("POST", f"/{query}", headers)
        if status != 202:
            shown = "an order with no flavour" if flavour is None else f"an order for {flavour!r}"
            said = str(document.get("detail") or document.get("message") or document).rstrip(".")
            raise LocaldevError(f"The API did not accept {shown}: status {status}, {said}.")
        return Order(document["flavour"], document["orderId"], document["executionArn"])

    def status(self, order_id: str) -> dict[str, Any]:
        """Return what the API knows of an order.

        :raises OrderNotFoundError: there is none with this id.
        """
        status, document = self._request("GET", f"/orders/{quote(order_id, safe='')}")
        if status == 404:
            raise OrderNotFoundError.of(order_id)
        if status != 200:
            raise LocaldevError(f"Asking for order {order_id!r} gave status {status}: {document}.")
        return document

    def wait(
        self,
        order: Order,
        *,
        started: float | None = None,
        on_poll: Callable[[str], None] | None = None,
    ) -> Outcome:
        """Wait until the order has ended, whichever way; ``started`` is on the monotonic clock."""
        began = time.monotonic() if started is None else started

        def ended() -> dict[str, Any] | None:
            document = self.status(order.order_id)
            if on_poll:
                on_poll(document["status"])
            return document if document["status"] in TERMINAL else None

        document = wait_until(
            ended,
            what=f"order {order.order_id} to end",
            seconds=OUTCOME_SECONDS,
            longest_pause=_POLL_PAUSE,
        )
        return Outcome(
            order,
            document["status"],
            document["error"],
            document["cause"],
            document["output"],
            time.monotonic() - began,
        )

    def _request(self, method: str, path: str, headers: dict[str, str] | None = None) -> tuple[int, dict[str, Any]]:
        from urllib3.exceptions import HTTPError

        url = f"{self.base_url}{path}"
        try:
            response = self._http.request(method, url, headers=headers)
        except HTTPError as error:
            raise LocaldevError(
                f"No answer from {url}: {why_no_answer(error)}.", "is it up? Start it with ./scripts/up."
            ) from error
        try:
            document = json.loads(response.data)
        except ValueError:
            document = {"message": response.data.decode(errors="replace")[:200]}
        return response.status, document if isinstance(document, dict) else {"message": document}
