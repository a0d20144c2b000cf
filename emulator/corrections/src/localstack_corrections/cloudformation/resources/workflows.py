"""Step Functions, EventBridge and EventBridge Scheduler."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localstack_corrections.cloudformation.resources.change import as_list, put_again

if TYPE_CHECKING:
    from collections.abc import Mapping

    from localstack_corrections.cloudformation.records import Properties
    from localstack_corrections.cloudformation.resources.change import Change, Update


def state_machine(change: Change) -> Properties:
    """Give a state machine a new definition, role, logging or tracing; executions that run keep the old one."""
    api, arn = change.client("stepfunctions"), change.after["Arn"]
    silent = {"level": "OFF", "includeExecutionData": False}
    answer = api.update_state_machine(
        stateMachineArn=arn,
        definition=change.provider._get_definition(change.after, change.client("s3")),
        roleArn=change.after["RoleArn"],
        loggingConfiguration=change.after.get("LoggingConfiguration") or silent,
        tracingConfiguration={"enabled": bool((change.after.get("TracingConfiguration") or {}).get("Enabled"))},
    )
    _retag_state_machine(change, arn)
    return {"StateMachineRevisionId": answer["revisionId"]} if "revisionId" in answer else {}


def activity(change: Change) -> None:
    """Tag an activity; it has nothing else that can change."""
    _retag_state_machine(change, change.after["Arn"])


def _retag_state_machine(change: Change, arn: str) -> None:
    added, removed = change.tags()
    api = change.client("stepfunctions")
    if added:
        api.tag_resource(resourceArn=arn, tags=as_list(added, "key", "value"))
    if removed:
        api.untag_resource(resourceArn=arn, tagKeys=removed)


def rule(change: Change) -> Properties:
    """Put a rule and its targets, and remove the targets that it no longer has."""
    events, bus = change.client("events"), change.after.get("EventBusName")
    name = change.after["Id"].rsplit("|", maxsplit=1)[-1]
    on_bus = {"EventBusName": bus} if bus else {}
    kept = {target["Id"] for target in change.after.get("Targets") or ()}
    gone = [target["Id"] for target in change.before.get("Targets") or () if target["Id"] not in kept]
    if gone:
        events.remove_targets(Rule=name, Ids=gone, **on_bus)
    # the provider makes a name of its own where the template has none
    change.after["Name"] = name
    model = change.create_again()
    return {**model, "Id": change.after["Id"]}


def event_bus(change: Change) -> None:
    """Describe a bus and tag it."""
    events = change.client("events")
    if change.changed("Description", "DeadLetterConfig", "KmsKeyIdentifier"):
        events.update_event_bus(
            Name=change.after["Name"],
            Description=change.after.get("Description", ""),
            DeadLetterConfig=change.after.get("DeadLetterConfig") or {},
        )
    _retag_events(change, change.after["Arn"])


def _retag_events(change: Change, arn: str) -> None:
    added, removed = change.tags()
    if added:
        change.client("events").tag_resource(ResourceARN=arn, Tags=as_list(added))
    if removed:
        change.client("events").untag_resource(ResourceARN=arn, TagKeys=removed)


def connection(change: Change) -> None:
    """Change how a connection authorises."""
    change.client("events").update_connection(
        Name=change.after["Name"],
        Description=change.after.get("Description", ""),
        AuthorizationType=change.after["AuthorizationType"],
        AuthParameters=change.after["AuthParameters"],
    )


def api_destination(change: Change) -> None:
    """Change where an API destination sends to."""
    limit = change.after.get("InvocationRateLimitPerSecond", 300)
    change.client("events").update_api_destination(
        Name=change.after["Name"],
        Description=change.after.get("Description", ""),
        ConnectionArn=change.after["ConnectionArn"],
        InvocationEndpoint=change.after["InvocationEndpoint"],
        HttpMethod=change.after["HttpMethod"],
        InvocationRateLimitPerSecond=limit,
    )


def schedule(change: Change) -> None:
    """Change a schedule: UpdateSchedule takes it whole."""
    names = (
        "Description", "EndDate", "FlexibleTimeWindow", "GroupName", "KmsKeyArn", "Name", "ScheduleExpression",
        "ScheduleExpressionTimezone", "StartDate", "State", "Target",
    )  # fmt: skip
    wanted: dict[str, Any] = {"ScheduleExpressionTimezone": "UTC", "State": "ENABLED"}
    wanted.update({name: change.after[name] for name in names if name in change.after})
    change.client("scheduler").update_schedule(**wanted)


def schedule_group(change: Change) -> None:
    """Tag a group; it has nothing else that can change."""
    added, removed = change.tags()
    api, arn = change.client("scheduler"), change.after["Arn"]
    if added:
        api.tag_resource(ResourceArn=arn, Tags=as_list(added))
    if removed:
        api.untag_resource(ResourceArn=arn, TagKeys=removed)


UPDATES: Mapping[str, Update] = {
    "AWS::Events::ApiDestination": api_destination,
    "AWS::Events::Connection": connection,
    "AWS::Events::EventBus": event_bus,
    "AWS::Events::EventBusPolicy": put_again,
    "AWS::Events::Rule": rule,
    "AWS::Scheduler::Schedule": schedule,
    "AWS::Scheduler::ScheduleGroup": schedule_group,
    "AWS::StepFunctions::Activity": activity,
    "AWS::StepFunctions::StateMachine": state_machine,
}
