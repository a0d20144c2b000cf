"""Test what is deployed of the handlers' folder is what ``watch`` makes live."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import App, AssetStaging, IgnoreMode, Stack

from infra.handler_code import LEFT_OUT
from localdev.deployment import package_files

if TYPE_CHECKING:
    from pathlib import Path

NAMES = (
    "handler.py", "sub/module.py", "sub/deeper/prices.json", "data.csv", "requirements.txt", ".env", ".cache/x",
    "__pycache__/handler.pyc", "sub/__pycache__/module.pyc", "handler.py~",
)  # fmt: skip


def test_a_deployment_and_a_watch_package_the_same_files(tmp_path: Path) -> None:
    source = tmp_path / "source"
    for name in NAMES:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(name)
    stack = Stack(App(outdir=str(tmp_path / "out")), "Any")
    staged = AssetStaging(
        stack, "Code", source_path=str(source), exclude=list(LEFT_OUT), ignore_mode=IgnoreMode.GIT
    ).absolute_staged_path
    deployed = {name for name, _ in package_files.package_files(tmp_path.__class__(staged))}
    every = {path.relative_to(staged).as_posix() for path in tmp_path.__class__(staged).rglob("*") if path.is_file()}
    watched = {name for name, _ in package_files.package_files(source)}
    assert every == deployed == watched == {"handler.py", "sub/module.py", "sub/deeper/prices.json", "data.csv"}


def test_both_leave_out_the_same() -> None:
    assert LEFT_OUT == package_files.LEFT_OUT
