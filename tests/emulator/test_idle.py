"""Test what an emulator without a function pays for the executor."""

from __future__ import annotations

import json
import subprocess

from localdev.system.project import EMULATOR_PYTHON

_PROGRAM = """
import json, sys
from localstack_process_executor.plugin import ProcessRuntimeExecutorPlugin
ProcessRuntimeExecutorPlugin().load().validate_environment()
print(json.dumps(sorted(name for name in sys.modules if name.startswith("localstack_process_executor."))))
"""


def test_what_runs_functions_is_imported_with_the_first_one() -> None:
    output = subprocess.run([EMULATOR_PYTHON, "-c", _PROGRAM], capture_output=True, text=True, check=True).stdout

    names = {name.partition(".")[2] for name in json.loads(output.splitlines()[-1])}
    assert "executor" in names
    assert not {name for name in names if name.startswith(("environments", "sandbox"))}
    assert "patches.service_patches" not in names
