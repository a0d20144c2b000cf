"""The handlers import boto3, the standard library, each other, and what their own ``requirements.txt`` names."""

from __future__ import annotations

import ast
import re
import sys
from typing import TYPE_CHECKING

import pytest

from localdev.system.project import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LAMBDAS = ROOT / "lambdas"
MODULES = sorted(LAMBDAS.rglob("*.py"))


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def _required() -> set[str]:
    file = LAMBDAS / "requirements.txt"
    lines = file.read_text().splitlines() if file.exists() else []
    return {name[0].replace("-", "_") for line in lines if (name := re.match(r"[A-Za-z][\w.-]*", line))}


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_a_handler_imports_nothing_else(module: Path) -> None:
    allowed = {*sys.stdlib_module_names, "boto3", "botocore", "mypy_boto3_stepfunctions", *_required()}
    allowed |= {path.stem for path in MODULES}

    assert {
        name.partition(".")[0] for name in _imported(ast.parse(module.read_text(encoding="utf-8")))
    } - allowed == set()
