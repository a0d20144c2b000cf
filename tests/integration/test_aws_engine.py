"""``--engine aws`` against a stand-in: an emulator, reached by the means AWS documents for endpoints of one's own.

What an account would do otherwise has not been tried: see docs/aws.md.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from localdev.project import ROOT
from localdev.stack import stack_exists

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from localdev.engines import Engine

    type Run = Callable[..., subprocess.CompletedProcess[str]]

pytestmark = pytest.mark.only_on("embedded")


@pytest.fixture
def run(engine: Engine, tmp_path: Path) -> Run:
    """Run a script on ``--engine aws``, as a person whose AWS settings lead to the stand-in."""
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

    def run_script(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [ROOT / "scripts" / script, "--engine", "aws", *arguments],
            env={**inherited, **settings, "COLUMNS": "80"},
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
