"""Test what ``lambdas/requirements.txt`` names is a layer of every function."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from aws_cdk import App, Stack

from infra.handler_packages import handler_packages

if TYPE_CHECKING:
    from pathlib import Path


def test_without_requirements_there_is_no_layer(tmp_path: Path) -> None:
    assert handler_packages(Stack(App()), tmp_path / "requirements.txt") == []


def test_a_package_that_is_not_there_is_said_with_its_name(tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("./no-such-package\n")

    with pytest.raises(RuntimeError, match=r"(?s)requirements.txt could not be installed.*no-such-package.*Hint"):
        handler_packages(Stack(App(outdir=str(tmp_path / "cdk.out"))), requirements)
