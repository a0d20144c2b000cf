"""A rotation schedule gives its secret a function, which rotates it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.corrections.cloudformation.cases.base import ROLE

if TYPE_CHECKING:
    from localdev.engines.clients import Clients
    from tests.corrections.cloudformation.stacks import Stack

CODE = """
import boto3

def handler(event, context):
    api, secret, token = boto3.client("secretsmanager"), event["SecretId"], event["ClientRequestToken"]
    if event["Step"] == "createSecret":
        api.put_secret_value(
            SecretId=secret, ClientRequestToken=token, SecretString="rotated", VersionStages=["AWSPENDING"]
        )
    if event["Step"] == "finishSecret":
        versions = api.describe_secret(SecretId=secret)["VersionIdsToStages"]
        (current,) = [each for each, stages in versions.items() if "AWSCURRENT" in stages]
        api.update_secret_version_stage(
            SecretId=secret, VersionStage="AWSCURRENT", MoveToVersionId=token, RemoveFromVersionId=current
        )
"""


def _resources(**schedule: Any) -> dict[str, Any]:
    code = {"Code": {"ZipFile": CODE}, "Handler": "index.handler", "Runtime": "python3.13", "Timeout": 60}
    rotation = {"SecretId": {"Ref": "Secret"}, "RotationLambdaARN": {"Fn::GetAtt": ["Function", "Arn"]}, **schedule}
    return {
        "Role": ROLE,
        "Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {**code, "Role": {"Fn::GetAtt": ["Role", "Arn"]}},
        },
        "Secret": {"Type": "AWS::SecretsManager::Secret", "Properties": {"SecretString": "first"}},
        "It": {"Type": "AWS::SecretsManager::RotationSchedule", "Properties": rotation},
    }


def test_it_waits_where_it_is_told_to_and_then_rotates(aws: Clients, stack: Stack) -> None:
    api = aws.client("secretsmanager")
    rules = {"RotationRules": {"ScheduleExpression": "rate(30 days)"}}
    assert stack.deploy(_resources(RotateImmediatelyOnUpdate=False, **rules)) == "CREATE_COMPLETE", stack.reasons()
    secret = stack.physical_ids()["Secret"]
    assert stack.physical_ids()["It"] == secret
    assert api.get_secret_value(SecretId=secret)["SecretString"] == "first"
    described = api.describe_secret(SecretId=secret)
    assert (described["RotationEnabled"], described["RotationRules"]) == (True, {"AutomaticallyAfterDays": 30})
    assert "Not emulated and ignored: RotationRules" in stack.reasons()
    assert stack.deploy(_resources(**rules)) == "UPDATE_COMPLETE", stack.reasons()
    assert api.get_secret_value(SecretId=secret)["SecretString"] == "rotated"
