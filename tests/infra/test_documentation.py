"""The documentation says what the code does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from docs.generate import BENCHMARKS_PAGE, COMMANDS_PAGE, README, campaign, commands_page, readme_parts, with_parts
from localdev.system.project import ROOT

if TYPE_CHECKING:
    from tests.infra.conftest import SynthesisedStack

HINT = "Hint: ./scripts/regenerate pages"


def test_the_readmes_generated_parts_are_current(stack: SynthesisedStack) -> None:
    page = README.read_text()

    assert with_parts(page, readme_parts(stack.document)) == page, HINT


def test_the_page_of_benchmarks_shows_the_campaign_that_was_kept() -> None:
    page = BENCHMARKS_PAGE.read_text()

    assert with_parts(page, {"campaign": campaign()}) == page, HINT


def test_the_page_of_all_commands_is_current() -> None:
    assert COMMANDS_PAGE.read_text() == commands_page(), HINT


@pytest.mark.parametrize(
    "page", [README, ROOT / "CONTRIBUTING.md", *(ROOT / "docs" / name for name in ("engines.md", "ci.md", "aws.md"))]
)
def test_every_command_a_page_names_is_there(page: Any) -> None:
    named = set(re.findall(r"\./(scripts/\w+)", page.read_text()))

    assert named
    assert [script for script in sorted(named) if not (ROOT / script).exists()] == []
