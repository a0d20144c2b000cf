"""A stage, prepared for serving requests: what a request needs is looked up here, not in moto's resources."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from localstack_corrections.apigatewayv2.snapshot import Snapshot, take
from localstack_corrections.apis.access_logs import log_group_of
from localstack_corrections.apis.token_bucket import TokenBucket

if TYPE_CHECKING:
    from localstack_corrections.apigatewayv2.registry import HttpApi
    from localstack_corrections.apis.authorizer_results import AuthorizerResults


@dataclass
class Serving:
    """One stage of an HTTP API."""

    api: HttpApi
    stage: str
    snapshot: Snapshot | None
    """``None`` until something is deployed to the stage."""
    variables: dict[str, str]
    throttles: dict[str, TokenBucket]
    """By route key; an empty key is the stage's default, for each route that has none."""
    access_log: tuple[tuple[str, str, str], str] | None
    """The log group, as account, region and name, and the format."""
    authorizer_results: AuthorizerResults = field(repr=False)

    def takes(self, route_key: str) -> bool:
        """Return whether the limits of the route and stage allow one more request now."""
        if not self.throttles:
            return True
        bucket = self.throttles.get(route_key) or self._default_for(route_key)
        return bucket is None or bucket.take()

    def _default_for(self, route_key: str) -> TokenBucket | None:
        """Return a bucket of the route's own with the stage's default limits: they count for each route."""
        default = self.throttles.get("")
        if default is None:
            return None
        return self.throttles.setdefault(route_key, TokenBucket(default.rate, default.burst))


def prepare(api: HttpApi, stage: Any) -> Serving:
    """Return the stage as it is configured now; ``stage`` is moto's object."""
    from localstack_corrections.apis.authorizer_results import AuthorizerResults

    if stage.auto_deploy:
        snapshot: Snapshot | None = take(api.resources)
    else:
        deployment = api.deployments.get(getattr(stage, "deployment_id", None) or "")
        snapshot = deployment.snapshot if deployment else None
    return Serving(
        api=api,
        stage=stage.name,
        snapshot=snapshot,
        variables=dict(stage.stage_variables or {}),
        throttles=_throttles(stage),
        access_log=_access_log(stage.access_log_settings or {}),
        authorizer_results=AuthorizerResults(),
    )


def _throttles(stage: Any) -> dict[str, TokenBucket]:
    from localstack_corrections.apigateway.throttling import is_on

    if not is_on():
        return {}
    buckets = {}
    for key, settings in {"": stage.default_route_settings, **(stage.route_settings or {})}.items():
        rate, burst = (settings or {}).get("throttlingRateLimit"), (settings or {}).get("throttlingBurstLimit")
        if rate is not None or burst is not None:
            buckets[key] = TokenBucket(*_limits(rate, burst))
    return buckets


def _limits(rate: float | None, burst: int | None) -> tuple[float, int]:
    """Return both limits; the account's stand for one that is not set."""
    return float(10_000 if rate is None else rate), int(5_000 if burst is None else burst)


def _access_log(settings: dict[str, str]) -> tuple[tuple[str, str, str], str] | None:
    group = log_group_of(settings.get("destinationArn") or "")
    log_format = settings.get("format")
    return (group, log_format) if group and log_format else None
