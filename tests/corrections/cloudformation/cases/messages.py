"""SQS, SNS and Kinesis."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.corrections.cloudformation.cases.base import QUEUE, QUEUE_ARN, TOPIC, Case, client, tags, trust

if TYPE_CHECKING:
    from localdev.engines.clients import Clients


def _queue(aws: Clients, url: str) -> Any:
    sqs = client(aws, "sqs")
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return attributes, sqs.list_queue_tags(QueueUrl=url).get("Tags")


def _topic(aws: Clients, arn: str) -> Any:
    sns = client(aws, "sns")
    attributes = sns.get_topic_attributes(TopicArn=arn)["Attributes"]
    subscriptions = sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]
    endpoints = sorted(each["Endpoint"] for each in subscriptions)
    tags = sns.list_tags_for_resource(ResourceArn=arn)["Tags"]
    kept = ("DisplayName", "KmsMasterKeyId", "TracingConfig", "SignatureVersion")
    return {key: attributes.get(key) for key in kept}, endpoints, sorted(tags, key=str)


def _subscription(aws: Clients, arn: str) -> Any:
    attributes = client(aws, "sns").get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    policy = json.loads(attributes.get("FilterPolicy") or "{}")
    return policy, attributes.get("RawMessageDelivery"), attributes.get("FilterPolicyScope", "MessageAttributes")


def _stream(aws: Clients, name: str) -> Any:
    kinesis = client(aws, "kinesis")
    found = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
    if found["StreamStatus"] == "DELETING":
        return None
    kept = {key: found.get(key) for key in ("RetentionPeriodHours", "OpenShardCount", "StreamModeDetails")}
    return kept, kinesis.list_tags_for_stream(StreamName=name)["Tags"]


def _consumer(aws: Clients, arn: str) -> Any:
    found = client(aws, "kinesis").describe_stream_consumer(ConsumerARN=arn)["ConsumerDescription"]
    return found["ConsumerStatus"]


_TO_QUEUE = {"Protocol": "sqs", "Endpoint": QUEUE_ARN}

CASES: tuple[Case, ...] = (
    Case(
        "AWS::SQS::Queue",
        {"VisibilityTimeout": 10, "DelaySeconds": 1, "Tags": tags(a="1", b="2")},
        {"VisibilityTimeout": 20, "MessageRetentionPeriod": 600, "Tags": tags(b="3", c="4")},
        _queue,
    ),
    Case(
        "AWS::SQS::QueuePolicy",
        {"PolicyDocument": trust("sqs:SendMessage")},
        {"PolicyDocument": trust("sqs:ReceiveMessage")},
        _queue,
        {"Queues": [{"Ref": "Queue"}], "PolicyDocument": trust("sqs:*")},
        {"Queue": QUEUE},
        described="Queue",
    ),
    Case(
        "AWS::SNS::Topic",
        {
            "DisplayName": "one",
            "Tags": tags(a="1", b="2"),
            "Subscription": [{"Protocol": "sqs", "Endpoint": QUEUE_ARN}],
        },
        {"DisplayName": "two", "Tags": tags(b="3")},
        _topic,
        beside={"Queue": QUEUE},
    ),
    Case(
        "AWS::SNS::Subscription",
        {"FilterPolicy": {"kind": ["a"]}, "RawMessageDelivery": True},
        {"FilterPolicy": {"kind": ["b"]}},
        _subscription,
        {"TopicArn": {"Ref": "Topic"}, "Protocol": "sqs", "Endpoint": QUEUE_ARN},
        {"Queue": QUEUE, "Topic": TOPIC},
    ),
    Case(
        "AWS::SNS::TopicPolicy",
        {"PolicyDocument": trust("sns:Publish", "s3"), "Topics": [{"Ref": "Topic"}, {"Ref": "Other"}]},
        {"PolicyDocument": trust("sns:Publish", "events")},
        lambda aws, arn: json.loads(client(aws, "sns").get_topic_attributes(TopicArn=arn)["Attributes"]["Policy"]),
        {"PolicyDocument": trust("sns:Subscribe"), "Topics": [{"Ref": "Topic"}]},
        {"Topic": TOPIC, "Other": TOPIC},
        described="Topic",
    ),
    Case(
        "AWS::Kinesis::Stream",
        {"ShardCount": 2, "RetentionPeriodHours": 48, "Tags": tags(a="1")},
        {"ShardCount": 1, "Tags": tags(b="2")},
        _stream,
        {"ShardCount": 1},
    ),
    Case(
        "AWS::Kinesis::StreamConsumer",
        {"ConsumerName": "one"},
        {"ConsumerName": "two"},
        _consumer,
        {"StreamARN": {"Fn::GetAtt": ["Stream", "Arn"]}, "ConsumerName": "none"},
        {"Stream": {"Type": "AWS::Kinesis::Stream", "Properties": {"ShardCount": 1}}},
        replaced=True,
    ),
)
