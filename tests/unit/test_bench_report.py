"""Test what ``./scripts/bench`` tells of its results."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from benchmarks import report

RESULTS = {
    "made": "2026-11-24",
    "machine": {"cpus": 2, "cpu": "a processor", "python": "3.13.0", "node": "20.0.0"},
    "versions": {"rival": "ministack 1.0"},
    "ours": {"answer_ms": 5.0, "per_second_8": 150.0, "wrong": 0, "save_ms": 200.0},
    "rival": {"answer_ms": 50.0, "per_second_8": 100.0, "wrong": 0},
}
ALONE = RESULTS | {"rival": None}


def test_a_line_says_how_many_times_as_good_ours_is_whichever_way_is_better() -> None:
    assert report.rows(RESULTS)[:2] == [
        ("an order accepted, p50", "5.0 ms", "50.0 ms", "10.0 ×"),
        ("orders a second, 8 callers", "150", "100", "1.5 ×"),
    ]


def test_what_the_rival_has_not_is_left_empty() -> None:
    assert report.rows(RESULTS)[-1] == ("a handler saved → its answer over the API", "200 ms", "", "")


def test_without_a_rival_ours_stands_alone() -> None:
    assert {row[2:] for row in report.rows(ALONE)} == {("", "")}


def test_the_table_says_what_it_was_made_on_and_when() -> None:
    assert report.markdown(RESULTS).endswith(
        "2026-11-24: 2 cores (a processor), Python 3.13.0, Node 20.0.0.",
    )


@pytest.mark.parametrize("results", [RESULTS, ALONE])
def test_the_chart_is_a_picture_with_every_bar_within_it(results: dict[str, object]) -> None:
    root = ET.fromstring(report.svg(results))  # noqa: S314 - ours
    width = float(root.attrib["viewBox"].split()[2])
    bars = root.iter("{http://www.w3.org/2000/svg}rect")
    assert all(float(bar.get("x", 0)) + float(bar.attrib["width"]) <= width for bar in bars)


def test_the_chart_that_is_kept_is_of_the_results_that_are_kept() -> None:
    assert report.CHART.read_text() == report.svg(report.read())


def test_no_order_went_wrong_in_the_run_that_is_kept() -> None:
    assert report.read()["ours"]["wrong"] == 0
