"""No thread of an execution that has ended stays in LocalStack's memory."""

from __future__ import annotations

import subprocess

from localdev.system.project import EMULATOR_PYTHON

_LISTED = """
import importlib
from localstack.utils.threads import TMP_THREADS
from localstack_corrections.stepfunctions.ended_threads import CORRECTION

for name, patch in CORRECTION.patches.items():
    module = importlib.import_module(name)
    # who adds to it by this name would add to LocalStack's own list
    assert module.TMP_THREADS is TMP_THREADS, name
    patch(module)
    module.TMP_THREADS.append("a thread")
print(len(TMP_THREADS))
"""


def test_no_part_of_step_functions_adds_threads_to_localstacks_list() -> None:
    result = subprocess.run([EMULATOR_PYTHON, "-c", _LISTED], capture_output=True, text=True, check=False)
    assert (result.stdout, result.returncode) == ("0\n", 0), result.stderr
