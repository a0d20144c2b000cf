"""Reads resources as their services have them now: for imports and for drift.

A reader takes clients and a physical id, and returns the type's properties and attributes as far as its service tells
them. It raises the service's error, or ``LookupError``, when the resource is gone.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from localstack import config

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from localstack_corrections.cloudformation.records import Properties

_CHUNK_BYTES = 1024 * 1024
type Reader = Callable[[Any, str], Properties]


def _said(source: Mapping[str, Any], **names: str) -> Properties:
    """Return properties by the names that their service has for them; what it does not tell has none."""
    return {name: source[key] for name, key in names.items() if source.get(key) is not None}


def _same(source: Mapping[str, Any], *names: str) -> Properties:
    return _said(source, **{name: name for name in names})


def _bucket(clients: Any, name: str) -> Properties:
    clients.s3.head_bucket(Bucket=name)
    status = clients.s3.get_bucket_versioning(Bucket=name).get("Status")
    domain = f"{name}.s3.localhost.localstack.cloud"
    return {
        "BucketName": name,
        "Arn": f"arn:aws:s3:::{name}",
        "DomainName": domain,
        "RegionalDomainName": domain,
        "DualStackDomainName": domain,
        **({"VersioningConfiguration": {"Status": status}} if status else {}),
    }


def _queue(clients: Any, url: str) -> Properties:
    found = clients.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    names = ("DelaySeconds", "MaximumMessageSize", "MessageRetentionPeriod", "VisibilityTimeout", "FifoQueue")
    return {
        "QueueUrl": url,
        "QueueName": found["QueueArn"].rpartition(":")[2],
        **_said(found, Arn="QueueArn", ReceiveMessageWaitTimeSeconds="ReceiveMessageWaitTimeSeconds"),
        **_same(found, *names, "RedrivePolicy", "RedriveAllowPolicy"),
    }


def _topic(clients: Any, arn: str) -> Properties:
    found = clients.sns.get_topic_attributes(TopicArn=arn)["Attributes"]
    return {"TopicArn": arn, "TopicName": arn.rpartition(":")[2], **_same(found, "DisplayName", "FifoTopic")}


def _table(clients: Any, name: str) -> Properties:
    found = clients.dynamodb.describe_table(TableName=name)["Table"]
    billing = (found.get("BillingModeSummary") or {}).get("BillingMode", "PROVISIONED")
    return {
        "BillingMode": billing,
        **_said(found, Arn="TableArn", StreamArn="LatestStreamArn"),
        **_same(found, "TableName", "KeySchema", "AttributeDefinitions", "DeletionProtectionEnabled"),
    }


def _log_group(clients: Any, name: str) -> Properties:
    groups = clients.logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    found = {each["logGroupName"]: each for each in groups}[name]
    return {
        "RetentionInDays": None,
        **_said(found, LogGroupName="logGroupName", Arn="arn", RetentionInDays="retentionInDays"),
    }


def _function(clients: Any, name: str) -> Properties:
    found = clients.lambda_.get_function_configuration(FunctionName=name)
    names = ("FunctionName", "Runtime", "Handler", "Role", "Timeout", "MemorySize", "Description", "EphemeralStorage")
    environment = {"Environment": _same(found.get("Environment") or {}, "Variables")}
    return {**_said(found, Arn="FunctionArn"), **_same(found, *names), **environment}


def function_code(clients: Any, name: str, wanted: Properties) -> Properties:
    """Return where a function's code is from, as a template says it, if its package is the one that is there.

    Else ``Code`` has the hash of what the function runs. AWS does not look at code; ``--revert-drift``, which the CDK
    recommends after a hotswap, would leave it. Inline code has a hash that no template tells: nothing is said of it.
    """
    if "S3Key" not in wanted or wanted.get("S3Bucket") == config.BUCKET_MARKER_LOCAL:
        return {}
    version = {"VersionId": wanted["S3ObjectVersion"]} if wanted.get("S3ObjectVersion") else {}
    try:
        answer = clients.s3.get_object(Bucket=wanted["S3Bucket"], Key=wanted["S3Key"], **version)
    except ClientError:
        return {}
    digest = hashlib.sha256()
    for chunk in answer["Body"].iter_chunks(_CHUNK_BYTES):
        digest.update(chunk)
    expected = base64.b64encode(digest.digest()).decode()
    actual = clients.lambda_.get_function_configuration(FunctionName=name)["CodeSha256"]
    return {"Code": wanted if actual == expected else {"CodeSha256": actual}}


def _role(clients: Any, name: str) -> Properties:
    found = clients.iam.get_role(RoleName=name)["Role"]
    names = ("RoleName", "RoleId", "Arn", "Path", "Description", "MaxSessionDuration", "AssumeRolePolicyDocument")
    return _same(found, *names)


def _machine(clients: Any, arn: str) -> Properties:
    found = clients.stepfunctions.describe_state_machine(stateMachineArn=arn)
    return _said(
        found,
        Arn="stateMachineArn",
        Name="name",
        StateMachineName="name",
        StateMachineType="type",
        RoleArn="roleArn",
        DefinitionString="definition",
    )


def _parameter(clients: Any, name: str) -> Properties:
    found = clients.ssm.get_parameter(Name=name)["Parameter"]
    return _same(found, "Name", "Type", "Value")


def _secret(clients: Any, arn: str) -> Properties:
    found = clients.secretsmanager.describe_secret(SecretId=arn)
    if found.get("DeletedDate"):
        raise LookupError(arn)
    return {"Description": "", **_said(found, Id="ARN", Name="Name", Description="Description", KmsKeyId="KmsKeyId")}


def _key(clients: Any, key_id: str) -> Properties:
    found = clients.kms.describe_key(KeyId=key_id)["KeyMetadata"]
    if found["KeyState"] == "PendingDeletion":
        raise LookupError(key_id)
    return _same(found, "KeyId", "Arn", "Description", "Enabled", "KeySpec", "KeyUsage")


def _bus(clients: Any, name: str) -> Properties:
    found = clients.events.describe_event_bus(Name=name)
    return {"Id": name, **_same(found, "Name", "Arn", "Description")}


def _rule(clients: Any, rule: str) -> Properties:
    bus, _, name = rule.rpartition("|")
    found = clients.events.describe_rule(Name=name, **({"EventBusName": bus} if bus else {}))
    names = ("Name", "Arn", "State", "Description", "ScheduleExpression", "EventPattern")
    return {"Id": rule, "Description": "", **_same(found, *names)}


def _stream(clients: Any, name: str) -> Properties:
    found = clients.kinesis.describe_stream(StreamName=name)["StreamDescription"]
    return {
        "ShardCount": len(found["Shards"]),
        **_said(found, Name="StreamName", Arn="StreamARN", RetentionPeriodHours="RetentionPeriodHours"),
    }


def _alarm(clients: Any, name: str) -> Properties:
    found = clients.cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]
    names = (
        "AlarmName", "AlarmDescription", "ActionsEnabled", "AlarmActions", "ComparisonOperator", "EvaluationPeriods",
        "MetricName", "Namespace", "Period", "Statistic", "Threshold", "TreatMissingData",
    )  # fmt: skip
    return {"Id": name, **_said(found, Arn="AlarmArn"), **_same(found, *names)}


READERS: Mapping[str, Reader] = {
    "AWS::CloudWatch::Alarm": _alarm,
    "AWS::DynamoDB::Table": _table,
    "AWS::Events::EventBus": _bus,
    "AWS::Events::Rule": _rule,
    "AWS::IAM::Role": _role,
    "AWS::KMS::Key": _key,
    "AWS::Kinesis::Stream": _stream,
    "AWS::Lambda::Function": _function,
    "AWS::Logs::LogGroup": _log_group,
    "AWS::S3::Bucket": _bucket,
    "AWS::SNS::Topic": _topic,
    "AWS::SQS::Queue": _queue,
    "AWS::SSM::Parameter": _parameter,
    "AWS::SecretsManager::Secret": _secret,
    "AWS::StepFunctions::StateMachine": _machine,
}


def comparable(value: Any) -> Any:
    """Return a value so that two spellings of the same are equal: texts, numbers, documents as text, sets as lists."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            return comparable(json.loads(value))
        except ValueError:
            return value
    if isinstance(value, dict):
        return {key: comparable(each) for key, each in value.items() if each is not None}
    if isinstance(value, list | tuple | set):
        return sorted((comparable(each) for each in value), key=lambda each: json.dumps(each, sort_keys=True))
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).lower() if isinstance(value, bool) else str(value)
