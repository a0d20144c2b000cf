"""Lambda."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

from tests.corrections.cloudformation.cases.base import (
    BUCKET,
    CODE,
    FILES,
    FUNCTION,
    QUEUE,
    QUEUE_ARN,
    ROLE,
    Case,
    Properties,
    client,
    function,
    tags,
)

if TYPE_CHECKING:
    from localdev.engines.clients import Clients


def _function_of(aws: Clients, name: str) -> Any:
    found = client(aws, "lambda").get_function(FunctionName=name)
    return found["Configuration"], found.get("Tags"), found.get("Concurrency")


def _alias(aws: Clients, arn: str) -> Any:
    function_name, name = arn.split(":")[-2:]
    return client(aws, "lambda").get_alias(FunctionName=function_name, Name=name)


def _policy_of(aws: Clients, name: str) -> Any:
    api = client(aws, "lambda")
    try:
        statements = json.loads(api.get_policy(FunctionName=name)["Policy"])["Statement"]
    except api.exceptions.ResourceNotFoundException:
        return []
    return [{key: value for key, value in each.items() if key != "Sid"} for each in statements]


def _layer(aws: Clients, arn: str) -> Any:
    found = client(aws, "lambda").get_layer_version_by_arn(Arn=arn)
    return found.get("Description"), found.get("CompatibleRuntimes")


def _invoke_config(aws: Clients, name: str) -> Any:
    api = client(aws, "lambda")
    try:
        return api.get_function_event_invoke_config(FunctionName=name)
    except api.exceptions.ResourceNotFoundException:
        return None


def _archive() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("python/shared.py", "NAME = 'shared'\n")
    return made.getvalue()


def _permission(action: str, principal: str) -> Properties:
    return {"Action": action, "Principal": f"{principal}.amazonaws.com"}


FILES["layer.zip"] = _archive()

CASES: tuple[Case, ...] = (
    Case(
        "AWS::Lambda::Function",
        {"MemorySize": 256, "Environment": {"Variables": {"NAME": "1"}}, "Description": "one", "Tags": tags(a="1")},
        {"Timeout": 9, "Code": {"ZipFile": CODE.format(number=2)}, "Tags": tags(b="2")},
        _function_of,
        function(1)["Properties"],
        {"Role": ROLE},
    ),
    Case(
        "AWS::Lambda::Function",
        {"ReservedConcurrentExecutions": 5, "EphemeralStorage": {"Size": 1024}},
        {"ReservedConcurrentExecutions": 7},
        _function_of,
        function(1)["Properties"],
        {"Role": ROLE},
    ),
    Case(
        "AWS::Lambda::Url",
        {"Cors": {"AllowOrigins": ["*"]}},
        {"AuthType": "AWS_IAM"},
        lambda aws, arn: client(aws, "lambda").get_function_url_config(FunctionName=arn),
        {"TargetFunctionArn": {"Fn::GetAtt": ["Function", "Arn"]}, "AuthType": "NONE"},
        FUNCTION,
    ),
    Case(
        "AWS::Lambda::EventSourceMapping",
        {"BatchSize": 5, "FilterCriteria": {"Filters": [{"Pattern": '{"a": [1]}'}]}},
        {"Enabled": False, "MaximumBatchingWindowInSeconds": 1},
        lambda aws, it: client(aws, "lambda").get_event_source_mapping(UUID=it),
        {"FunctionName": {"Ref": "Function"}, "EventSourceArn": QUEUE_ARN},
        {**FUNCTION, "Queue": QUEUE},
    ),
    Case(
        "AWS::Lambda::Alias",
        {"Description": "one"},
        {"FunctionVersion": "$LATEST"},
        _alias,
        {"Name": "live", "FunctionName": {"Ref": "Function"}, "FunctionVersion": {"Fn::GetAtt": ["First", "Version"]}},
        {**FUNCTION, "First": {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "Function"}}}},
    ),
    Case(
        "AWS::Lambda::Permission",
        _permission("lambda:InvokeFunction", "s3"),
        {**_permission("lambda:InvokeFunction", "events"), "SourceAccount": "111111111111"},
        _policy_of,
        {"FunctionName": {"Ref": "Function"}, **_permission("lambda:InvokeFunction", "sns")},
        FUNCTION,
        described="Function",
        replaced=True,
    ),
    Case(
        "AWS::Lambda::LayerVersion",
        {"Description": "one", "CompatibleRuntimes": ["python3.13"]},
        {"Description": "two"},
        _layer,
        {"Content": {"S3Bucket": BUCKET, "S3Key": "layer.zip"}},
        replaced=True,
    ),
    Case(
        "AWS::Lambda::EventInvokeConfig",
        {"MaximumRetryAttempts": 0, "DestinationConfig": {"OnFailure": {"Destination": QUEUE_ARN}}},
        {"MaximumEventAgeInSeconds": 100},
        _invoke_config,
        {"FunctionName": {"Ref": "Function"}, "Qualifier": "$LATEST", "MaximumRetryAttempts": 2},
        {**FUNCTION, "Queue": QUEUE},
        described="Function",
    ),
    Case(
        "AWS::Lambda::EventSourceMapping",
        {
            "StartingPosition": "LATEST",
            "ParallelizationFactor": 2,
            "MaximumRetryAttempts": 3,
            "BisectBatchOnFunctionError": True,
        },
        {
            "StartingPosition": "LATEST",
            "DestinationConfig": {"OnFailure": {"Destination": QUEUE_ARN}},
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
        },
        lambda aws, it: client(aws, "lambda").get_event_source_mapping(UUID=it),
        {
            "FunctionName": {"Ref": "Function"},
            "EventSourceArn": {"Fn::GetAtt": ["Stream", "Arn"]},
            "StartingPosition": "LATEST",
            "Enabled": False,
        },
        {**FUNCTION, "Queue": QUEUE, "Stream": {"Type": "AWS::Kinesis::Stream", "Properties": {"ShardCount": 1}}},
    ),
)
