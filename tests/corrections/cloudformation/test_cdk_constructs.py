"""Constructs whose resources are made by functions of the CDK: deployed, changed and destroyed."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from localdev.deployment import cdk

if TYPE_CHECKING:
    from localdev.engines import EmbeddedEngine
    from localdev.engines.clients import Clients

APP = shlex.join([sys.executable, str(Path(__file__).parent / "cdk_constructs" / "app.py")])
STACK = "constructs"


def _deploy(engine: EmbeddedEngine, folder: Path, version: str, patch: pytest.MonkeyPatch) -> dict[str, str]:
    """Deploy the app in a version, and return the stack's outputs."""
    patch.setenv("VERSION", version)
    assembly = cdk.synthesize(app=APP, output=folder / version)
    found: dict[str, str] = cdk.deploy(engine, assembly, STACK)[STACK]
    return found


def _messages(aws: Clients, queue: str) -> list[str]:
    sqs, found = aws.client("sqs"), []
    while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=1, WaitTimeSeconds=1).get("Messages"):
        found.append(messages[0]["Body"])
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=messages[0]["ReceiptHandle"])
    return found


def _is_as_deployed(aws: Clients, outputs: dict[str, str], version: str, days: int) -> None:
    s3: Any = aws.client("s3")
    log: Any = aws.client("logs")
    assert outputs["Said"] == f"version {version}"
    assert aws.client("ssm").get_parameter(Name="/constructs")["Parameter"]["Value"] == version
    (group,) = log.describe_log_groups(logGroupNamePrefix="/constructs")["logGroups"]
    assert group["retentionInDays"] == days
    settings = json.loads(s3.get_object(Bucket=outputs["SiteName"], Key="settings.json")["Body"].read())
    assert settings == {"version": version, "log": outputs["LogUrl"]}
    assert s3.get_object(Bucket=outputs["SiteName"], Key="index.html")["Body"].read() == b"<h1>hello</h1>\n"
    for each in ("1", "2"):
        s3.put_object(Bucket=outputs["BucketName"], Key=f"v{each}/file", Body=b"")
    said = _messages(aws, outputs["LogUrl"])
    assert f"triggered {version}" in said
    keys = [
        record["s3"]["object"]["key"] for body in said if "Records" in body for record in json.loads(body)["Records"]
    ]
    assert keys == [f"v{version}/file"]


def test_they_are_deployed_changed_and_destroyed(
    corrected_engine: EmbeddedEngine, aws: Clients, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _deploy(corrected_engine, tmp_path, "1", monkeypatch)
    _is_as_deployed(aws, first, "1", 7)
    second = _deploy(corrected_engine, tmp_path, "2", monkeypatch)
    assert {**second, "Said": ""} == {**first, "Said": ""}
    _is_as_deployed(aws, second, "2", 30)
    cdk.destroy(corrected_engine, tmp_path / "2", STACK)
    for bucket in (first["BucketName"], first["SiteName"]):
        with pytest.raises(ClientError):
            aws.client("s3").head_bucket(Bucket=bucket)
    with pytest.raises(ClientError):
        aws.client("ssm").get_parameter(Name="/constructs")
