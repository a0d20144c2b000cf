"""CloudFormation's own types."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.corrections.cloudformation.cases.base import BUCKET, FILES, Case, Properties, client

if TYPE_CHECKING:
    from localdev.engines.clients import Clients


def _nested(aws: Clients, stack_id: str) -> Any:
    api = client(aws, "cloudformation")
    (found,) = api.describe_stacks(StackName=stack_id)["Stacks"]
    if found["StackStatus"] == "DELETE_COMPLETE":
        return None
    resources = api.describe_stack_resources(StackName=stack_id)["StackResources"]
    (queue,) = [each["PhysicalResourceId"] for each in resources if each["LogicalResourceId"] == "Queue"]
    attributes = client(aws, "sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    return attributes["VisibilityTimeout"], attributes["DelaySeconds"], found.get("Tags")


def _template(**properties: Any) -> str:
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": {"Ref": "Seconds"}, **properties}}
    parameters = {"Seconds": {"Type": "Number", "Default": "30"}}
    return json.dumps({"Parameters": parameters, "Resources": {"Queue": queue}})


def _at(name: str) -> Properties:
    return {"Fn::Sub": f"https://s3.${{AWS::Region}}.${{AWS::URLSuffix}}/{BUCKET}/{name}"}


FILES.update({"plain.json": _template(), "delayed.json": _template(DelaySeconds=3)})

CASES: tuple[Case, ...] = (
    Case(
        "AWS::CloudFormation::Stack",
        {"Parameters": {"Seconds": "7"}, "Tags": [{"Key": "a", "Value": "1"}]},
        {"TemplateURL": _at("delayed.json")},
        _nested,
        {"TemplateURL": _at("plain.json")},
    ),
)
