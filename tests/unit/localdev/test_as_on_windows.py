"""The tool where the platform is Windows', which has none of Unix's modules. Nobody here has Windows."""

from __future__ import annotations

import subprocess
import sys

from localdev.system.project import ROOT

_PROGRAM = """
import sys

import pytest

for name in ("fcntl", "grp", "pwd", "resource", "termios", "tty", "pty"):
    sys.modules[name] = None
sys.platform = "win32"

from localdev.__main__ import run

sys.argv = ["localdev", "up"]
assert run() == 1
# it is loaded into every run of pytest there, whatever the tests are about
import localdev.testing.plugin
"""


def test_the_command_names_wsl_as_the_way_and_the_plugin_disturbs_no_tests() -> None:
    result = subprocess.run([sys.executable, "-c", _PROGRAM], cwd=ROOT, capture_output=True, text=True, check=False)

    assert (result.returncode, result.stderr) == (0, "Windows itself is not supported.\nHint: run it in WSL.\n")
