"""Test what ``up --template`` makes of a template on this machine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from localdev.deployment.template import deploy_template, stack_name_for
from localdev.system.errors import LocaldevError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from localdev.engines import Engine
    from localdev.engines.clients import Clients

_PARAMETERS = """
Parameters:
  Colour: {Type: String}
  Size: {Type: String, Default: small}
Resources:
  Queue: {Type: AWS::SQS::Queue}
Outputs:
  It: {Value: !Sub "${Colour} ${Size}"}
"""
_GLOBALS = """
Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {CodeUri: code/, Runtime: python3.13, Handler: greeting.handler}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]
  Packed: {Type: AWS::Serverless::Function, Properties: {Role: !GetAtt Role.Arn}}
  Inline:
    Type: AWS::Serverless::Function
    Properties:
      Role: !GetAtt Role.Arn
      Handler: index.handler
      InlineCode: "def handler(event, context): return 'inline'"
Outputs:
  Packed: {Value: !Ref Packed}
  Inline: {Value: !Ref Inline}
"""


@pytest.fixture
def template(tmp_path: Path, aws: Clients) -> Iterator[Path]:
    """Provide the file of a template whose stack is deleted after the test."""
    file = tmp_path / "template.yaml"
    yield file
    aws.client("cloudformation").delete_stack(StackName=stack_name_for(file))


def _deploy(engine: Engine, template: Path, text: str, *parameters: str) -> dict[str, str]:
    template.write_text(text, encoding="utf-8")
    return deploy_template(engine, template, parameters)[stack_name_for(template)]


def test_functions_have_the_code_of_the_globals(corrected_engine: Engine, aws: Clients, template: Path) -> None:
    (template.parent / "code").mkdir()
    (template.parent / "code" / "greeting.py").write_text("def handler(event, context): return 'packed'")
    outputs = _deploy(corrected_engine, template, _GLOBALS)
    answers = {
        each: json.loads(aws.client("lambda").invoke(FunctionName=name)["Payload"].read())
        for each, name in outputs.items()
    }
    assert answers == {"Packed": "packed", "Inline": "inline"}


def test_an_update_keeps_the_parameters_that_are_not_given(corrected_engine: Engine, template: Path) -> None:
    assert _deploy(corrected_engine, template, _PARAMETERS, "Colour=red", "Size=big") == {"It": "red big"}
    assert _deploy(corrected_engine, template, _PARAMETERS, "Colour=blue") == {"It": "blue big"}


def test_the_same_template_again_changes_nothing(corrected_engine: Engine, template: Path) -> None:
    first = _deploy(corrected_engine, template, _PARAMETERS, "Colour=red")
    assert _deploy(corrected_engine, template, _PARAMETERS) == first


def test_a_missing_parameter_is_named_with_how_to_give_it(corrected_engine: Engine, template: Path) -> None:
    with pytest.raises(LocaldevError, match=r"\[Colour\] must have values(.|\n)*Hint: .*--parameter Colour=VALUE"):
        _deploy(corrected_engine, template, _PARAMETERS)


def test_a_mended_template_replaces_a_stack_that_was_never_created(corrected_engine: Engine, template: Path) -> None:
    wrong = _PARAMETERS.replace(
        "AWS::SQS::Queue}", "AWS::SQS::Queue, Properties: {QueueName: '{{resolve:ssm:/nothing}}'}}"
    )
    with pytest.raises(LocaldevError, match="could not be deployed"):
        _deploy(corrected_engine, template, wrong, "Colour=red")
    assert _deploy(corrected_engine, template, _PARAMETERS, "Colour=red") == {"It": "red small"}
