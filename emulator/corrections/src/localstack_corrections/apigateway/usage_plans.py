"""REST APIs: hold an API key to the limits and the quota of its usage plan."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from localstack_corrections.apigateway.handler_chain import GATEWAY, step_before
from localstack_corrections.apigateway.throttling import bucket_of
from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date


class Quotas:
    """Counts requests of each key of each plan, in the plan's period and by the day."""

    def __init__(self) -> None:
        self._used: dict[tuple[str, str], tuple[str, int]] = {}
        self._daily: dict[tuple[str, str], dict[date, tuple[int, int]]] = {}
        """By day: the requests made, and those that remained after the last one."""
        self._lock = threading.Lock()

    def take(self, plan: str, key: str, quota: dict[str, Any], now: datetime) -> bool:
        """Count a request, and return whether the quota allows it; an empty quota allows all."""
        limit = int(quota.get("limit") or 0)
        with self._lock:
            used = self._used_in(plan, key, quota, now)
            if limit and used >= limit:
                return False
            self._count(plan, key, quota, now, used + 1, 1)
            return True

    def set_used(self, plan: str, key: str, quota: dict[str, Any], now: datetime, used: int) -> None:
        """Say how many requests a key has made in the present period."""
        with self._lock:
            self._count(plan, key, quota, now, used, 0)

    def report(self, plan: str, key: str, quota: dict[str, Any], days: Iterable[date]) -> list[list[int]]:
        """Return the requests made on each day, and those that remained of the quota."""
        daily = self._daily.get((plan, key), {})
        whole = int(quota.get("limit") or 0)
        return [list(daily.get(day, (0, whole))) for day in days]

    def _used_in(self, plan: str, key: str, quota: dict[str, Any], now: datetime) -> int:
        period = period_of(str(quota.get("period") or "DAY"), now)
        known, used = self._used.get((plan, key), ("", int(quota.get("offset") or 0)))
        return 0 if known and known != period else used

    def _count(self, plan: str, key: str, quota: dict[str, Any], now: datetime, used: int, made: int) -> None:
        self._used[(plan, key)] = (period_of(str(quota.get("period") or "DAY"), now), used)
        days = self._daily.setdefault((plan, key), {})
        before, _ = days.get(now.date(), (0, 0))
        days[now.date()] = (before + made, max(int(quota.get("limit") or 0) - used, 0))


def period_of(kind: str, now: datetime) -> str:
    """Return the name of the period that a time is in: a day, a week from Sunday on, or a month."""
    if kind == "MONTH":
        return f"{now:%Y-%m}"
    if kind == "WEEK":
        return f"{now - timedelta(days=(now.weekday() + 1) % 7):%Y-%m-%d}"
    return f"{now:%Y-%m-%d}"


QUOTAS = Quotas()


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
        if not QUOTAS.take(plan["id"], key, quota, datetime.now(UTC)):
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
