"""CloudWatch and CloudWatch Logs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.corrections.cloudformation.cases.base import FUNCTION, TOPIC, Case, client, function, tags, trust

if TYPE_CHECKING:
    from localdev.engines.clients import Clients


def _log_group(aws: Clients, name: str) -> Any:
    logs = client(aws, "logs")
    group = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"][0]
    return group.get("retentionInDays"), logs.list_tags_log_group(logGroupName=name)["tags"]


def _alarm(aws: Clients, name: str) -> Any:
    found = client(aws, "cloudwatch").describe_alarms(AlarmNames=[name], AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    return [*found["MetricAlarms"], *found["CompositeAlarms"]]


def _log_stream(aws: Clients, name: str) -> Any:
    group = name.split("|", maxsplit=1)[0] if "|" in name else ""
    del group
    found = client(aws, "logs").describe_log_groups()["logGroups"]
    return [each["logGroupName"] for each in found if name in _streams(aws, each["logGroupName"])]


def _streams(aws: Clients, group: str) -> list[str]:
    found = client(aws, "logs").describe_log_streams(logGroupName=group)["logStreams"]
    return [each["logStreamName"] for each in found]


def _subscriptions(aws: Clients, group: str) -> Any:
    return client(aws, "logs").describe_subscription_filters(logGroupName=group)["subscriptionFilters"]


def _metric_filters(aws: Clients, group: str) -> Any:
    return client(aws, "logs").describe_metric_filters(logGroupName=group)["metricFilters"]


def _logs_policy(aws: Clients, name: str) -> Any:
    found = client(aws, "logs").describe_resource_policies()["resourcePolicies"]
    return [json.loads(each["policyDocument"]) for each in found if each["policyName"] == name]


_ALARM = {
    "Namespace": "n", "MetricName": "m", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1, "Threshold": 1,
    "ComparisonOperator": "GreaterThanThreshold",
}  # fmt: skip
_GROUP = {"Type": "AWS::Logs::LogGroup"}

CASES: tuple[Case, ...] = (
    Case(
        "AWS::Logs::LogGroup",
        {"RetentionInDays": 7, "Tags": tags(a="1")},
        {"RetentionInDays": 30, "Tags": tags(b="2")},
        _log_group,
    ),
    Case(
        "AWS::CloudWatch::Alarm",
        {"AlarmDescription": "one", "TreatMissingData": "breaching"},
        {"Threshold": 5, "ActionsEnabled": False},
        _alarm,
        _ALARM,
    ),
    Case(
        "AWS::CloudWatch::Alarm",
        {"Dimensions": [{"Name": "d", "Value": "1"}], "AlarmActions": [{"Ref": "Topic"}], "Unit": "Count"},
        {"Period": 300, "EvaluationPeriods": 2, "DatapointsToAlarm": 1, "OKActions": [{"Ref": "Topic"}]},
        _alarm,
        _ALARM,
        {"Topic": TOPIC},
    ),
    Case(
        "AWS::CloudWatch::CompositeAlarm",
        {"AlarmDescription": "one", "ActionsEnabled": False},
        {"AlarmRule": {"Fn::Sub": "OK(${Alarm})"}, "AlarmDescription": "two"},
        _alarm,
        {"AlarmName": {"Fn::Sub": "${AWS::StackName}-both"}, "AlarmRule": {"Fn::Sub": "ALARM(${Alarm})"}},
        {"Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": _ALARM}},
    ),
    Case(
        "AWS::CloudWatch::Dashboard",
        {"DashboardBody": '{"widgets": [], "start": "-PT6H"}'},
        {"DashboardBody": '{"widgets": [], "start": "-PT3H"}'},
        lambda aws, name: client(aws, "cloudwatch").get_dashboard(DashboardName=name)["DashboardBody"],
        {"DashboardBody": '{"widgets": []}'},
    ),
    Case(
        "AWS::Logs::LogStream",
        {"LogStreamName": {"Fn::Sub": "${AWS::StackName}-one"}},
        {"LogStreamName": {"Fn::Sub": "${AWS::StackName}-two"}},
        _log_stream,
        {"LogGroupName": {"Ref": "Group"}, "LogStreamName": {"Fn::Sub": "${AWS::StackName}-none"}},
        {"Group": _GROUP},
        replaced=True,
    ),
    Case(
        "AWS::Logs::SubscriptionFilter",
        {"FilterPattern": "one"},
        {"FilterPattern": "two", "DestinationArn": {"Fn::GetAtt": ["Other", "Arn"]}},
        _subscriptions,
        {
            "LogGroupName": {"Ref": "Group"},
            "FilterPattern": "",
            "DestinationArn": {"Fn::GetAtt": ["Function", "Arn"]},
        },
        {"Group": _GROUP, **FUNCTION, "Other": function(2)},
        described="Group",
    ),
    Case(
        "AWS::Logs::MetricFilter",
        {"FilterPattern": "one"},
        {"MetricTransformations": [{"MetricName": "n", "MetricNamespace": "t", "MetricValue": "2", "DefaultValue": 0}]},
        _metric_filters,
        {
            "LogGroupName": {"Ref": "Group"},
            "FilterPattern": "",
            "MetricTransformations": [{"MetricName": "m", "MetricNamespace": "s", "MetricValue": "1"}],
        },
        {"Group": _GROUP},
        described="Group",
    ),
    Case(
        "AWS::Logs::ResourcePolicy",
        {"PolicyDocument": json.dumps(trust("logs:PutLogEvents", "es"))},
        {"PolicyDocument": json.dumps(trust("logs:CreateLogStream", "events"))},
        _logs_policy,
        {"PolicyName": {"Fn::Sub": "${AWS::StackName}-logs"}, "PolicyDocument": json.dumps(trust("logs:*"))},
    ),
)
