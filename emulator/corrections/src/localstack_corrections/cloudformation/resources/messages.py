"""SQS, SNS and Kinesis."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from localstack_corrections.cloudformation.resources.change import as_list, put_again

if TYPE_CHECKING:
    from collections.abc import Mapping

    from localstack_corrections.cloudformation.records import Properties
    from localstack_corrections.cloudformation.resources.change import Change, Preparation, Update

_QUEUE_DEFAULTS: Mapping[str, str] = {
    "DelaySeconds": "0",
    "KmsDataKeyReusePeriodSeconds": "300",
    "KmsMasterKeyId": "",
    "MaximumMessageSize": "262144",
    "MessageRetentionPeriod": "345600",
    "ReceiveMessageWaitTimeSeconds": "0",
    "RedriveAllowPolicy": "",
    "RedrivePolicy": "",
    "SqsManagedSseEnabled": "true",
    "VisibilityTimeout": "30",
}
_FIFO_DEFAULTS: Mapping[str, str] = {
    "ContentBasedDeduplication": "false",
    "DeduplicationScope": "queue",
    "FifoThroughputLimit": "perQueue",
}


def queue(change: Change) -> None:
    """Set the attributes of a queue that differ; its messages stay."""
    sqs, address = change.client("sqs"), change.after["QueueUrl"]
    defaults = {**_QUEUE_DEFAULTS, **(_FIFO_DEFAULTS if change.after.get("FifoQueue") else {})}
    attributes = {
        name: _text(change.after.get(name, default)) for name, default in defaults.items() if change.changed(name)
    }
    if attributes:
        sqs.set_queue_attributes(QueueUrl=address, Attributes=attributes)
    change.retag(
        lambda tags: sqs.tag_queue(QueueUrl=address, Tags=tags),
        lambda keys: sqs.untag_queue(QueueUrl=address, TagKeys=keys),
    )


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value) if isinstance(value, dict | list) else str(value)


_TOPIC_DEFAULTS: Mapping[str, str] = {
    "ArchivePolicy": "{}",
    "ContentBasedDeduplication": "false",
    "DeliveryPolicy": "",
    "DisplayName": "",
    "KmsMasterKeyId": "",
    "SignatureVersion": "1",
    "TracingConfig": "PassThrough",
}


def topic(change: Change) -> None:
    """Set the attributes of a topic that differ, and its inline subscriptions."""
    sns, arn = change.client("sns"), change.after["TopicArn"]
    for name, default in _TOPIC_DEFAULTS.items():
        if change.changed(name):
            value = _text(change.after.get(name, default))
            sns.set_topic_attributes(TopicArn=arn, AttributeName=name, AttributeValue=value)
    if change.changed("Subscription"):
        _subscribe(change, arn)
    change.retag(
        lambda tags: sns.tag_resource(ResourceArn=arn, Tags=as_list(tags)),
        lambda keys: sns.untag_resource(ResourceArn=arn, TagKeys=keys),
    )


def _subscribe(change: Change, arn: str) -> None:
    sns = change.client("sns")
    before = [(each["Protocol"], each["Endpoint"]) for each in change.before.get("Subscription") or ()]
    after = [(each["Protocol"], each["Endpoint"]) for each in change.after.get("Subscription") or ()]
    for found in sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]:
        if (found["Protocol"], found["Endpoint"]) in set(before) - set(after):
            sns.unsubscribe(SubscriptionArn=found["SubscriptionArn"])
    for protocol, endpoint in after:
        if (protocol, endpoint) not in before:
            sns.subscribe(TopicArn=arn, Protocol=protocol, Endpoint=endpoint)


_SUBSCRIPTION_DEFAULTS: Mapping[str, str] = {
    "DeliveryPolicy": "{}",
    "FilterPolicyScope": "MessageAttributes",
    "FilterPolicy": "{}",
    "RawMessageDelivery": "false",
    "RedrivePolicy": "{}",
}


def subscription(change: Change) -> None:
    """Set the attributes of a subscription that differ."""
    sns = change.provider._get_client(change.request).sns
    for name, default in _SUBSCRIPTION_DEFAULTS.items():
        if change.changed(name):
            value = _text(change.after.get(name, default))
            sns.set_subscription_attributes(
                SubscriptionArn=change.after["Id"], AttributeName=name, AttributeValue=value
            )


def topic_policy(change: Change) -> Properties:
    """Put the policy on each topic, and the default one on a topic it no longer is for."""
    from localstack.services.sns.provider import create_default_topic_policy

    for arn in set(change.before["Topics"]) - set(change.after["Topics"]):
        change.client("sns").set_topic_attributes(
            TopicArn=arn, AttributeName="Policy", AttributeValue=create_default_topic_policy(arn)
        )
    return change.create_again()


def stream(change: Change) -> None:
    """Change the shards, mode, retention, encryption and tags of a stream; its records stay."""
    kinesis, arn = change.client("kinesis"), change.after["Arn"]
    if change.changed("StreamModeDetails"):
        mode = change.after.get("StreamModeDetails") or {"StreamMode": "PROVISIONED"}
        kinesis.update_stream_mode(StreamARN=arn, StreamModeDetails=mode)
    if change.changed("ShardCount"):
        kinesis.update_shard_count(
            StreamARN=arn, TargetShardCount=int(change.after.get("ShardCount", 1)), ScalingType="UNIFORM_SCALING"
        )
    if change.changed("RetentionPeriodHours"):
        before, after = (int(state.get("RetentionPeriodHours", 24)) for state in (change.before, change.after))
        set_period = (
            kinesis.increase_stream_retention_period if after > before else kinesis.decrease_stream_retention_period
        )
        set_period(StreamARN=arn, RetentionPeriodHours=after)
    change.retag(
        lambda tags: kinesis.add_tags_to_stream(StreamARN=arn, Tags=tags),
        lambda keys: kinesis.remove_tags_from_stream(StreamARN=arn, TagKeys=keys),
    )


def choose_mode(request: Any) -> None:
    """Provision the shards that a template counts: LocalStack makes every stream without a mode an on-demand one."""
    if request.desired_state.get("ShardCount"):
        request.desired_state.setdefault("StreamModeDetails", {"StreamMode": "PROVISIONED"})


PREPARATIONS: Mapping[str, Preparation] = {"AWS::Kinesis::Stream": choose_mode}

UPDATES: Mapping[str, Update] = {
    "AWS::Kinesis::Stream": stream,
    "AWS::SNS::Subscription": subscription,
    "AWS::SNS::Topic": topic,
    "AWS::SNS::TopicPolicy": topic_policy,
    "AWS::SQS::Queue": queue,
    "AWS::SQS::QueueInlinePolicy": put_again,
}
