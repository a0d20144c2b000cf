"""Runs of pytest with the plugin, for the tests of what it says."""

from __future__ import annotations

import pytest

from localdev.system.project import ROOT
from localdev.testing import plugin


def run_pytest(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    """Run the tests that were made, in a process of their own.

    A run in this process takes all imported modules away for a moment, from other threads as well: that which answers
    an emulator goes on from one test to the next.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        return pytester.runpytest_subprocess("-p", plugin.__name__, "-p", "no:cacheprovider", *arguments)
