"""The documentation says what the code does."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Any

import pytest

from docs import reference
from docs.generate import (
    BENCHMARKS_PAGE,
    COMMANDS_PAGE,
    README,
    REFERENCE_PAGE,
    campaign,
    commands_page,
    readme_parts,
    with_parts,
)
from localdev.commands import COMMANDS
from localdev.commands.cli import build_parser
from localdev.system.project import ROOT

if TYPE_CHECKING:
    from pathlib import Path

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


def test_the_reference_of_the_fixtures_is_current() -> None:
    assert REFERENCE_PAGE.read_text() == reference.page(), HINT


def _typed(page: Path) -> list[str]:
    """Return each command of the installed tool that a page shows, in a block or within a line."""
    text = page.read_text(encoding="utf-8")
    blocks = "\n".join(re.findall(r"^```\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
    lines = re.findall(r"^(localdev [a-z].*?)(?: {2,}.*)?$", blocks, re.MULTILINE)
    return lines + re.findall(r"`(localdev [a-z][^`]*)`", text)


@pytest.mark.parametrize(
    "page",
    [
        README,
        ROOT / "localdev" / "README.md",
        *(ROOT / "docs" / name for name in ("own-app.md", "from-localstack.md")),
        *sorted(ROOT.glob("examples/*/README.md")),
    ],
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_a_page_types_commands_and_options_that_there_are(page: Path) -> None:
    for line in _typed(page):
        name, *arguments = shlex.split(line, comments=True)[1:]
        parser = build_parser(name if name in COMMANDS else None)
        _, rest = parser.parse_known_args([name, *arguments])
        assert not rest or COMMANDS[name].passes_on, line


@pytest.mark.parametrize(
    "page", [README, ROOT / "CONTRIBUTING.md", *(ROOT / "docs" / name for name in ("engines.md", "ci.md", "aws.md"))]
)
def test_every_command_a_page_names_is_there(page: Any) -> None:
    named = set(re.findall(r"\./(scripts/\w+)", page.read_text()))

    assert named
    assert [script for script in sorted(named) if not (ROOT / script).exists()] == []
