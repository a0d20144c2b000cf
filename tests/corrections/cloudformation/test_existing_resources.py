"""A name that somebody else's resource has is refused: the resource that is there is nobody's to change or delete."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.corrections.cloudformation.cases.base import ROLE, ROLE_ARN, function, permissions

if TYPE_CHECKING:
    from tests.corrections.cloudformation.stacks import Stack

_KEY = {"ApiKeyAuthParameters": {"ApiKeyName": "k", "ApiKeyValue": "v"}}
_ALARM = {
    "Namespace": "n", "MetricName": "m", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1, "Threshold": 1,
    "ComparisonOperator": "GreaterThanThreshold",
}  # fmt: skip
_TABLE = {
    "BillingMode": "PAY_PER_REQUEST",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
}
_MACHINE = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}})
_SCHEDULE = {
    "FlexibleTimeWindow": {"Mode": "OFF"},
    "ScheduleExpression": "rate(1 days)",
    "Target": {"Arn": "arn:aws:sqs:us-east-1:000000000000:none", "RoleArn": ROLE_ARN},
}
NAMED: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("AWS::CloudWatch::Alarm", "AlarmName", _ALARM),
    ("AWS::CloudWatch::Dashboard", "DashboardName", {"DashboardBody": "{}"}),
    ("AWS::DynamoDB::Table", "TableName", _TABLE),
    ("AWS::Events::Connection", "Name", {"AuthorizationType": "API_KEY", "AuthParameters": _KEY}),
    ("AWS::Events::EventBus", "Name", {}),
    ("AWS::Events::Rule", "Name", {"EventPattern": {"source": ["a"]}}),
    ("AWS::IAM::Group", "GroupName", {}),
    ("AWS::IAM::ManagedPolicy", "ManagedPolicyName", {"PolicyDocument": permissions("s3:*")}),
    ("AWS::IAM::User", "UserName", {}),
    ("AWS::Kinesis::Stream", "Name", {"ShardCount": 1}),
    ("AWS::Lambda::Function", "FunctionName", function(1)["Properties"]),
    ("AWS::Logs::LogGroup", "LogGroupName", {}),
    ("AWS::S3::Bucket", "BucketName", {}),
    ("AWS::SNS::Topic", "TopicName", {}),
    ("AWS::SQS::Queue", "QueueName", {}),
    ("AWS::SSM::Parameter", "Name", {"Type": "String", "Value": "v"}),
    ("AWS::Scheduler::Schedule", "Name", _SCHEDULE),
    ("AWS::Scheduler::ScheduleGroup", "Name", {}),
    ("AWS::SecretsManager::Secret", "Name", {"SecretString": "s"}),
    ("AWS::StepFunctions::Activity", "Name", {}),
    ("AWS::StepFunctions::StateMachine", "StateMachineName", {"RoleArn": ROLE_ARN, "DefinitionString": _MACHINE}),
)


@pytest.mark.parametrize(("type_", "name", "properties"), NAMED, ids=[each[0] for each in NAMED])
def test_a_name_that_is_taken_is_refused_and_its_resource_stays(
    stack: Stack, other_stack: Stack, type_: str, name: str, properties: dict[str, Any]
) -> None:
    resources = {"Role": ROLE, "It": {"Type": type_, "Properties": {**properties, name: f"{stack.name}-it"}}}
    assert stack.deploy(resources) == "CREATE_COMPLETE", stack.reasons()
    assert other_stack.deploy(resources) == "ROLLBACK_COMPLETE"
    said = other_stack.reasons()
    assert any(
        reason.startswith("Resource handler returned message: ") and "HandlerErrorCode: AlreadyExists" in reason
        for reason in said
    ), said
    other_stack.delete()
    # another stack's rollback has left it alone: the same name is still taken
    assert other_stack.deploy(resources) == "ROLLBACK_COMPLETE"
