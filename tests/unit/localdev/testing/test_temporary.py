"""A test run's own temporary folder."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import psutil

from localdev.testing.temporary import own_temporary_folder


def test_what_is_made_meanwhile_is_in_the_folder_and_goes_with_it() -> None:
    before = tempfile.gettempdir()

    with own_temporary_folder() as folder:
        made = Path(tempfile.mkdtemp())
        assert made.parent == folder
        assert os.environ["TMPDIR"] == str(folder)

    assert not folder.exists()
    assert tempfile.gettempdir() == before


def test_the_process_that_would_clean_up_ends_with_it() -> None:
    with own_temporary_folder() as folder:
        (supervisor,) = [child for child in psutil.Process().children() if str(folder) in child.cmdline()]

    assert not supervisor.is_running()
