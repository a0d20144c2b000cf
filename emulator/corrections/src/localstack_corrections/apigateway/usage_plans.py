"""REST APIs: hold an API key to the limits and the quota of its usage plan."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from localstack_corrections.apigateway.handler_chain import GATEWAY, step_before
from localstack_corrections.apigateway.throttling import bucket_of
from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from collections.abc import Callable


class Quotas:
    """Counts requests of each key of each plan in the plan's period."""

    def __init__(self) -> None:
        self._used: dict[tuple[str, str], tuple[str, int]] = {}
        self._lock = threading.Lock()

    def take(self, plan: str, key: str, quota: dict[str, Any], now: datetime) -> bool:
        """Count a request, and return whether the quota allows it."""
        period = period_of(str(quota.get("period") or "DAY"), now)
        limit = int(quota["limit"])
        with self._lock:
            known, used = self._used.get((plan, key), ("", int(quota.get("offset") or 0)))
            if known and known != period:
                used = 0
            if used >= limit:
                return False
            self._used[(plan, key)] = (period, used + 1)
            return True


def period_of(kind: str, now: datetime) -> str:
    """Return the name of the period that a time is in: a day, a week from Sunday on, or a month."""
    if kind == "MONTH":
        return f"{now:%Y-%m}"
    if kind == "WEEK":
        return f"{now - timedelta(days=(now.weekday() + 1) % 7):%Y-%m-%d}"
    return f"{now:%Y-%m-%d}"


_QUOTAS = Quotas()


def _load() -> Callable[[Any], None]:
    from localstack.services.apigateway.next_gen.execute_api.gateway_response import QuotaExceededError, ThrottledError

    def meter(context: Any) -> None:
        """Count the request for its key; the plan's limits of the method win over those of the plan."""
        key = context.context_variables["identity"].get("apiKeyId")
        if not key or not context.resource_method.get("apiKeyRequired"):
            return
        plan, stage = _plan(context, key)
        if plan is None:
            return
        quota = plan.get("quota") or {}
        if quota.get("limit") and not _QUOTAS.take(plan["id"], key, quota, datetime.now(UTC)):
            raise QuotaExceededError("Limit Exceeded")
        route = f"{context.resource['path']}/{context.invocation_request['http_method']}"
        limits = (stage.get("throttle") or {}).get(route) or plan.get("throttle") or {}
        rate, burst = limits.get("rateLimit"), limits.get("burstLimit")
        if rate is not None and burst is not None:
            bucket = bucket_of(
                ("plan", plan["id"], key, route if stage.get("throttle") else ""), float(rate), int(burst)
            )
            if not bucket.take():
                raise ThrottledError("Too Many Requests")

    return meter


def _plan(context: Any, key: str) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """Return the usage plan of the key and stage, and its part about the stage."""
    from moto.apigateway.models import apigateway_backends

    backend = apigateway_backends[context.account_id][context.region]
    for plan in backend.usage_plans.values():
        said = plan.to_json()
        for stage in said.get("apiStages") or []:
            if (stage.get("apiId"), stage.get("stage")) == (context.api_id, context.stage) and key in (
                backend.usage_plan_keys.get(said["id"]) or {}
            ):
                return said, stage
    return None, {}


CORRECTION = Correction(
    name="usage-plans",
    localstack="Asks for an API key, and lets it make any number of requests.",
    aws="Answers 429 beyond a usage plan's limits (Too Many Requests) and quota (Limit Exceeded).",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html",
    patches={GATEWAY: step_before("method_request_handler", _load)},
)
