"""Check that an emulator has the services that stacks are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localdev.system.errors import LocaldevError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from localdev.deployment.manifest import Stack
    from localdev.engines import Engine

_NOT_A_SERVICE = frozenset({"CDK", "CloudFormation"})
_NAMES = {
    "ApplicationAutoScaling": "application-autoscaling",
    "CertificateManager": "acm",
    "Cognito": "cognito-idp",
    "ElasticLoadBalancingV2": "elbv2",
    "KinesisFirehose": "firehose",
    "OpenSearchService": "opensearch",
}
"""Services whose name in CloudFormation is not the one their endpoint has."""


def needed_services(stacks: Iterable[Stack]) -> frozenset[str]:
    """Return the services that the resources of stacks belong to, as LocalStack names them.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
    """
    types = {resource["Type"] for stack in stacks for resource in stack.template.get("Resources", {}).values()}
    services = {kind.split("::")[1] for kind in types if kind.startswith("AWS::")} - _NOT_A_SERVICE
    return frozenset(_NAMES.get(service, service.lower()) for service in services)


def check_services(engine: Engine, stacks: Iterable[Stack]) -> None:
    """Check that an engine that was not started here has what the stacks need.

    :raises LocaldevError: a service is missing.
    """
    available = engine.services()
    if available is None:
        return
    missing = sorted(needed_services(stacks) - available)
    if missing:
        raise LocaldevError(
            f"The emulator at {engine.where} lacks what the app's stacks need: {', '.join(missing)}.",
            "start it with these services (the variable SERVICES of LocalStack restricts them).",
        )
