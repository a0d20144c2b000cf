"""Node.js that starts with a snapshot for the flags that a function's memory is."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from localdev.system.waiting import wait_until
from localstack_process_executor.environments import node_snapshots
from tests.emulator.node.conftest import command_of, evaluates, expect_snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from localstack_process_executor.environments.native_runtimes import NativeRuntime
    from tests.emulator.node.conftest import MakeNode

MEMORY_MB = 256
COMMAND_LINE = 'require("fs").readFileSync("/proc/self/cmdline", "utf8")'


@pytest.fixture(params=["namespaces", "plain"])
def file_system(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, runtime: NativeRuntime, tmp_path: Path
) -> str:
    """What a function gets of AWS's file system; its process is new, and nothing is made yet that it starts with."""
    kind = str(request.param)
    monkeypatch.setenv("LAMBDA_PROCESS_SPARES", "0")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    if kind == "plain":
        monkeypatch.setenv("LAMBDA_PROCESS_NAMESPACES", "0")
    elif not runtime.isolated:
        pytest.skip("this machine allows no namespaces")
    return kind


def test_a_function_starts_with_the_snapshot(make_node: MakeNode, runtime: NativeRuntime) -> None:
    name = expect_snapshot(runtime, MEMORY_MB)
    function = make_node(evaluates(), memory_size_mb=MEMORY_MB)
    assert f"/{name}" in function.answer(COMMAND_LINE)
    assert function.answer("process.execArgv.some((each) => each.includes('snapshot'))") is False
    assert function.answer("[typeof gc, typeof fetch]") == ["function", "function"]


@pytest.mark.parametrize("value", ["--max-old-space-size=300", "--enable-source-maps"])
def test_a_function_with_options_for_node_starts_without(
    make_node: MakeNode, runtime: NativeRuntime, value: str
) -> None:
    expect_snapshot(runtime, MEMORY_MB)
    function = make_node(evaluates(), memory_size_mb=MEMORY_MB, variables={"NODE_OPTIONS": value})
    assert "snapshot" not in function.answer(COMMAND_LINE)


def test_the_first_start_makes_one_for_the_next(
    runtime: NativeRuntime, file_system: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    del file_system
    monkeypatch.setattr(node_snapshots, "_AFTER_SECONDS", 0.0)
    monkeypatch.setattr(node_snapshots, "_making", set())
    flags = [each for each in command_of(runtime, 320) if each.startswith("--")]

    assert node_snapshots.provide(runtime.executable, flags, tmp_path) is None

    def provided() -> str | None:
        return node_snapshots.provide(runtime.executable, flags, tmp_path)

    name = wait_until(provided, what="a snapshot", seconds=60)
    assert (tmp_path / name).is_file()


def test_one_that_node_cannot_make_is_not_kept(runtime: NativeRuntime, file_system: str) -> None:
    del file_system
    with pytest.raises(subprocess.CalledProcessError):
        node_snapshots.make(runtime.executable, ["--no-such-flag-of-node"])
    assert not node_snapshots.path_of(runtime.executable, ["--no-such-flag-of-node"]).exists()


def test_another_node_has_another_snapshot(runtime: NativeRuntime, tmp_path: Path) -> None:
    other = tmp_path / "node"
    other.write_text("another one")
    assert node_snapshots.path_of(str(other), []) != node_snapshots.path_of(runtime.executable, [])
