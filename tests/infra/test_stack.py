"""Test what holds for the stack as a whole."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import App, Stack, Validations
from aws_cdk import aws_sqs as sqs
from cdk_nag import AwsSolutionsChecks

from infra.the_state_machine_stack import TheStateMachineStack

if TYPE_CHECKING:
    from tests.infra.conftest import SynthesisedStack

ROOT = Path(__file__).parents[2]

ANOTHER_ENGINE = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:4566",
    "AWS_REGION": "eu-central-1",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "CDK_DEFAULT_ACCOUNT": "000000000000",
    "CDK_DEFAULT_REGION": "eu-central-1",
    "LOCALSTACK_HOSTNAME": "localhost",
}


def test_the_outputs_are_these_three(stack: SynthesisedStack) -> None:
    assert set(stack.document["Outputs"]) == {"ApiUrl", "StateMachineArn", "FailedOrdersQueueUrl"}


def test_the_api_url_is_the_stages_own_address(stack: SynthesisedStack) -> None:
    api, _ = stack.resource("AWS::ApiGateway::RestApi")
    (_, parts) = stack.document["Outputs"]["ApiUrl"]["Value"]["Fn::Join"]

    assert parts[:3] == ["https://", {"Ref": api}, ".execute-api."]


def test_it_is_for_any_account_and_region(stack: SynthesisedStack) -> None:
    manifest = json.loads((stack.path.parent / "manifest.json").read_text())

    assert manifest["artifacts"]["the-state-machine"]["environment"] == "aws://unknown-account/unknown-region"
    assert "Conditions" not in stack.document
    assert set(stack.document["Parameters"]) == {"BootstrapVersion"}


def test_it_is_deployed_by_the_default_synthesizer(stack: SynthesisedStack) -> None:
    bootstrap = stack.document["Parameters"]["BootstrapVersion"]

    assert bootstrap["Default"] == "/cdk-bootstrap/hnb659fds/version"


def test_it_is_the_same_in_another_folder_and_for_another_engine(
    stack: SynthesisedStack, context: dict[str, Any], tmp_path: Path
) -> None:
    checkout, output = tmp_path / "elsewhere", tmp_path / "out"
    for folder in ("infra", "lambdas"):
        shutil.copytree(ROOT / folder, checkout / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "app.py", checkout)
    (checkout / "lambdas" / "__pycache__").mkdir()
    (checkout / "lambdas" / "__pycache__" / "start_order.cpython-313.pyc").write_bytes(os.urandom(16))
    (checkout / "lambdas" / ".an-editors-file.swp").touch()

    subprocess.run(
        [sys.executable, "app.py"],
        cwd=checkout,
        env={**os.environ, **ANOTHER_ENGINE, "CDK_OUTDIR": str(output), "CDK_CONTEXT_JSON": json.dumps(context)},
        check=True,
        capture_output=True,
    )

    assert (output / stack.path.name).read_bytes() == stack.path.read_bytes()


def test_nothing_stays_when_it_is_destroyed(stack: SynthesisedStack) -> None:
    policies = {resource.get("DeletionPolicy", "Delete") for resource in stack.document["Resources"].values()}

    assert policies == {"Delete"}


def test_each_log_group_keeps_a_week_and_goes_with_the_stack(stack: SynthesisedStack) -> None:
    log_groups = stack.resources("AWS::Logs::LogGroup").values()

    assert log_groups
    for log_group in log_groups:
        assert log_group["Properties"]["RetentionInDays"] == 7
        assert log_group["DeletionPolicy"] == log_group["UpdateReplacePolicy"] == "Delete"


def test_it_says_nothing_of_the_machine_it_was_made_on(stack: SynthesisedStack) -> None:
    assert str(ROOT) not in stack.path.read_text()


def test_cfn_lint_is_clean(stack: SynthesisedStack) -> None:
    result = subprocess.run(
        [Path(sys.executable).with_name("cfn-lint"), stack.path], capture_output=True, text=True, check=False
    )

    assert (result.returncode, result.stdout) == (0, "")


def test_cdk_nag_finds_nothing_that_is_not_acknowledged(context: dict[str, Any], tmp_path: Path) -> None:
    app = App(context=context, outdir=str(tmp_path))
    TheStateMachineStack(app, "the-state-machine")
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))

    app.synth()  # fails on any finding


def test_cdk_nag_does_look(tmp_path: Path) -> None:
    app = App(outdir=str(tmp_path))
    sqs.Queue(Stack(app, "careless"), "Queue")
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))

    with pytest.raises(RuntimeError, match="AwsSolutions-SQS4"):
        app.synth()
