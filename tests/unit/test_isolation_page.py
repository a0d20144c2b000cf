"""The page on isolation names tests that are there."""

import re

import pytest

from localdev.system.project import ROOT

PAGE = (ROOT / "docs" / "isolation.md").read_text()
TESTS = sorted(set(re.findall(r"`(tests/[a-z_/]+\.py)`", PAGE)))


@pytest.mark.parametrize("path", TESTS)
def test_a_named_test_is_there(path: str) -> None:
    assert (ROOT / path).is_file()


def test_every_row_names_a_test() -> None:
    rows = [row for row in PAGE.splitlines() if row.startswith("| ") and "tests/" not in row]

    assert [row for row in rows if not re.match(r"\| (mode|namespaces|Landlock|neither|what a)", row)] == []
