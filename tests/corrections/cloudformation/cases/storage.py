"""DynamoDB and S3."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.corrections.cloudformation.cases.base import QUEUE, QUEUE_ARN, Case, Properties, client, tags, trust

if TYPE_CHECKING:
    from localdev.engines.clients import Clients


def _table(aws: Clients, name: str) -> Any:
    dynamodb = client(aws, "dynamodb")
    table = dynamodb.describe_table(TableName=name)["Table"]
    kept = (
        "AttributeDefinitions", "KeySchema", "BillingModeSummary", "ProvisionedThroughput", "StreamSpecification",
        "DeletionProtectionEnabled",
    )  # fmt: skip
    indexes = [
        (each["IndexName"], each["KeySchema"], each["Projection"]) for each in table.get("GlobalSecondaryIndexes", [])
    ]
    tags = dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"]
    return {key: table.get(key) for key in kept}, sorted(indexes, key=str), tags, _expiry(aws, name)


def _expiry(aws: Clients, name: str) -> Any:
    found = client(aws, "dynamodb").describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    return found.get("AttributeName") if found["TimeToLiveStatus"] == "ENABLED" else None


def _bucket_policy(aws: Clients, name: str) -> Any:
    s3 = client(aws, "s3")
    try:
        return json.loads(s3.get_bucket_policy(Bucket=name)["Policy"])
    except s3.exceptions.ClientError as error:
        return error.response["Error"]["Code"]


def _bucket(aws: Clients, name: str) -> Any:
    s3 = client(aws, "s3")
    notifications = s3.get_bucket_notification_configuration(Bucket=name)
    for each in notifications.get("QueueConfigurations", []):
        del each["Id"]
    found: Properties = {"notifications": notifications}
    found["versions"] = s3.get_bucket_versioning(Bucket=name).get("Status", "Suspended")
    parts = ("cors", "website", "tagging", "encryption", "lifecycle_configuration", "ownership_controls")
    for part in (*(f"bucket_{part}" for part in parts), "public_access_block"):
        try:
            found[part] = getattr(s3, f"get_{part}")(Bucket=name)
        except s3.exceptions.ClientError as error:
            found[part] = error.response["Error"]["Code"]
    return found


_KEYED: Properties = {
    "BillingMode": "PAY_PER_REQUEST",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
}

CASES: tuple[Case, ...] = (
    Case(
        "AWS::DynamoDB::Table",
        {
            "TimeToLiveSpecification": {"AttributeName": "ends", "Enabled": True},
            "Tags": tags(a="1"),
        },
        {
            "AttributeDefinitions": [
                {"AttributeName": "id", "AttributeType": "S"},
                {"AttributeName": "other", "AttributeType": "S"},
            ],
            "GlobalSecondaryIndexes": [
                {
                    "IndexName": "others",
                    "KeySchema": [{"AttributeName": "other", "KeyType": "HASH"}],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
            "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
            "Tags": tags(b="2"),
        },
        _table,
        {
            "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        },
    ),
    Case(
        "AWS::S3::Bucket",
        {
            "VersioningConfiguration": {"Status": "Enabled"},
            "CorsConfiguration": {"CorsRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]},
            "NotificationConfiguration": {"EventBridgeConfiguration": {"EventBridgeEnabled": True}},
            "Tags": tags(a="1"),
        },
        {"WebsiteConfiguration": {"IndexDocument": "index.html"}, "Tags": tags(b="2")},
        _bucket,
    ),
    Case(
        "AWS::S3::Bucket",
        {
            "BucketEncryption": {
                "ServerSideEncryptionConfiguration": [
                    {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}, "BucketKeyEnabled": True}
                ]
            },
            "LifecycleConfiguration": {
                "Rules": [
                    {"Id": "a", "Status": "Enabled", "ExpirationInDays": 3, "Prefix": "tmp/"},
                    {
                        "Id": "b",
                        "Status": "Enabled",
                        "TagFilters": [{"Key": "k", "Value": "v"}],
                        "Transitions": [{"StorageClass": "GLACIER", "TransitionInDays": 30}],
                    },
                ]
            },
            "PublicAccessBlockConfiguration": {"BlockPublicAcls": True, "BlockPublicPolicy": True},
            "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]},
        },
        {
            "LifecycleConfiguration": {
                "Rules": [
                    {"Status": "Enabled", "ExpirationInDays": 5},
                    {
                        "Id": "a",
                        "Status": "Disabled",
                        "NoncurrentVersionExpiration": {"NoncurrentDays": 4},
                        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 2},
                    },
                ]
            },
            "OwnershipControls": {"Rules": [{"ObjectOwnership": "ObjectWriter"}]},
        },
        _bucket,
    ),
    Case(
        "AWS::S3::BucketPolicy",
        {"PolicyDocument": trust("s3:GetObject")},
        {"PolicyDocument": trust("s3:PutObject")},
        _bucket_policy,
        {"Bucket": {"Ref": "Bucket"}, "PolicyDocument": trust("s3:*")},
        {"Bucket": {"Type": "AWS::S3::Bucket"}},
        described="Bucket",
    ),
    Case(
        "AWS::DynamoDB::Table",
        {"StreamSpecification": {"StreamViewType": "NEW_IMAGE"}, "Tags": tags(a="1")},
        {
            "StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES"},
            "BillingMode": "PROVISIONED",
            "ProvisionedThroughput": {"ReadCapacityUnits": 3, "WriteCapacityUnits": 4},
        },
        _table,
        _KEYED,
    ),
    Case(
        "AWS::DynamoDB::GlobalTable",
        {
            "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
            "TimeToLiveSpecification": {"AttributeName": "ends", "Enabled": True},
            "Replicas": [{"Region": {"Ref": "AWS::Region"}, "Tags": tags(a="1"), "DeletionProtectionEnabled": False}],
        },
        {
            "AttributeDefinitions": [*_KEYED["AttributeDefinitions"], {"AttributeName": "other", "AttributeType": "S"}],
            "GlobalSecondaryIndexes": [
                {
                    "IndexName": "others",
                    "KeySchema": [{"AttributeName": "other", "KeyType": "HASH"}],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
            "Replicas": [{"Region": {"Ref": "AWS::Region"}, "Tags": tags(b="2")}],
        },
        _table,
        {**_KEYED, "Replicas": [{"Region": {"Ref": "AWS::Region"}}]},
    ),
    Case(
        "AWS::S3::Bucket",
        {"NotificationConfiguration": {"QueueConfigurations": [{"Event": "s3:ObjectCreated:*", "Queue": QUEUE_ARN}]}},
        {
            "NotificationConfiguration": {
                "QueueConfigurations": [
                    {
                        "Event": "s3:ObjectRemoved:*",
                        "Queue": QUEUE_ARN,
                        "Filter": {"S3Key": {"Rules": [{"Name": "prefix", "Value": "in/"}]}},
                    }
                ]
            }
        },
        _bucket,
        beside={"Queue": QUEUE},
    ),
)
