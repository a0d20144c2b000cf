"""Corrections of API Gateway, in the order they apply."""

from localstack_corrections.apigateway import (
    authorization,
    authorizer_cache,
    gateway_responses,
    integration_limits,
    internal_errors,
    logs,
    proxy_results,
    resource_policies,
    stage_settings,
    template_methods,
    throttling,
    usage_plans,
)
from localstack_corrections.correction import Correction

CORRECTIONS: tuple[Correction, ...] = (
    integration_limits.CORRECTION,
    throttling.CORRECTION,
    resource_policies.CORRECTION,
    authorization.CORRECTION,
    authorizer_cache.CORRECTION,
    usage_plans.CORRECTION,
    gateway_responses.CORRECTION,
    internal_errors.CORRECTION,
    template_methods.CORRECTION,
    proxy_results.CORRECTION,
    logs.CORRECTION,
    stage_settings.CORRECTION,
)
"""Those that put a step into the chain of a request come in the order of their steps."""
