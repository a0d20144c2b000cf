"""Drift is what somebody has changed or deleted behind a stack's back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.corrections.cloudformation.cases.base import FUNCTION, ROLE_ARN
from tests.emulator.deployed import zipped

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


def _revert(aws: Clients, stack: Stack, resources: dict[str, Any]) -> list[dict[str, Any]]:
    """Deploy with ``cdk deploy --revert-drift``'s kind of change set, and return its changes."""
    api: Any = aws.client("cloudformation")
    api.create_change_set(
        StackName=stack.name,
        ChangeSetName="revert",
        ChangeSetType="UPDATE",
        DeploymentMode="REVERT_DRIFT",
        TemplateBody=json.dumps({"Resources": resources}),
        Capabilities=["CAPABILITY_IAM"],
    )
    found = api.describe_change_set(StackName=stack.name, ChangeSetName="revert")
    if found["Status"] != "FAILED":
        api.execute_change_set(StackName=stack.name, ChangeSetName="revert")
        assert stack.settled() == "UPDATE_COMPLETE", stack.reasons()
    return [each["ResourceChange"] for each in found["Changes"]]


def test_a_property_that_was_changed_is_reverted(aws: Clients, stack: Stack) -> None:
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 5, "DelaySeconds": 1}}
    stack.deploy({"It": queue, "Other": queue})
    aws.client("sqs").set_queue_attributes(QueueUrl=stack.physical_ids()["It"], Attributes={"VisibilityTimeout": "9"})
    before = stack.physical_ids()

    (change,) = _revert(aws, stack, {"It": queue, "Other": queue})

    assert (change["Action"], change["LogicalResourceId"]) == ("Modify", "It")
    assert stack.physical_ids() == before
    assert _drifts(aws, stack)["It"]["StackResourceDriftStatus"] == "IN_SYNC"


def test_a_resource_that_was_deleted_is_made_again_for_those_that_refer_to_it(aws: Clients, stack: Stack) -> None:
    value = {"Type": "String", "Value": {"Fn::GetAtt": ["It", "QueueName"]}}
    resources = {"It": {"Type": "AWS::SQS::Queue"}, "Name": {"Type": "AWS::SSM::Parameter", "Properties": value}}
    stack.deploy(resources)
    parameter, old = stack.physical_ids()["Name"], stack.physical_ids()["It"]
    aws.client("sqs").delete_queue(QueueUrl=old)

    _revert(aws, stack, resources)

    new = stack.physical_ids()["It"]
    assert {each["StackResourceDriftStatus"] for each in _drifts(aws, stack).values()} == {"IN_SYNC"}
    assert aws.client("ssm").get_parameter(Name=parameter)["Parameter"]["Value"] == new.rpartition("/")[2]


def test_code_that_was_swapped_is_drift_and_is_reverted(aws: Clients, stack: Stack) -> None:
    s3: Any = aws.client("s3")
    s3.create_bucket(Bucket=stack.name)
    s3.put_object(Bucket=stack.name, Key="code.zip", Body=zipped({"index.py": "def handler(*_):\n    return 'ours'\n"}))
    function = {**FUNCTION["Function"]["Properties"], "Code": {"S3Bucket": stack.name, "S3Key": "code.zip"}}
    resources = {**FUNCTION, "Function": {**FUNCTION["Function"], "Properties": function}}
    assert stack.deploy(resources) == "CREATE_COMPLETE", stack.reasons()
    assert _drifts(aws, stack)["Function"]["StackResourceDriftStatus"] == "IN_SYNC"
    api: Any = aws.client("lambda")
    name = stack.physical_ids()["Function"]
    api.update_function_code(FunctionName=name, ZipFile=zipped({"index.py": "def handler(*_):\n    return 'theirs'\n"}))
    api.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})

    (difference,) = _drifts(aws, stack)["Function"]["PropertyDifferences"]
    _revert(aws, stack, resources)

    assert difference["PropertyPath"] == "/Code"
    assert json.loads(api.invoke(FunctionName=name)["Payload"].read()) == "ours"
    assert _drifts(aws, stack)["Function"]["StackResourceDriftStatus"] == "IN_SYNC"


def test_where_nothing_has_drifted_there_is_nothing_to_revert(aws: Clients, stack: Stack) -> None:
    resources = {"It": {"Type": "AWS::SQS::Queue"}}
    stack.deploy(resources)
    assert _revert(aws, stack, resources) == []


def test_a_deployment_that_does_not_revert_leaves_drift(aws: Clients, stack: Stack) -> None:
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 5}}
    stack.deploy({"It": queue})
    aws.client("sqs").set_queue_attributes(QueueUrl=stack.physical_ids()["It"], Attributes={"VisibilityTimeout": "9"})
    stack.deploy({"It": queue, "Other": {"Type": "AWS::SQS::Queue"}})
    assert _drifts(aws, stack)["It"]["StackResourceDriftStatus"] == "MODIFIED"
