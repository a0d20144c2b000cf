"""Step Functions, EventBridge and EventBridge Scheduler."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.corrections.cloudformation.cases.base import QUEUE, QUEUE_ARN, ROLE, ROLE_ARN, Case, Properties, client, tags

if TYPE_CHECKING:
    from localdev.engines.clients import Clients


def _rule(aws: Clients, name: str) -> Any:
    events, (bus, _, rule) = client(aws, "events"), name.rpartition("|")
    on = {"EventBusName": bus} if bus else {}
    targets = events.list_targets_by_rule(Rule=rule, **on)["Targets"]
    return events.describe_rule(Name=rule, **on), sorted(targets, key=str)


def _machine(aws: Clients, arn: str) -> Any:
    api = client(aws, "stepfunctions")
    found = api.describe_state_machine(stateMachineArn=arn)
    kept = {key: found.get(key) for key in ("definition", "roleArn", "loggingConfiguration", "tracingConfiguration")}
    return kept, sorted(api.list_tags_for_resource(resourceArn=arn)["tags"], key=str)


def _alias(aws: Clients, arn: str) -> Any:
    found = client(aws, "stepfunctions").describe_state_machine_alias(stateMachineAliasArn=arn)
    return found.get("description"), found["routingConfiguration"]


def _activity(aws: Clients, arn: str) -> Any:
    api = client(aws, "stepfunctions")
    return api.describe_activity(activityArn=arn)["name"]


def _bus(aws: Clients, name: str) -> Any:
    events = client(aws, "events")
    found = events.describe_event_bus(Name=name)
    statements = json.loads(found["Policy"])["Statement"] if "Statement" in found.get("Policy", "") else None
    return found.get("Description"), statements, events.list_tags_for_resource(ResourceARN=found["Arn"])["Tags"]


def _connection(aws: Clients, name: str) -> Any:
    found = client(aws, "events").describe_connection(Name=name)
    return {key: found.get(key) for key in ("AuthorizationType", "AuthParameters", "Description")}


def _destination(aws: Clients, name: str) -> Any:
    found = client(aws, "events").describe_api_destination(Name=name)
    kept = ("Description", "HttpMethod", "InvocationEndpoint", "InvocationRateLimitPerSecond")
    return {key: found.get(key) for key in kept}


def _archive(aws: Clients, name: str) -> Any:
    found = client(aws, "events").describe_archive(ArchiveName=name)
    pattern = json.loads(found.get("EventPattern") or "{}")
    return found.get("Description"), pattern, found.get("RetentionDays")


def _group(aws: Clients, name: str) -> Any:
    scheduler = client(aws, "scheduler")
    arn = scheduler.get_schedule_group(Name=name)["Arn"]
    return sorted(scheduler.list_tags_for_resource(ResourceArn=arn)["Tags"], key=str)


def _named(suffix: str) -> Properties:
    return {"Fn::Sub": f"${{AWS::StackName}}-{suffix}"}


_PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
_WAIT = {"StartAt": "B", "States": {"B": {"Type": "Wait", "Seconds": 1, "End": True}}}
_MACHINE = {
    "Type": "AWS::StepFunctions::StateMachine",
    "Properties": {"RoleArn": ROLE_ARN, "DefinitionString": json.dumps(_PASS)},
}
_KEY = {"ApiKeyAuthParameters": {"ApiKeyName": "k", "ApiKeyValue": "v"}}
_BASIC = {"BasicAuthParameters": {"Username": "u", "Password": "p"}}

CASES: tuple[Case, ...] = (
    Case(
        "AWS::StepFunctions::StateMachine",
        {"DefinitionString": json.dumps(_PASS), "Tags": [{"Key": "a", "Value": "1"}]},
        {"DefinitionString": json.dumps(_WAIT), "RoleArn": {"Fn::GetAtt": ["Other", "Arn"]}},
        _machine,
        {"RoleArn": ROLE_ARN, "DefinitionString": json.dumps({**_PASS, "Comment": "plain"})},
        {"Role": ROLE, "Other": ROLE},
    ),
    Case(
        "AWS::Events::Rule",
        {"Description": "one", "Targets": [{"Id": "a", "Arn": QUEUE_ARN}, {"Id": "b", "Arn": QUEUE_ARN}]},
        {
            "EventPattern": {"source": ["b"]},
            "State": "DISABLED",
            "Targets": [{"Id": "b", "Arn": QUEUE_ARN, "Input": "{}"}],
        },
        _rule,
        {"EventPattern": {"source": ["a"]}},
        {"Queue": QUEUE},
    ),
    Case(
        "AWS::Events::Rule",
        {"Targets": [{"Id": "a", "Arn": QUEUE_ARN}]},
        {"EventPattern": {"source": ["b"]}, "Targets": [{"Id": "c", "Arn": QUEUE_ARN}]},
        _rule,
        {"EventPattern": {"source": ["a"]}, "EventBusName": {"Ref": "Bus"}},
        {
            "Queue": QUEUE,
            "Bus": {"Type": "AWS::Events::EventBus", "Properties": {"Name": {"Fn::Sub": "${AWS::StackName}-bus"}}},
        },
    ),
    Case(
        "AWS::Scheduler::Schedule",
        {"Description": "one", "ScheduleExpressionTimezone": "Europe/Vienna"},
        {"ScheduleExpression": "rate(2 days)", "State": "DISABLED"},
        lambda aws, name: client(aws, "scheduler").get_schedule(Name=name),
        {
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "ScheduleExpression": "rate(1 days)",
            "Target": {"Arn": QUEUE_ARN, "RoleArn": ROLE_ARN},
        },
        {"Queue": QUEUE, "Role": ROLE},
    ),
    Case(
        "AWS::StepFunctions::StateMachineAlias",
        {"Description": "one"},
        {"RoutingConfiguration": [{"StateMachineVersionArn": {"Ref": "First"}, "Weight": 100}], "Description": "two"},
        _alias,
        {
            "Name": "live",
            "RoutingConfiguration": [{"StateMachineVersionArn": {"Ref": "First"}, "Weight": 100}],
        },
        {
            "Role": ROLE,
            "Machine": _MACHINE,
            "First": {
                "Type": "AWS::StepFunctions::StateMachineVersion",
                "Properties": {"StateMachineArn": {"Ref": "Machine"}},
            },
        },
    ),
    Case(
        "AWS::StepFunctions::Activity",
        {"Tags": tags(a="1", b="2")},
        {"Tags": tags(b="3", c="4")},
        _activity,
        {"Name": _named("activity")},
    ),
    Case(
        "AWS::Events::EventBus",
        {"Description": "one", "Tags": tags(a="1")},
        {"Description": "two", "Tags": tags(b="2")},
        _bus,
        {"Name": _named("bus")},
    ),
    Case(
        "AWS::Events::EventBusPolicy",
        {"Action": "events:PutRule", "Principal": "111111111111"},
        {"Principal": "222222222222"},
        _bus,
        {
            "EventBusName": {"Ref": "Bus"},
            "StatementId": "s",
            "Action": "events:PutEvents",
            "Principal": "333333333333",
        },
        {"Bus": {"Type": "AWS::Events::EventBus", "Properties": {"Name": _named("bus")}}},
        described="Bus",
    ),
    Case(
        "AWS::Events::Connection",
        {"Description": "one"},
        {"AuthorizationType": "BASIC", "AuthParameters": _BASIC},
        _connection,
        {"AuthorizationType": "API_KEY", "AuthParameters": _KEY},
    ),
    Case(
        "AWS::Events::ApiDestination",
        {"Description": "one", "InvocationRateLimitPerSecond": 5},
        {"HttpMethod": "PUT", "InvocationEndpoint": "https://example.com/b"},
        _destination,
        {
            "ConnectionArn": {"Fn::GetAtt": ["Connection", "Arn"]},
            "HttpMethod": "POST",
            "InvocationEndpoint": "https://example.com/a",
        },
        {
            "Connection": {
                "Type": "AWS::Events::Connection",
                "Properties": {"AuthorizationType": "API_KEY", "AuthParameters": _KEY},
            }
        },
    ),
    Case(
        "AWS::Events::Archive",
        {"Description": "one", "RetentionDays": 3, "EventPattern": {"source": ["a"]}},
        {"EventPattern": {"source": ["b"]}},
        _archive,
        {"SourceArn": {"Fn::GetAtt": ["Bus", "Arn"]}},
        {"Bus": {"Type": "AWS::Events::EventBus", "Properties": {"Name": _named("bus")}}},
    ),
    Case(
        "AWS::Scheduler::ScheduleGroup",
        {"Tags": tags(a="1")},
        {"Tags": tags(b="2")},
        _group,
        {"Name": _named("group")},
    ),
)
