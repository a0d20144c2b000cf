"""Deployments of REST APIs are snapshots, and a stack takes a new one before it deletes what it no longer has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localstack_corrections.cloudformation.engine.journal import Created, Replaced

if TYPE_CHECKING:
    from localstack_corrections.cloudformation.engine.executor import Executor

_DEPLOYMENT = "AWS::ApiGateway::Deployment"


def take_again(stack: Any, executor: Executor) -> None:
    """Take each snapshot of this deployment again, without the routes that the cleanup has deleted."""
    if not executor.has_cleanup():
        return
    for entry in executor.journal:
        if isinstance(entry, Created | Replaced) and entry.record["Type"] == _DEPLOYMENT:
            properties = entry.record["Properties"]
            _take(stack, properties["RestApiId"], properties["DeploymentId"])


def _take(stack: Any, api_id: str, deployment_id: str) -> None:
    from localstack.services.apigateway.models import apigateway_stores
    from localstack.services.apigateway.next_gen.execute_api.helpers import freeze_rest_api
    from moto.apigateway.models import apigateway_backends

    store = apigateway_stores[stack.account_id][stack.region_name]
    snapshots = store.internal_deployments.get(api_id.lower(), {})
    if deployment_id not in snapshots:
        return
    snapshots[deployment_id] = freeze_rest_api(
        account_id=stack.account_id,
        region=stack.region_name,
        moto_rest_api=apigateway_backends[stack.account_id][stack.region_name].apis[api_id],
        localstack_rest_api=store.rest_apis[api_id],
    )
