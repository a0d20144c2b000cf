"""Settings that all our Lambda functions share."""

from collections.abc import Mapping
from typing import cast

from aws_cdk import Acknowledgment, CfnElement, Duration, IgnoreMode, Stack, Validations
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct, IConstruct

from infra.handler_code import CODE, LEFT_OUT
from infra.handler_packages import handler_packages
from infra.log_groups import log_group


def python_function(
    scope: Construct,
    construct_id: str,
    *,
    module: str,
    description: str,
    timeout: Duration,
    environment: Mapping[str, str] | None = None,
) -> lambda_.Function:
    """Return the function whose handler is ``module.handler``; all that it may do is to write to its own log group.

    Its name is fixed: LocalStack 4.14 by itself writes to ``/aws/lambda/NAME`` whatever the function's logging
    configuration says, and only a log group that belongs to the stack goes with it.
    """
    name = f"{Stack.of(scope).stack_name}-{construct_id}"
    logs = log_group(scope, f"{construct_id}Logs", f"/aws/lambda/{name}")
    role = iam.Role(
        scope,
        f"{construct_id}Role",
        assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        description=f"What {name} may do",
    )
    logs.grant_write(role)
    function = lambda_.Function(
        scope,
        construct_id,
        function_name=name,
        description=description,
        runtime=lambda_.Runtime.PYTHON_3_13,
        # One asset for all functions, and nothing in it that differs from one checkout to the next.
        code=lambda_.Code.from_asset(str(CODE), exclude=list(LEFT_OUT), ignore_mode=IgnoreMode.GIT),
        handler=f"{module}.handler",
        layers=handler_packages(scope) or None,
        role=role,
        memory_size=256,
        timeout=timeout,
        environment=dict(environment or {}),
        log_group=logs,
        logging_format=lambda_.LoggingFormat.JSON,
        application_log_level_v2=lambda_.ApplicationLogLevel.INFO,
        system_log_level_v2=lambda_.SystemLogLevel.INFO,
    )
    Validations.of(function).acknowledge(
        Acknowledgment(
            id="AwsSolutions-L1", reason="The Python of LocalStack 4.14, as whose children the functions run."
        )
    )
    return function


def logical_id(construct: IConstruct) -> str:
    """Return the logical id of a construct's main resource, by which findings of cdk-nag name it."""
    return Stack.of(construct).get_logical_id(cast(CfnElement, construct.node.default_child))
