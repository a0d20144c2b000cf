"""Step Functions, EventBridge and EventBridge Scheduler."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localstack_corrections.cloudformation.resources.change import as_list, create_anew

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from localstack_corrections.cloudformation.records import Properties
    from localstack_corrections.cloudformation.resources.change import Change, Preparation, Update


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
    """Leave an activity as it is: its tags, which LocalStack does not keep, are all that can change."""
    del change


def _retag_state_machine(change: Change, arn: str) -> None:
    api = change.client("stepfunctions")
    change.retag(
        lambda tags: api.tag_resource(resourceArn=arn, tags=as_list(tags, "key", "value")),
        lambda keys: api.untag_resource(resourceArn=arn, tagKeys=keys),
    )


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
    """Describe a bus, which LocalStack has no call for, and tag it."""
    from localstack.services.events.models import events_stores

    store = events_stores[change.request.account_id][change.request.region_name]
    store.event_buses[change.after["Name"]].description = change.after.get("Description")
    _retag_events(change, change.after["Arn"])


def _retag_events(change: Change, arn: str) -> None:
    events = change.client("events")
    change.retag(
        lambda tags: events.tag_resource(ResourceARN=arn, Tags=as_list(tags)),
        lambda keys: events.untag_resource(ResourceARN=arn, TagKeys=keys),
    )


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
    from localstack.services.events.models import events_stores

    limit = change.after.get("InvocationRateLimitPerSecond", 300)
    change.client("events").update_api_destination(
        Name=change.after["Name"],
        Description=change.after.get("Description", ""),
        ConnectionArn=change.after["ConnectionArn"],
        InvocationEndpoint=change.after["InvocationEndpoint"],
        HttpMethod=change.after["HttpMethod"],
        InvocationRateLimitPerSecond=limit,
    )
    if "Description" not in change.after:
        # LocalStack takes an empty text for none given
        store = events_stores[change.request.account_id][change.request.region_name]
        store.api_destinations[change.after["Name"]].description = None


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
    api, arn = change.client("scheduler"), change.after["Arn"]
    change.retag(
        lambda tags: api.tag_resource(ResourceArn=arn, Tags=as_list(tags)),
        lambda keys: api.untag_resource(ResourceArn=arn, TagKeys=keys),
    )


def name_it(request: Any) -> None:
    """Give a resource a name of CloudFormation's where the template has none; LocalStack fails without."""
    from localstack.services.cloudformation.provider_utils import generate_default_name

    if not request.desired_state.get("Name"):
        request.desired_state["Name"] = generate_default_name(request.stack_name, request.logical_resource_id)


def delete_from_its_bus(change: Change) -> None:
    """Delete a rule of a bus; LocalStack looks for every rule on the default one."""
    bus, _, name = change.before["Id"].rpartition("|")
    if not bus:
        return
    events = change.client("events")
    targets = events.list_targets_by_rule(Rule=name, EventBusName=bus)["Targets"]
    if targets:
        events.remove_targets(Rule=name, EventBusName=bus, Ids=[target["Id"] for target in targets])
    events.delete_rule(Name=name, EventBusName=bus)


def revision(change: Change) -> Properties:
    """Return the revision of a state machine, which a version of the template waits for."""
    found = change.client("stepfunctions").describe_state_machine(stateMachineArn=change.after["Arn"])
    return {"StateMachineRevisionId": found.get("revisionId", "INITIAL")}


ATTRIBUTES: Mapping[str, Callable[[Change], Properties]] = {"AWS::StepFunctions::StateMachine": revision}

BEFORE_DELETION: Mapping[str, Update] = {"AWS::Events::Rule": delete_from_its_bus}

PREPARATIONS: Mapping[str, Preparation] = {
    "AWS::Events::ApiDestination": name_it,
    "AWS::Events::Connection": name_it,
}

UPDATES: Mapping[str, Update] = {
    "AWS::Events::ApiDestination": api_destination,
    "AWS::Events::Connection": connection,
    "AWS::Events::EventBus": event_bus,
    "AWS::Events::EventBusPolicy": create_anew,
    "AWS::Events::Rule": rule,
    "AWS::Scheduler::Schedule": schedule,
    "AWS::Scheduler::ScheduleGroup": schedule_group,
    "AWS::StepFunctions::Activity": activity,
    "AWS::StepFunctions::StateMachine": state_machine,
}
