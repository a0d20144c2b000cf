"""Reports of runs beside each other."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from tests.report_files import settle, take

if TYPE_CHECKING:
    from pathlib import Path


def test_a_run_beside_another_has_reports_of_its_own_until_a_run_that_is_alone_begins(tmp_path: Path) -> None:
    first, second = take(tmp_path), take(tmp_path)
    assert first.folder == tmp_path
    assert second.folder == tmp_path / f"run-{os.getpid()}"

    first.leave()
    third = take(tmp_path)
    assert third.folder == tmp_path
    assert second.folder.exists(), "its run goes on"

    for place in (second, third):
        place.leave()
    take(tmp_path).leave()
    assert not second.folder.exists()


def test_what_a_run_alone_has_written_stays_until_the_next_writes_it(tmp_path: Path) -> None:
    take(tmp_path).leave()
    (tmp_path / "tests.html").touch()

    take(tmp_path).leave()

    assert (tmp_path / "tests.html").exists()


def test_both_reports_move_and_one_that_goes_elsewhere_does_not(tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    other = take(reports)

    options = argparse.Namespace(xmlpath=str(reports / "junit.xml"), htmlpath=str(tmp_path / "mine.html"))
    place = settle(options, reports)

    assert place
    assert options.xmlpath == str(reports / f"run-{os.getpid()}" / "junit.xml")
    assert options.htmlpath == str(tmp_path / "mine.html")
    for each in (place, other):
        each.leave()


def test_a_run_without_reports_takes_no_folder(tmp_path: Path) -> None:
    assert settle(argparse.Namespace(xmlpath=None), tmp_path / "reports") is None
    assert not (tmp_path / "reports").exists()
