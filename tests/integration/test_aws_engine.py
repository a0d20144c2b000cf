"""``--engine aws`` against a stand-in: an emulator, reached by the means AWS documents for other endpoints.

What an account would do otherwise has not been tried: see docs/aws.md.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest

from localdev.deployment.stack import stack_exists
from localdev.system.project import ROOT
from localdev.system.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from localdev.engines import Engine

    type Run = Callable[..., subprocess.CompletedProcess[str]]

pytestmark = pytest.mark.only_on("embedded")

_SECONDS = 180.0


@pytest.fixture
def settings(engine: Engine, tmp_path: Path) -> dict[str, str]:
    """Provide the environment of a person whose AWS settings lead to the stand-in."""
    assert engine.endpoint_url
    settings = {
        "AWS_ENDPOINT_URL": engine.endpoint_url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {**inherited, **settings, "COLUMNS": "80"}


@pytest.fixture
def run(settings: dict[str, str]) -> Run:
    """Run a script on ``--engine aws``."""

    def run_script(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [ROOT / "scripts" / script, "--engine", "aws", *arguments],
            env=settings,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    return run_script


def test_a_stack_is_deployed_ordered_from_and_destroyed_each_time_with_its_account_shown(
    run: Run, engine: Engine
) -> None:
    where = f"This is AWS: account 000000000000 in us-east-1, through {engine.endpoint_url}"

    deployed = run("demo", "--keep")
    ordered = run("order", "pineapple", "--json")
    destroyed = run("down")

    assert deployed.returncode == 0, deployed
    assert where in deployed.stderr
    match = re.search(r"the stack (the-state-machine-[0-9a-f]{8})", deployed.stderr)
    assert match
    assert ordered.returncode == 3, ordered
    assert json.loads(ordered.stdout.splitlines()[0])["error"] == "Failed To Make Pizza"
    assert destroyed.returncode == 0, destroyed
    assert f"destroys the stack {match[1]}" in destroyed.stderr
    assert where in destroyed.stderr
    assert not stack_exists(engine.clients(), match[1])


def _stacks(engine: Engine) -> set[str]:
    """Return the stacks of ``--engine aws`` that there are; LocalStack goes on to list those that have been deleted."""
    stacks = engine.clients().client("cloudformation").describe_stacks()["Stacks"]
    names = {stack["StackName"] for stack in stacks if stack["StackStatus"] != "DELETE_COMPLETE"}
    return {name for name in names if name.startswith("the-state-machine-")}


def test_a_deployment_that_is_interrupted_is_destroyed(settings: dict[str, str], engine: Engine) -> None:
    before = _stacks(engine)
    with subprocess.Popen(
        [ROOT / "scripts" / "demo", "--engine", "aws"],
        env=settings,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        process_group=0,
    ) as demo:
        (stack,) = wait_until(lambda: _stacks(engine) - before or None, what="the stack", seconds=_SECONDS)

        os.killpg(demo.pid, signal.SIGINT)
        said, _ = demo.communicate(timeout=_SECONDS)

    assert demo.returncode == 130, said
    assert f"{stack} is destroyed" in said
    assert _stacks(engine) == before


def test_tests_deploy_a_stack_of_their_own_and_destroy_it(settings: dict[str, str], engine: Engine) -> None:
    before = _stacks(engine)

    result = subprocess.run(
        [ROOT / "scripts" / "test", "tests/integration", "-k", "test_pepperoni_succeeds", "--engine", "aws"],
        env=settings,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )

    assert " 1 passed" in f" {result.stdout}", result.stdout
    assert _stacks(engine) == before
