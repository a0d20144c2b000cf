"""The HTTP side: place an order, ask for its status."""

import json
from typing import cast

from aws_cdk import Acknowledgment, Duration, RemovalPolicy, Stack, Validations
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.functions import logical_id, python_function
from infra.log_groups import log_group

_ACCESS_LOG_LINE = {
    "requestId": "$context.requestId",
    "requestTime": "$context.requestTime",
    "sourceIp": "$context.identity.sourceIp",
    "httpMethod": "$context.httpMethod",
    "path": "$context.path",
    "resourcePath": "$context.resourcePath",
    "status": "$context.status",
    "responseLength": "$context.responseLength",
    "responseLatency": "$context.responseLatency",
    "integrationStatus": "$context.integration.status",
    "integrationError": "$context.integration.error",
}


class OrderApi(Construct):
    """A REST API where every request is an order, except ``GET /orders/{orderId}``, which is about one."""

    def __init__(self, scope: Construct, construct_id: str, *, state_machine: sfn.StateMachine) -> None:
        super().__init__(scope, construct_id)
        environment = {"STATE_MACHINE_ARN": state_machine.state_machine_arn}

        start_order = python_function(
            self,
            "StartOrder",
            module="start_order",
            description="Starts an order's execution",
            timeout=Duration.seconds(28),
            environment=environment,
        )
        state_machine.grant_start_execution(start_order)
        # an order under an Idempotency-Key that has been used: which one is it?
        _grant_describe_execution(state_machine, start_order)

        order_status = python_function(
            self,
            "OrderStatus",
            module="order_status",
            description="Returns the status and the outcome of an order",
            timeout=Duration.seconds(15),
            environment=environment,
        )
        _grant_describe_execution(state_machine, order_status)

        api = self._rest_api()
        # One permission for all its methods: any method on any path is start_order's.
        order = apigateway.LambdaIntegration(start_order, scope_permission_to_method=False)
        status = apigateway.LambdaIntegration(order_status)

        api.root.add_method("ANY", order)
        api.root.add_resource("{proxy+}").add_method("ANY", order)
        # A resource of its own takes its path away from {proxy+}: every other method there is an order again.
        orders = api.root.add_resource("orders")
        orders.add_method("ANY", order)
        order_by_id = orders.add_resource("{orderId}")
        order_by_id.add_method("ANY", order)
        order_by_id.add_method("GET", status)

        self.url = api.url
        _acknowledge_public(api)

    def _rest_api(self) -> apigateway.RestApi:
        stack_name = Stack.of(self).stack_name
        access_log = log_group(self, "AccessLog", f"/aws/apigateway/{stack_name}")
        api = apigateway.RestApi(
            self,
            "RestApi",
            rest_api_name=stack_name,
            description="Order a pizza",
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            deploy_options=apigateway.StageOptions(
                stage_name="prod",
                throttling_rate_limit=100,
                throttling_burst_limit=200,
                access_log_destination=apigateway.LogGroupLogDestination(access_log),
                access_log_format=apigateway.AccessLogFormat.custom(json.dumps(_ACCESS_LOG_LINE)),
            ),
            # Access logs need a role in the region's API Gateway settings, which a fresh account does not have.
            cloud_watch_role=True,
            cloud_watch_role_removal_policy=RemovalPolicy.DESTROY,
        )
        # RestApi's own output; ours has a name that can be relied on
        api.node.try_remove_child("Endpoint")
        return api


def _grant_describe_execution(state_machine: sfn.StateMachine, function: lambda_.Function) -> None:
    state_machine.grant_execution(function, "states:DescribeExecution")
    name = f'{{"Fn::Select":[6,{{"Fn::Split":[":",{{"Ref":"{logical_id(state_machine)}"}}]}}]}}'
    executions = f"arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:{name}:*"
    Validations.of(cast(iam.IRole, function.role)).acknowledge(
        Acknowledgment(
            id=f"AwsSolutions-IAM5[Resource::{executions}]",
            reason="The executions of this one state machine, whose names are made as orders come in.",
        )
    )


def _acknowledge_public(api: apigateway.RestApi) -> None:
    Validations.of(api).acknowledge(
        Acknowledgment(
            id="AwsSolutions-APIG2",
            reason="Every request is an order; start_order checks what it takes from one and answers in its own words.",
        )
    )
    Validations.of(api.root).acknowledge(
        Acknowledgment(id="AwsSolutions-APIG4", reason="Anybody may order: a public demonstration without customers."),
        Acknowledgment(id="AwsSolutions-COG4", reason="Anybody may order: a public demonstration without customers."),
    )
    Validations.of(api.deployment_stage).acknowledge(
        Acknowledgment(
            id="AwsSolutions-APIG3", reason="Throttling limits what a flood can cost; a web ACL always costs."
        ),
        Acknowledgment(
            id="AwsSolutions-APIG6",
            reason="Access logs tell of integration errors; execution logs make a log group that outlives the stack.",
        ),
    )
    Validations.of(api.node.find_child("CloudWatchRole")).acknowledge(
        Acknowledgment(
            id="AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/"
            "AmazonAPIGatewayPushToCloudWatchLogs]",
            reason="API Gateway takes no role for the region's logs that may do less than this policy.",
        )
    )
