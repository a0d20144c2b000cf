"""Refuses a name that is taken, where the service's call to create would take the resource that is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def _alarm(clients: Any, name: str, _: Any) -> bool:
    found = clients.cloudwatch.describe_alarms(AlarmNames=[name], AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    return bool(found["MetricAlarms"] or found["CompositeAlarms"])


def _dashboard(clients: Any, name: str, _: Any) -> bool:
    return bool(clients.cloudwatch.get_dashboard(DashboardName=name))


def _rule(clients: Any, name: str, request: Any) -> bool:
    bus = request.desired_state.get("EventBusName")
    return bool(clients.events.describe_rule(Name=name, **({"EventBusName": bus} if bus else {})))


def _bucket(clients: Any, name: str, _: Any) -> bool:
    return bool(clients.s3.head_bucket(Bucket=name))


def _topic(clients: Any, name: str, request: Any) -> bool:
    arn = f"arn:aws:sns:{request.region_name}:{request.account_id}:{name}"
    return bool(clients.sns.get_topic_attributes(TopicArn=arn))


def _queue(clients: Any, name: str, _: Any) -> bool:
    return bool(clients.sqs.get_queue_url(QueueName=name))


def _schedule_group(clients: Any, name: str, _: Any) -> bool:
    return bool(clients.scheduler.get_schedule_group(Name=name))


def _activity(clients: Any, name: str, request: Any) -> bool:
    arn = f"arn:aws:states:{request.region_name}:{request.account_id}:activity:{name}"
    return bool(clients.stepfunctions.describe_activity(activityArn=arn))


def _machine(clients: Any, name: str, request: Any) -> bool:
    arn = f"arn:aws:states:{request.region_name}:{request.account_id}:stateMachine:{name}"
    return bool(clients.stepfunctions.describe_state_machine(stateMachineArn=arn))


_LOOKS: Mapping[str, tuple[str, Callable[[Any, str, Any], bool]]] = {
    "AWS::CloudWatch::Alarm": ("AlarmName", _alarm),
    "AWS::CloudWatch::CompositeAlarm": ("AlarmName", _alarm),
    "AWS::CloudWatch::Dashboard": ("DashboardName", _dashboard),
    "AWS::Events::Rule": ("Name", _rule),
    "AWS::S3::Bucket": ("BucketName", _bucket),
    "AWS::SNS::Topic": ("TopicName", _topic),
    "AWS::SQS::Queue": ("QueueName", _queue),
    "AWS::Scheduler::ScheduleGroup": ("Name", _schedule_group),
    "AWS::StepFunctions::Activity": ("Name", _activity),
    "AWS::StepFunctions::StateMachine": ("StateMachineName", _machine),
}


def refuse(request: Any) -> None:
    """Raise AWS's error if the name that a template gives a new resource is somebody else's."""
    property_name, is_there = _LOOKS.get(request.resource_type, ("", None))
    name = request.desired_state.get(property_name)
    if is_there is None or not isinstance(name, str):
        return
    try:
        taken = is_there(request.aws_client_factory, name, request)
    except ClientError:  # whatever the service calls it: there is nothing of this name
        return
    if taken:
        raise ValueError(f"Resource of type '{request.resource_type}' with identifier '{name}' already exists.")
