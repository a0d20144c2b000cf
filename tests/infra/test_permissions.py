"""Test who may do what: every statement, word for word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.infra.conftest import SynthesisedStack


def _logs(stack: SynthesisedStack, function: str) -> dict[str, Any]:
    log_group, _ = stack.resource("AWS::Logs::LogGroup", f"{function}Logs")
    return {
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Effect": "Allow",
        "Resource": {"Fn::GetAtt": [log_group, "Arn"]},
    }


def _describe_executions(stack: SynthesisedStack) -> dict[str, Any]:
    state_machine, _ = stack.resource("AWS::StepFunctions::StateMachine")
    name = {"Fn::Select": [6, {"Fn::Split": [":", {"Ref": state_machine}]}]}
    parts = [
        "arn:",
        {"Ref": "AWS::Partition"},
        ":states:",
        {"Ref": "AWS::Region"},
        ":",
        {"Ref": "AWS::AccountId"},
        ":execution:",
        name,
        ":*",
    ]
    return {"Action": "states:DescribeExecution", "Effect": "Allow", "Resource": {"Fn::Join": ["", parts]}}


def test_order_pizza_may_only_write_its_log(stack: SynthesisedStack) -> None:
    assert stack.statements_of("OrderPizzaRole") == [_logs(stack, "OrderPizza")]


def test_start_order_may_start_and_describe_executions_of_this_state_machine(stack: SynthesisedStack) -> None:
    state_machine, _ = stack.resource("AWS::StepFunctions::StateMachine")
    start = {"Action": "states:StartExecution", "Effect": "Allow", "Resource": {"Ref": state_machine}}

    assert stack.statements_of("StartOrderRole") == [_logs(stack, "StartOrder"), start, _describe_executions(stack)]


def test_order_status_may_describe_executions_of_this_state_machine(stack: SynthesisedStack) -> None:
    assert stack.statements_of("OrderStatusRole") == [_logs(stack, "OrderStatus"), _describe_executions(stack)]


def test_the_state_machine_may_invoke_order_pizza_deliver_logs_and_trace(stack: SynthesisedStack) -> None:
    order_pizza, _ = stack.resource("AWS::Lambda::Function", "OrderPizza")
    arn = {"Fn::GetAtt": [order_pizza, "Arn"]}

    assert stack.statements_of("StateMachineRole") == [
        {
            "Action": "lambda:InvokeFunction",
            "Effect": "Allow",
            "Resource": [arn, {"Fn::Join": ["", [arn, ":*"]]}],
        },
        {
            "Action": [
                "logs:CreateLogDelivery",
                "logs:DeleteLogDelivery",
                "logs:DescribeLogGroups",
                "logs:DescribeResourcePolicies",
                "logs:GetLogDelivery",
                "logs:ListLogDeliveries",
                "logs:PutResourcePolicy",
                "logs:UpdateLogDelivery",
                "xray:GetSamplingRules",
                "xray:GetSamplingTargets",
                "xray:PutTelemetryRecords",
                "xray:PutTraceSegments",
            ],
            "Effect": "Allow",
            "Resource": "*",
        },
    ]


def test_no_policy_allows_whatever_a_service_can_do(stack: SynthesisedStack) -> None:
    actions = [
        action
        for policy in stack.resources("AWS::IAM::Policy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    ]

    assert actions
    assert [action for action in actions if "*" in action] == []


def test_no_role_has_policies_of_its_own(stack: SynthesisedStack) -> None:
    assert not any("Policies" in role["Properties"] for role in stack.resources("AWS::IAM::Role").values())


def test_only_api_gateways_own_role_has_a_managed_policy(stack: SynthesisedStack) -> None:
    managed = {
        logical_id: role["Properties"]["ManagedPolicyArns"]
        for logical_id, role in stack.resources("AWS::IAM::Role").items()
        if "ManagedPolicyArns" in role["Properties"]
    }

    cloud_watch_role, _ = stack.resource("AWS::IAM::Role", "CloudWatchRole")
    assert list(managed) == [cloud_watch_role]
    ((policy,),) = managed.values()
    assert policy["Fn::Join"][1][-1] == ":iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"


@pytest.mark.parametrize(
    ("role", "service"),
    [
        ("OrderPizzaRole", "lambda.amazonaws.com"),
        ("StartOrderRole", "lambda.amazonaws.com"),
        ("OrderStatusRole", "lambda.amazonaws.com"),
        ("StateMachineRole", "states.amazonaws.com"),
        ("CloudWatchRole", "apigateway.amazonaws.com"),
    ],
)
def test_each_role_is_for_one_service(stack: SynthesisedStack, role: str, service: str) -> None:
    _, resource = stack.resource("AWS::IAM::Role", role)

    (statement,) = resource["Properties"]["AssumeRolePolicyDocument"]["Statement"]

    assert (statement["Action"], statement["Principal"]) == ("sts:AssumeRole", {"Service": service})


def test_each_function_has_a_role_of_its_own(stack: SynthesisedStack) -> None:
    functions = stack.resources("AWS::Lambda::Function").values()

    assert len({function["Properties"]["Role"]["Fn::GetAtt"][0] for function in functions}) == len(functions)
