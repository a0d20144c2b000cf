"""Drift is what somebody has changed or deleted behind a stack's back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.corrections.cloudformation.cases.base import FUNCTION, ROLE_ARN

if TYPE_CHECKING:
    from localdev.engines.clients import Clients
    from tests.corrections.cloudformation.stacks import Stack

DEFINITION = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}})
ATTRIBUTE = {"AttributeName": "id", "AttributeType": "S"}
TABLE = {
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [ATTRIBUTE],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
}
ALARM = {
    "ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 1, "MetricName": "m", "Namespace": "n",
    "Period": 60, "Statistic": "Sum", "Threshold": 3, "TreatMissingData": "notBreaching",
}  # fmt: skip
RULE = {"EventPattern": {"source": ["a"]}, "State": "ENABLED", "Description": "one"}
OF_EACH: dict[str, dict[str, Any]] = {
    "AWS::CloudWatch::Alarm": ALARM,
    "AWS::DynamoDB::Table": TABLE,
    "AWS::Events::EventBus": {"Name": "drifting"},
    "AWS::Events::Rule": RULE,
    "AWS::KMS::Key": {"Description": "one"},
    "AWS::Kinesis::Stream": {"ShardCount": 1},
    "AWS::Logs::LogGroup": {"RetentionInDays": 7},
    "AWS::S3::Bucket": {"VersioningConfiguration": {"Status": "Enabled"}},
    "AWS::SNS::Topic": {"DisplayName": "one"},
    "AWS::SQS::Queue": {"VisibilityTimeout": "5", "RedriveAllowPolicy": {"redrivePermission": "allowAll"}},
    "AWS::SSM::Parameter": {"Type": "String", "Value": "one"},
    "AWS::SecretsManager::Secret": {"Description": "one"},
    "AWS::StepFunctions::StateMachine": {"RoleArn": ROLE_ARN, "DefinitionString": DEFINITION},
}


def _all() -> dict[str, Any]:
    kinds = {kind.replace(":", ""): {"Type": kind, "Properties": properties} for kind, properties in OF_EACH.items()}
    return {**FUNCTION, **kinds}


def _drifts(aws: Clients, stack: Stack) -> dict[str, dict[str, Any]]:
    api: Any = aws.client("cloudformation")
    detection = api.detect_stack_drift(StackName=stack.name)["StackDriftDetectionId"]
    status = api.describe_stack_drift_detection_status(StackDriftDetectionId=detection)
    found = api.describe_stack_resource_drifts(StackName=stack.name)["StackResourceDrifts"]
    drifted = [each for each in found if each["StackResourceDriftStatus"] != "IN_SYNC"]
    assert status["DetectionStatus"] == "DETECTION_COMPLETE"
    assert status["StackDriftStatus"] == ("DRIFTED" if drifted else "IN_SYNC")
    assert status["DriftedStackResourceCount"] == len(drifted)
    return {each["LogicalResourceId"]: each for each in found}


def test_what_nobody_has_touched_is_in_sync(aws: Clients, stack: Stack) -> None:
    assert stack.deploy(_all()) == "CREATE_COMPLETE", stack.reasons()
    found = _drifts(aws, stack)
    assert set(found) == set(_all())
    assert {each["StackResourceDriftStatus"] for each in found.values()} == {"IN_SYNC"}, found


def test_a_property_that_was_changed_is_named_with_both_values(aws: Clients, stack: Stack) -> None:
    stack.deploy({"It": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 5, "DelaySeconds": 1}}})
    queue = stack.physical_ids()["It"]
    aws.client("sqs").set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "9"})
    drift = _drifts(aws, stack)["It"]
    assert drift["StackResourceDriftStatus"] == "MODIFIED"
    assert drift["PropertyDifferences"] == [
        {"PropertyPath": "/VisibilityTimeout", "ExpectedValue": "5", "ActualValue": "9", "DifferenceType": "NOT_EQUAL"}
    ]


def test_a_resource_that_was_deleted_is_named(aws: Clients, stack: Stack) -> None:
    stack.deploy({"It": {"Type": "AWS::SNS::Topic"}, "Other": {"Type": "AWS::SNS::Topic"}})
    aws.client("sns").delete_topic(TopicArn=stack.physical_ids()["It"])
    found = _drifts(aws, stack)
    assert found["It"]["StackResourceDriftStatus"] == "DELETED"
    assert found["Other"]["StackResourceDriftStatus"] == "IN_SYNC"


def test_a_type_that_is_not_read_is_left_out_and_refused_alone(aws: Clients, stack: Stack) -> None:
    stack.deploy({"It": {"Type": "AWS::StepFunctions::Activity", "Properties": {"Name": stack.name}}})
    assert _drifts(aws, stack) == {}
    with pytest.raises(ClientError, match="its type is not read here"):
        aws.client("cloudformation").detect_stack_resource_drift(StackName=stack.name, LogicalResourceId="It")
