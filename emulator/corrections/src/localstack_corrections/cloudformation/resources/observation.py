"""CloudWatch and CloudWatch Logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localstack_corrections.cloudformation.resources.change import put_again

if TYPE_CHECKING:
    from collections.abc import Mapping

    from localstack_corrections.cloudformation.resources.change import Change, Update


def log_group(change: Change) -> None:
    """Change the retention, key and tags of a log group; its events stay."""
    logs, name = change.client("logs"), change.after["LogGroupName"]
    if change.changed("RetentionInDays"):
        if days := change.after.get("RetentionInDays"):
            logs.put_retention_policy(logGroupName=name, retentionInDays=int(days))
        else:
            logs.delete_retention_policy(logGroupName=name)
    if change.changed("KmsKeyId"):
        if key := change.after.get("KmsKeyId"):
            logs.associate_kms_key(logGroupName=name, kmsKeyId=key)
        else:
            logs.disassociate_kms_key(logGroupName=name)
    arn = change.after["Arn"].removesuffix(":*")
    change.retag(
        lambda tags: logs.tag_resource(resourceArn=arn, tags=tags),
        lambda keys: logs.untag_resource(resourceArn=arn, tagKeys=keys),
    )


UPDATES: Mapping[str, Update] = {
    "AWS::CloudWatch::Alarm": put_again,
    "AWS::CloudWatch::CompositeAlarm": put_again,
    "AWS::Logs::LogGroup": log_group,
}
