"""A machine without a network: after the set-up nothing is looked up, and nothing is fetched."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from localdev.engines import EmbeddedEngine
from localdev.system.processes import free_port
from localdev.system.project import ROOT

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.only_on("embedded")

_WITH_LOOPBACK_ALONE = 'ip link set lo up && exec "$@"'


def _alone(*command: str) -> list[str]:
    """Return a command that runs a command in a network namespace with the loopback interface and no other."""
    # an ordinary user may do that in a user namespace, and stays who they are in it
    as_user = [] if os.geteuid() == 0 else ["--user", "--map-current-user", "--keep-caps"]
    return ["unshare", *as_user, "--net", "sh", "-c", _WITH_LOOPBACK_ALONE, "sh", *command]


@pytest.fixture(autouse=True)
def network_namespaces() -> None:
    """Skip where this machine allows none."""
    if not shutil.which("ip") or not shutil.which("unshare"):
        pytest.skip("there is no ip or no unshare")
    if subprocess.run(_alone("true"), capture_output=True, check=False).returncode:
        pytest.skip("this machine allows no network namespaces")


def test_without_a_network_the_demo_runs_from_nothing_to_the_last_outcome(tmp_path: Path) -> None:
    port = free_port()
    script = 'scripts/demo --port "$1" && scripts/order pepperoni --port "$1" && npx cdklocal list --output "$2"'
    try:
        result = subprocess.run(
            _alone("sh", "-c", script, "sh", str(port), str(tmp_path / "cdk.out")),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
    finally:
        EmbeddedEngine(port).stop()

    assert result.returncode == 0, result.stdout + result.stderr
    assert "Every order ended as the pattern says" in result.stdout
    assert result.stdout.endswith("the-state-machine\n")
