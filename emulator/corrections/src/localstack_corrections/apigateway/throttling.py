"""REST APIs: refuse requests beyond the limits of their stage and method.

A benchmark turns it off with ``CORRECTIONS_API_THROTTLING=0``; HTTP APIs have the same switch.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from localstack_corrections.apigateway.handler_chain import GATEWAY, step_before
from localstack_corrections.apis.token_bucket import TokenBucket
from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from collections.abc import Callable

_buckets: dict[tuple[str, ...], TokenBucket] = {}


def bucket_of(key: tuple[str, ...], rate: float, burst: int) -> TokenBucket:
    """Return the bucket with the key; a new one where the limits have changed."""
    bucket = _buckets.get(key)
    if bucket is None or bucket.rate != rate or bucket.burst != burst:
        bucket = _buckets[key] = TokenBucket(rate, burst)
    return bucket


def settings_of(context: Any) -> tuple[str, dict[str, Any]]:
    """Return the key and the settings of the method of a request: its own, else the stage's for all methods."""
    settings = (context.stage_configuration or {}).get("methodSettings") or {}
    if not settings:
        return "", {}
    path, method = context.resource["path"], context.invocation_request["http_method"]
    escaped = path.lstrip("/").replace("/", "~1")
    for key in (f"{path}/{method}", f"~1{escaped}/{method}", f"{escaped}/{method}", f"{path.lstrip('/')}/{method}"):
        if key in settings:
            return key, settings[key]
    return "*/*", settings.get("*/*") or {}


def _load() -> Callable[[Any], None]:
    from localstack.services.apigateway.next_gen.execute_api.gateway_response import ThrottledError

    def throttle(context: Any) -> None:
        """Take a token of the method's bucket. The stage's limits for all methods count for each method."""
        _key, settings = settings_of(context)
        rate, burst = settings.get("throttlingRateLimit"), settings.get("throttlingBurstLimit")
        if rate is None or burst is None or float(rate) < 0:
            return
        method = context.invocation_request["http_method"]
        key = (context.api_id, context.stage, context.resource["path"], method)
        if not bucket_of(key, float(rate), int(burst)).take():
            raise ThrottledError("Too Many Requests")

    return throttle


CORRECTION = Correction(
    name="api-throttling",
    localstack="Takes any number of requests, whatever limits a stage or method has.",
    aws="Answers 429 to requests beyond the rate and burst limits of a stage, route or method.",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html",
    patches={GATEWAY: step_before("api_key_validation_handler", _load)},
)


def is_on() -> bool:
    """Return whether APIs throttle."""
    return CORRECTION.is_on(os.environ)
