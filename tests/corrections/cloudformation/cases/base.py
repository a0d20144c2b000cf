"""Define a case, and the resources that many of them stand beside."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Callable

    from localdev.engines.clients import Clients

type Properties = dict[str, Any]
BUCKET = "files-of-cases"
"""The bucket with the files that templates refer to."""
FILES: dict[str, str | bytes] = {}
"""What is in the bucket, by key."""
IT = "It"
"""The logical id of the resource that changes."""


@dataclass(frozen=True)
class Case:
    """One resource type: what it starts as, what it becomes, and how its service describes it."""

    type_: str
    before: Properties
    after: Properties
    describe: Callable[[Clients, str], Any]
    """Takes the physical id; raises an error, or returns nothing, when the resource is gone."""
    always: Properties = field(default_factory=dict)
    """What the resource needs, and keeps."""
    beside: Properties = field(default_factory=dict)
    """Other resources, by logical id."""
    described: str = IT
    """The logical id of the resource that shows the change."""
    replaced: bool = False
    """Whether the change needs a new physical resource."""
    depends_on: str | None = None

    def resources(self, properties: Properties) -> Properties:
        """Return a template's resources."""
        it: Properties = {"Type": self.type_, "Properties": {**self.always, **properties}}
        if self.depends_on:
            it["DependsOn"] = self.depends_on
        return {**self.others(), IT: it}

    def others(self) -> Properties:
        """Return the resources of a template without the one that changes."""
        return {**self.beside, "Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"}}


@cache
def client(aws: Clients, service: str) -> Any:
    """Return the client of a service, made once."""
    return cast(Any, aws).client(service)


def tags(**pairs: str) -> list[dict[str, str]]:
    """Return tags as templates have them."""
    return [{"Key": key, "Value": value} for key, value in pairs.items()]


def trust(action: str, principal: str = "lambda") -> Properties:
    """Return the policy of a resource that lets a service do something with it."""
    statement = {"Effect": "Allow", "Action": action, "Principal": {"Service": f"{principal}.amazonaws.com"}}
    return {"Version": "2012-10-17", "Statement": [statement]}


def permissions(action: str) -> Properties:
    """Return the policy of somebody who may do something with everything."""
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}


ROLE = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust("sts:AssumeRole")}}
ROLE_ARN = {"Fn::GetAtt": ["Role", "Arn"]}
QUEUE = {"Type": "AWS::SQS::Queue"}
QUEUE_ARN = {"Fn::GetAtt": ["Queue", "Arn"]}
TOPIC = {"Type": "AWS::SNS::Topic"}
CODE = "def handler(event, context):\n    return {number}\n"


def function(number: int) -> Properties:
    """Return a function that answers with a number; it needs a role called ``Role``."""
    return {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Runtime": "python3.13",
            "Handler": "index.handler",
            "Role": ROLE_ARN,
            "Code": {"ZipFile": CODE.format(number=number)},
        },
    }


FUNCTION = {"Role": ROLE, "Function": function(1)}
