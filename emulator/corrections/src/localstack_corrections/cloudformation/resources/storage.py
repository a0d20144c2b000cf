"""DynamoDB and S3."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from localstack_corrections.cloudformation.resources.change import as_list, as_mapping, put_again

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from localstack_corrections.cloudformation.records import Properties
    from localstack_corrections.cloudformation.resources.change import Change, Update

_SECONDS_FOR_A_TABLE = 300


def table(change: Change) -> Properties:
    """Change a table step by step, as DynamoDB allows only one kind of change in a call; its items stay."""
    dynamodb, name = change.client("dynamodb"), change.after["TableName"]
    for settings in _table_steps(change):
        dynamodb.update_table(TableName=name, **settings)
        _wait_for_table(change, name)
    if change.changed("TimeToLiveSpecification"):
        _expire(change, name)
    if change.changed("KinesisStreamSpecification"):
        _stream_to_kinesis(change, name)
    if change.changed("PointInTimeRecoverySpecification"):
        wanted = change.after.get("PointInTimeRecoverySpecification") or {"PointInTimeRecoveryEnabled": False}
        dynamodb.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=wanted)
    change.retag(
        lambda tags: dynamodb.tag_resource(ResourceArn=change.after["Arn"], Tags=as_list(tags)),
        lambda keys: dynamodb.untag_resource(ResourceArn=change.after["Arn"], TagKeys=keys),
    )
    stream = dynamodb.describe_table(TableName=name)["Table"].get("LatestStreamArn")
    return {"StreamArn": stream} if stream and change.after.get("StreamSpecification") else {}


def global_table(change: Change) -> Properties:
    """Change a global table by its replica here; LocalStack keeps the others in name alone."""
    region = change.request.region_name
    before, after = (_as_one_table(state, region) for state in (change.before, change.after))
    return table(replace(change, before=before, after=after))


def _as_one_table(properties: Properties, region: str) -> Properties:
    """Return a global table's properties in the words of a table's: tags and protection are each replica's own."""
    replicas: list[Properties] = properties.get("Replicas") or []
    here: Properties = next((each for each in replicas if each.get("Region") == region), {})
    own = ("DeletionProtectionEnabled", "KinesisStreamSpecification", "PointInTimeRecoverySpecification", "TableClass",
           "Tags")  # fmt: skip
    return {**properties, **{name: here[name] for name in own if name in here}}


def _table_steps(change: Change) -> list[dict[str, Any]]:
    """Return the calls of UpdateTable that make the old table the new one."""
    steps: list[dict[str, Any]] = []
    if billing := _billing(change):
        steps.append(billing)
    if change.changed("SSESpecification"):
        wanted = dict(change.after.get("SSESpecification") or {"SSEEnabled": False})
        wanted["Enabled"] = wanted.pop("SSEEnabled", False)
        steps.append({"SSESpecification": wanted})
    for name in ("DeletionProtectionEnabled", "TableClass"):
        if change.changed(name):
            default: Any = False if name == "DeletionProtectionEnabled" else "STANDARD"
            steps.append({name: change.after.get(name, default)})
    if change.changed("StreamSpecification"):
        steps += _stream(change)
    return steps + _indexes(change)


def _billing(change: Change) -> dict[str, Any]:
    mode = change.after.get("BillingMode", "PROVISIONED")
    settings: dict[str, Any] = {}
    if change.before.get("BillingMode", "PROVISIONED") != mode:
        settings["BillingMode"] = mode
    if mode == "PROVISIONED" and (settings or change.changed("ProvisionedThroughput")):
        units = change.after.get("ProvisionedThroughput") or {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
        settings["ProvisionedThroughput"] = units
    return settings


def _stream(change: Change) -> list[dict[str, Any]]:
    before, after = change.before.get("StreamSpecification"), change.after.get("StreamSpecification")
    # a stream keeps its view type for as long as it is
    stop = [{"StreamSpecification": {"StreamEnabled": False}}] if before else []
    start = [{"StreamSpecification": {"StreamEnabled": True, **after}}] if after else []
    return stop + start


def _indexes(change: Change) -> list[dict[str, Any]]:
    before, after = (
        {each["IndexName"]: each for each in state.get("GlobalSecondaryIndexes") or ()}
        for state in (change.before, change.after)
    )
    rebuilt = [name for name in before if name in after and _index_is_another(before[name], after[name])]
    gone = [name for name in before if name not in after] + rebuilt
    new = [name for name in after if name not in before] + rebuilt
    resized = [
        name
        for name in after
        if name in before and name not in rebuilt and before[name] != after[name]
        and "ProvisionedThroughput" in after[name]
    ]  # fmt: skip
    attributes = {"AttributeDefinitions": change.after["AttributeDefinitions"]}
    return [
        *({**attributes, "GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": name}}]} for name in gone),
        *({**attributes, "GlobalSecondaryIndexUpdates": [{"Create": after[name]}]} for name in new),
        *({"GlobalSecondaryIndexUpdates": [{"Update": _size(after[name])}]} for name in resized),
    ]


def _index_is_another(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    return any(before.get(name) != after.get(name) for name in ("KeySchema", "Projection"))


def _size(index: Mapping[str, Any]) -> dict[str, Any]:
    return {"IndexName": index["IndexName"], "ProvisionedThroughput": index["ProvisionedThroughput"]}


def _wait_for_table(change: Change, name: str) -> None:
    dynamodb = change.client("dynamodb")
    dynamodb.get_waiter("table_exists").wait(
        TableName=name, WaiterConfig={"Delay": 1, "MaxAttempts": _SECONDS_FOR_A_TABLE}
    )


def _expire(change: Change, name: str) -> None:
    """Switch the time to live on, off, or to another attribute: a request for what it is already is refused."""
    dynamodb = change.client("dynamodb")
    described = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    now = described.get("AttributeName") if described["TimeToLiveStatus"] == "ENABLED" else None
    after = change.after.get("TimeToLiveSpecification") or {}
    wanted = after.get("AttributeName") if after.get("Enabled") else None
    for attribute, enabled in ((now, False), (wanted, True)):
        if attribute and now != wanted:
            specification = {"AttributeName": attribute, "Enabled": enabled}
            dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=specification)


def _stream_to_kinesis(change: Change, name: str) -> None:
    dynamodb = change.client("dynamodb")
    if before := change.before.get("KinesisStreamSpecification"):
        dynamodb.disable_kinesis_streaming_destination(TableName=name, StreamArn=before["StreamArn"])
    if after := change.after.get("KinesisStreamSpecification"):
        dynamodb.enable_kinesis_streaming_destination(TableName=name, StreamArn=after["StreamArn"])


def bucket(change: Change) -> None:
    """Put each configuration of a bucket that differs, and delete each that is gone; its objects stay."""
    name = change.after["BucketName"]
    for property_name, put in _BUCKET_PARTS.items():
        if change.changed(property_name):
            put(change, name)
    if change.changed("Tags"):
        tags = as_list(as_mapping(change.after.get("Tags")))
        s3 = change.client("s3")
        if tags:
            s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": tags})
        else:
            s3.delete_bucket_tagging(Bucket=name)


def _notifications(change: Change, name: str) -> None:
    wanted = change.provider._get_s3_bucket_notification_config({**change.after, "BucketName": name})
    change.client("s3").put_bucket_notification_configuration(
        **(wanted or {"Bucket": name, "NotificationConfiguration": {}})
    )


def _versions(change: Change, name: str) -> None:
    status = (change.after.get("VersioningConfiguration") or {}).get("Status", "Suspended")
    change.client("s3").put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": status})


def _cors(change: Change, name: str) -> None:
    rules = change.provider._transform_cfn_cors(change.after.get("CorsConfiguration"))
    s3 = change.client("s3")
    s3.put_bucket_cors(Bucket=name, CORSConfiguration=rules) if rules else s3.delete_bucket_cors(Bucket=name)


def _website(change: Change, name: str) -> None:
    site = change.provider._transform_website_configuration(change.after.get("WebsiteConfiguration"))
    s3 = change.client("s3")
    s3.put_bucket_website(Bucket=name, WebsiteConfiguration=site) if site else s3.delete_bucket_website(Bucket=name)


def _lock(change: Change, name: str) -> None:
    if wanted := change.after.get("ObjectLockConfiguration"):
        change.client("s3").put_object_lock_configuration(Bucket=name, ObjectLockConfiguration=wanted)


_NEW_BUCKET: Mapping[str, Any] = {
    "BucketEncryption": {
        "ServerSideEncryptionConfiguration": [
            {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}
        ]
    },
    "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
    "PublicAccessBlockConfiguration": dict.fromkeys(
        ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True
    ),
}
"""What a new bucket has where a template is silent."""


def _encryption(change: Change, name: str) -> None:
    wanted = change.after.get("BucketEncryption") or _NEW_BUCKET["BucketEncryption"]
    default = "ServerSideEncryptionByDefault"
    rules = [
        {f"Apply{default}" if key == default else key: value for key, value in rule.items()}
        for rule in wanted["ServerSideEncryptionConfiguration"]
    ]
    change.client("s3").put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": rules})


def _public_access(change: Change, name: str) -> None:
    wanted = change.after.get("PublicAccessBlockConfiguration") or _NEW_BUCKET["PublicAccessBlockConfiguration"]
    change.client("s3").put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=wanted)


def _ownership(change: Change, name: str) -> None:
    wanted = change.after.get("OwnershipControls") or _NEW_BUCKET["OwnershipControls"]
    change.client("s3").put_bucket_ownership_controls(Bucket=name, OwnershipControls=wanted)


def _lifecycle(change: Change, name: str) -> None:
    s3, wanted = change.client("s3"), change.after.get("LifecycleConfiguration")
    if not wanted:
        s3.delete_bucket_lifecycle(Bucket=name)
        return
    rules = [_lifecycle_rule(rule) for rule in wanted["Rules"]]
    s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": rules})


def _lifecycle_rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    """Return a rule in the words of S3's API."""
    kept = ("AbortIncompleteMultipartUpload", "NoncurrentVersionExpiration", "Status")
    made: dict[str, Any] = {name: rule[name] for name in kept if name in rule}
    # S3 makes one up for a rule without; LocalStack refuses such a rule
    made["ID"] = rule.get("Id") or hashlib.sha256(json.dumps(rule, sort_keys=True).encode()).hexdigest()[:48]
    expiration = {"ExpirationInDays": "Days", "ExpirationDate": "Date", "ExpiredObjectDeleteMarker": None}
    found = {new or old: rule[old] for old, new in expiration.items() if old in rule}
    made |= {"Expiration": found} if found else {}
    if days := rule.get("NoncurrentVersionExpirationInDays"):
        made["NoncurrentVersionExpiration"] = {"NoncurrentDays": days}
    for plural, days_name, api_name in (
        ("Transitions", "TransitionInDays", "Days"),
        ("NoncurrentVersionTransitions", "TransitionInDays", "NoncurrentDays"),
    ):
        steps = rule.get(plural) or [rule[plural[:-1]]] if plural[:-1] in rule or plural in rule else []
        if steps:
            names = {days_name: api_name, "TransitionDate": "Date"}
            made[plural] = [{names.get(key, key): value for key, value in step.items()} for step in steps]
    return {**made, "Filter": _lifecycle_filter(rule)}


def _lifecycle_filter(rule: Mapping[str, Any]) -> dict[str, Any]:
    """Return which objects a rule is for; S3 wants more than one condition below ``And``."""
    single = ("Prefix", "ObjectSizeGreaterThan", "ObjectSizeLessThan")
    conditions = {name: rule[name] for name in single if name in rule}
    tags = rule.get("TagFilters") or []
    if len(conditions) + len(tags) > 1:
        return {"And": {**conditions, **({"Tags": tags} if tags else {})}}
    return {"Tag": tags[0]} if tags else conditions or {"Prefix": ""}


_BUCKET_PARTS: Mapping[str, Callable[[Change, str], None]] = {
    "BucketEncryption": _encryption,
    "CorsConfiguration": _cors,
    "LifecycleConfiguration": _lifecycle,
    "NotificationConfiguration": _notifications,
    "ObjectLockConfiguration": _lock,
    "OwnershipControls": _ownership,
    "PublicAccessBlockConfiguration": _public_access,
    "VersioningConfiguration": _versions,
    "WebsiteConfiguration": _website,
}


UPDATES: Mapping[str, Update] = {
    "AWS::DynamoDB::GlobalTable": global_table,
    "AWS::DynamoDB::Table": table,
    "AWS::S3::Bucket": bucket,
    "AWS::S3::BucketPolicy": put_again,
}
