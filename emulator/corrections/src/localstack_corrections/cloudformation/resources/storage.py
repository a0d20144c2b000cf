"""DynamoDB and S3."""

from __future__ import annotations

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
    added, removed = change.tags()
    if added:
        dynamodb.tag_resource(ResourceArn=change.after["Arn"], Tags=as_list(added))
    if removed:
        dynamodb.untag_resource(ResourceArn=change.after["Arn"], TagKeys=removed)
    stream = dynamodb.describe_table(TableName=name)["Table"].get("LatestStreamArn")
    return {"StreamArn": stream} if stream and change.after.get("StreamSpecification") else {}


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
    before, after = (state.get("TimeToLiveSpecification") or {} for state in (change.before, change.after))
    dynamodb = change.client("dynamodb")
    if before.get("Enabled") and before.get("AttributeName") != after.get("AttributeName"):
        dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification={**before, "Enabled": False})
    if after:
        dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=after)


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


_BUCKET_PARTS: Mapping[str, Callable[[Change, str], None]] = {
    "CorsConfiguration": _cors,
    "NotificationConfiguration": _notifications,
    "ObjectLockConfiguration": _lock,
    "VersioningConfiguration": _versions,
    "WebsiteConfiguration": _website,
}


UPDATES: Mapping[str, Update] = {
    "AWS::DynamoDB::Table": table,
    "AWS::S3::Bucket": bucket,
    "AWS::S3::BucketPolicy": put_again,
}
