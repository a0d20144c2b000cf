"""Build the address of an order's status, as the client that placed the order reaches it."""

import re

from proxy_event import ProxyEvent

TEST_INVOKE_STAGE = "test-invoke-stage"

_HOST = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?P<port>:[0-9]{1,5})?")
_NAME = re.compile(r"[A-Za-z0-9_-]+")


def status_url(event: ProxyEvent, order_id: str) -> str:
    """Return the address of ``GET /orders/{orderId}``, absolute wherever the request came to an address.

    TestInvokeMethod calls a method without one: what it takes is a path that starts at the API's root.
    """
    path = f"/orders/{order_id}"
    host, stage = event.context("domainName") or "", event.context("stage") or ""
    if stage == TEST_INVOKE_STAGE or not _HOST.fullmatch(host) or not _NAME.fullmatch(stage):
        return path
    return f"{_scheme(event)}://{host}{_base_path(event, host, stage)}{path}"


def _scheme(event: ProxyEvent) -> str:
    scheme = (event.header("X-Forwarded-Proto") or "").lower()
    return scheme if scheme in {"http", "https"} else "https"


def _base_path(event: ProxyEvent, host: str, stage: str) -> str:
    if ".execute-api." in host:  # the API's own domain name
        return f"/{stage}"
    match, api_id = _HOST.fullmatch(host), event.context("apiId") or ""
    if match and match["port"] and _NAME.fullmatch(api_id):
        # A port is never AWS's: LocalStack, which needs no DNS when it serves every API under its one endpoint.
        return f"/_aws/execute-api/{api_id}/{stage}"
    return ""  # a custom domain name, which maps its root to the stage
