"""The hook that LocalStack runs before it loads its services."""

import logging

from localstack.runtime import hooks

from localstack_corrections import (
    apigateway,
    apigatewayv2,
    cloudformation,
    dynamodb,
    events,
    gateway,
    kinesis,
    lambda_,
    logs,
    process,
    sqs,
    stepfunctions,
)
from localstack_corrections.correction import LOCALSTACK_VERSION, is_the_version, switched_on

LOG = logging.getLogger(__name__)
SERVICES = (
    process,
    gateway,
    sqs,
    logs,
    stepfunctions,
    cloudformation,
    apigateway,
    apigatewayv2,
    events,
    lambda_,
    dynamodb,
    kinesis,
)
CORRECTIONS = tuple(correction for service in SERVICES for correction in service.CORRECTIONS)


# before the hook of localstack_tuning (100): an adjustment builds on what is right
@hooks.on_infra_start(priority=200)
def apply_corrections() -> None:
    """Apply every correction that is not switched off, to LocalStack 4.14.0 and to no other version."""
    if not is_the_version():
        LOG.warning("corrections: written for LocalStack %s, which this is not; none applies", LOCALSTACK_VERSION)
        return
    applied = switched_on(CORRECTIONS)
    for correction in applied:
        correction.apply()
    LOG.info("corrections: %s", ", ".join(correction.name for correction in applied) or "none")
