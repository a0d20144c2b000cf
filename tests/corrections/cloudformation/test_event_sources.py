"""A change of an event source mapping neither repeats nor loses records of its stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localdev.system.waiting import wait_until
from tests.corrections.cloudformation.cases.base import ROLE

if TYPE_CHECKING:
    from localdev.engines.clients import Clients
    from tests.corrections.cloudformation.stacks import Resources, Stack

CODE = """
import base64, os, boto3

def handler(event, context):
    said = [base64.b64decode(each["kinesis"]["data"]).decode() for each in event["Records"]]
    if os.environ["BROKEN"] == "yes" and "poison" in said:
        raise ValueError(said)
    sqs = boto3.client("sqs")
    for each in said:
        sqs.send_message(QueueUrl=os.environ["LOG"], MessageBody=each)
"""


def _resources(size: int, broken: str = "no") -> Resources:
    variables = {"LOG": {"Ref": "Log"}, "BROKEN": broken}
    code = {"Code": {"ZipFile": CODE}, "Handler": "index.handler", "Runtime": "python3.13", "Timeout": 60}
    function = {**code, "Role": {"Fn::GetAtt": ["Role", "Arn"]}, "Environment": {"Variables": variables}}
    reading = {"EventSourceArn": {"Fn::GetAtt": ["Stream", "Arn"]}, "FunctionName": {"Ref": "Function"}}
    mapping = {**reading, "StartingPosition": "TRIM_HORIZON", "BatchSize": size}
    return {
        "Log": {"Type": "AWS::SQS::Queue"},
        "Role": ROLE,
        "Function": {"Type": "AWS::Lambda::Function", "Properties": function},
        "Stream": {"Type": "AWS::Kinesis::Stream", "Properties": {"ShardCount": 1}},
        "Mapping": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": mapping},
    }


def _put(aws: Clients, stack: Stack, data: str) -> None:
    name = stack.physical_ids()["Stream"]
    aws.client("kinesis").put_record(StreamName=name, Data=data.encode(), PartitionKey="1")


def _said(aws: Clients, stack: Stack, last: str) -> list[str]:
    """Return what the function has read, once the last record has come."""
    sqs: Any = aws.client("sqs")
    queue, found = stack.physical_ids()["Log"], []

    def read() -> bool | None:
        for each in sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages", ()):
            found.append(each["Body"])
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=each["ReceiptHandle"])
        return last in found or None

    wait_until(read, what=f"record {last}, found {found}", seconds=60)
    return found


def test_it_reads_on_where_it_was(aws: Clients, stack: Stack) -> None:
    assert stack.deploy(_resources(10)) == "CREATE_COMPLETE", stack.reasons()
    _put(aws, stack, "one")
    assert _said(aws, stack, "one") == ["one"]
    assert stack.deploy(_resources(20)) == "UPDATE_COMPLETE", stack.reasons()
    _put(aws, stack, "two")
    assert _said(aws, stack, "two") == ["two"]


def test_a_batch_that_fails_is_the_first_of_the_new_settings(aws: Clients, stack: Stack) -> None:
    assert stack.deploy(_resources(10, "yes")) == "CREATE_COMPLETE", stack.reasons()
    _put(aws, stack, "poison")
    group = f"/aws/lambda/{stack.physical_ids()['Function']}"
    logs: Any = aws.client("logs")
    wait_until(
        lambda: any("poison" in each["message"] for each in _events(logs, group)) or None, what="a failure", seconds=60
    )
    assert stack.deploy(_resources(20)) == "UPDATE_COMPLETE", stack.reasons()
    _put(aws, stack, "after")
    assert _said(aws, stack, "after") == ["poison", "after"]


def _events(logs: Any, group: str) -> list[dict[str, str]]:
    try:
        found: list[dict[str, str]] = logs.filter_log_events(logGroupName=group)["events"]
    except logs.exceptions.ResourceNotFoundException:
        return []
    return found
