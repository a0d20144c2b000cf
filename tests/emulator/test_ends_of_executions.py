"""The correction that shows the end of an execution whole, seen at every moment of such an end."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from localdev.system.project import EMULATOR_PYTHON

_SCRIPT = Path(__file__).parent / "in_localstack/ends_of_executions.py"
_SUCCEEDED = {"status": "SUCCEEDED", "output": '{"containsPineapple":false}', "error": None, "cause": None}
_FAILED = {"status": "FAILED", "output": None, "error": "Failed To Make Pizza", "cause": "They asked for Pineapple"}


@pytest.fixture(scope="module")
def reported() -> Any:
    command = [EMULATOR_PYTHON, _SCRIPT]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout.splitlines()[-1])


def test_as_released_an_execution_has_succeeded_before_its_output_is_there(reported: Any) -> None:
    assert reported["released"]["succeeds"][0] == _SUCCEEDED | {"output": "null"}


def test_as_released_an_execution_has_failed_before_its_error_is_there(reported: Any) -> None:
    assert reported["released"]["fails"][0] == _FAILED | {"error": None, "cause": None}


def test_an_execution_that_has_succeeded_is_never_reported_without_its_output(reported: Any) -> None:
    assert reported["ours"]["succeeds"]
    assert all(answer == _SUCCEEDED for answer in reported["ours"]["succeeds"])


def test_an_execution_that_has_failed_is_never_reported_without_its_error_and_cause(reported: Any) -> None:
    assert reported["ours"]["fails"]
    assert all(answer == _FAILED for answer in reported["ours"]["fails"])
