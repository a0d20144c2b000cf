"""``./scripts/bench`` on a machine that the rival, or a Docker Engine, cannot be had on."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks import bench, executor, rival
from localdev.engines import docker_engine
from localdev.system.errors import LocaldevError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def _measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures at once instead of after minutes; what is measured without a rival is asked for without one."""

    def orders(samples: bench.Samples, _wrong: list[str], found: rival.Rival | None, _rounds: int) -> None:
        assert found is None
        samples["ours"]["answer_ms"].append(5.0)
        samples["ours"]["wrong_orders"].append(0)
        samples["ours"]["refused_orders"].append(0)

    def loops(samples: bench.Samples, found: rival.Rival | None, _rounds: int) -> None:
        assert found is None
        samples["ours"]["first_order_s"].append(6.0)

    def nothing(_samples: Any) -> None:
        return None

    monkeypatch.setattr(bench, "_orders", orders)
    monkeypatch.setattr(bench, "_loops", loops)
    monkeypatch.setattr(bench, "_invocations", nothing)


@pytest.mark.usefixtures("_measured")
def test_without_the_rival_it_says_so_and_prints_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def no_network(_venv: Path) -> None:
        raise subprocess.CalledProcessError(1, ["pip"], stderr="no such package, or no network")

    monkeypatch.setattr(rival, "_install", no_network)
    monkeypatch.setattr("sys.argv", ["scripts/bench", "--json", str(tmp_path / "bench.json")])

    with pytest.raises(SystemExit) as ended:
        bench.main()

    said = capsys.readouterr()
    assert ended.value.code == 0
    assert f"{rival.NAME} {rival.VERSION} could not be installed: no such package, or no network" in said.err
    assert "only ours is measured" in said.err
    assert "an order accepted, p50" in said.out
    assert rival.NAME not in said.out
    results = json.loads((tmp_path / "bench.json").read_text())
    assert (results["ours"]["answer_ms"], results["rival"]) == (5.0, None)


def test_without_docker_idle_memory_is_measured_with_the_executor_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def nothing_answers() -> None:
        raise LocaldevError("No Docker Engine answers.", "start it.")

    monkeypatch.setattr(docker_engine, "connect", nothing_answers)

    assert list(executor.idle_settings()) == ["idle_mb"]
    assert "with the executor alone: No Docker Engine answers." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Outputs:\ns.ApiUrl = https://a.execute-api.cloud:1/prod/\n", "https://a.execute-api.cloud:1/prod/"),
        ("The order API is at\n  http://[::1]/_aws/execute-api/a\n\nTry it", "http://[::1]/_aws/execute-api/a"),
    ],
)
def test_the_first_order_goes_to_the_address_that_was_printed(said: str, expected: str) -> None:
    assert bench._printed_address(said) == expected


def test_a_deployment_that_prints_no_address_is_said() -> None:
    with pytest.raises(LocaldevError, match="no changes"):
        bench._printed_address("the-state-machine (no changes)")
