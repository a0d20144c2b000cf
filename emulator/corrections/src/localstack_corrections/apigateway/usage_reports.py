"""GetUsage and UpdateUsage: the requests that keys of a usage plan have made, and those they may still make."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from types import ModuleType

_PROVIDER = "localstack.services.apigateway.next_gen.provider"


def _add_operations(module: ModuleType) -> None:
    from localstack.aws.api import handler

    provider = module.ApigatewayNextGenProvider

    @handler("GetUsage", expand=False)
    def get_usage(_self: Any, context: Any, request: dict[str, Any]) -> dict[str, Any]:
        plan, keys = _plan(module, context, request["usagePlanId"])
        wanted = request.get("keyId")
        days = list(_days(module, request["startDate"], request["endDate"]))
        return {
            "usagePlanId": plan["id"],
            "startDate": request["startDate"],
            "endDate": request["endDate"],
            "items": {key: _usage(plan, key, days) for key in keys if wanted in (None, key)},
        }

    @handler("UpdateUsage", expand=False)
    def update_usage(_self: Any, context: Any, request: dict[str, Any]) -> dict[str, Any]:
        from localstack_corrections.apigateway.usage_plans import QUOTAS

        plan, keys = _plan(module, context, request["usagePlanId"])
        if request["keyId"] not in keys:
            raise module.NotFoundException("Invalid Usage Plan Key identifier specified")
        quota = plan.get("quota")
        if not quota:
            raise module.BadRequestException("Usage Plan quota is not set")
        now = datetime.now(UTC)
        for patch in request.get("patchOperations") or []:
            if (patch.get("op"), patch.get("path")) != ("replace", "/remaining"):
                raise module.BadRequestException("Invalid patch path. Must be: [/remaining]")
            used = int(quota["limit"]) - int(patch["value"])
            QUOTAS.set_used(plan["id"], request["keyId"], quota, now, used)
        today = now.date()
        items = {request["keyId"]: _usage(plan, request["keyId"], [today])}
        return {"usagePlanId": plan["id"], "startDate": str(today), "endDate": str(today), "items": items}

    provider.get_usage = get_usage
    provider.update_usage = update_usage


def _plan(module: ModuleType, context: Any, plan_id: str) -> tuple[dict[str, Any], list[str]]:
    """Return a usage plan and the ids of its keys."""
    from moto.apigateway.models import apigateway_backends

    backend = apigateway_backends[context.account_id][context.region]
    if plan_id not in backend.usage_plans:
        raise module.NotFoundException("Invalid Usage Plan ID specified")
    return backend.usage_plans[plan_id].to_json(), list(backend.usage_plan_keys.get(plan_id) or {})


def _days(module: ModuleType, first: str, last: str) -> list[date]:
    try:
        start, end = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError as error:
        raise module.BadRequestException(f"Invalid date: {error}") from error
    if not timedelta(0) <= end - start <= timedelta(days=90):
        raise module.BadRequestException("The usage interval must have a start before its end, at most 90 days apart")
    return [start + timedelta(days=day) for day in range((end - start).days + 1)]


def _usage(plan: dict[str, Any], key: str, days: list[date]) -> list[list[int]]:
    """Return for each day the requests made, and those that remained at its end."""
    from localstack_corrections.apigateway.usage_plans import QUOTAS

    return QUOTAS.report(plan["id"], key, plan.get("quota") or {}, days)


CORRECTION = Correction(
    name="usage-reports",
    localstack="Has no GetUsage and UpdateUsage.",
    aws="GetUsage gives the requests of each day and what remains of the quota; UpdateUsage extends it.",
    source="https://docs.aws.amazon.com/apigateway/latest/api/API_GetUsage.html",
    patches={_PROVIDER: _add_operations},
)
