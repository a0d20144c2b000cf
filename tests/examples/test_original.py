"""The original pattern with JavaScript handlers: deployed, and ordered from."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import requests

from localdev.deployment import cdk
from localdev.deployment.stack import reachable_api_url
from localdev.engines import EmbeddedEngine
from localdev.system import project
from localdev.system.processes import free_port
from localdev.system.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECONDS = 90.0
EXAMPLE = project.ROOT / "examples/original"


@pytest.fixture(scope="module")
def engine() -> Iterator[EmbeddedEngine]:
    """Provide an emulator of the example's own."""
    engine = EmbeddedEngine(free_port(), ends_with_us=True)
    engine.start()
    yield engine
    engine.stop()


@pytest.fixture(scope="module")
def outputs(engine: EmbeddedEngine, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Provide the deployed stack's outputs."""
    assembly = tmp_path_factory.mktemp("assembly")
    _synthesise(assembly)
    (outputs,) = cdk.deploy(engine, assembly, "original").values()
    if not (project.STATE / "node-sdk/node_modules/@aws-sdk/client-sfn/package.json").exists():
        pytest.skip("npm cannot get the AWS SDK for JavaScript")
    return outputs


def _synthesise(assembly: Path) -> None:
    cache = project.STATE / "home/.cache/aws/jsii/package-cache"
    environment = {**os.environ, "CDK_OUTDIR": str(assembly), "JSII_RUNTIME_PACKAGE_CACHE_ROOT": str(cache)}
    subprocess.run([sys.executable, "app.py"], cwd=EXAMPLE, env=environment, check=True, capture_output=True)


def ordered(engine: EmbeddedEngine, outputs: dict[str, str], **order: str) -> dict[str, Any]:
    """Order, and return the execution that it started, once that has ended."""
    answer = requests.get(
        f"{reachable_api_url(outputs['ApiUrl'], engine.endpoint_url)}/", params=order, timeout=SECONDS
    )
    assert answer.status_code == 200, answer.text
    arn = answer.json()["executionArn"]
    executions = engine.clients().client("stepfunctions")

    def ended() -> dict[str, Any] | None:
        about = executions.describe_execution(executionArn=arn)
        return dict(about) if about["status"] != "RUNNING" else None

    return wait_until(ended, what="the execution to end", seconds=SECONDS)


def test_pepperoni_is_made(engine: EmbeddedEngine, outputs: dict[str, str]) -> None:
    execution = ordered(engine, outputs)

    assert execution["status"] == "SUCCEEDED"
    assert json.loads(execution["input"]) == {"flavour": "pepperoni"}
    assert json.loads(execution["output"]) == {"containsPineapple": False}


@pytest.mark.parametrize("flavour", ["pineapple", "hawaiian"])
def test_pineapple_fails_the_order(engine: EmbeddedEngine, outputs: dict[str, str], flavour: str) -> None:
    execution = ordered(engine, outputs, flavour=flavour)

    assert execution["status"] == "FAILED"
    assert (execution["error"], execution["cause"]) == ("Failed To Make Pizza", "They asked for Pineapple")
