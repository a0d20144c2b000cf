"""The options of ``--sfn-cov``: nothing but pytest is needed until one of them is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pytest

NAME: Final = "localdev-coverage"
"""The name of the plugin that collects and reports."""
FILES: Final = {
    "html": "sfn-coverage.html",
    "json": "sfn-coverage.json",
    "markdown": "sfn-coverage.md",
    "cobertura": "sfn-coverage.xml",
}
"""Each kind of report that is a file, and what it is called."""


def add_options(parser: pytest.Parser) -> None:
    """Add the options of the coverage."""
    group = parser.getgroup("localdev")
    group.addoption("--sfn-cov", action="store_true", help="say what the tests have reached of each state machine")
    group.addoption(
        "--sfn-cov-report",
        action="append",
        default=[],
        metavar="TYPE[:FILE]",
        help=f"term, {', '.join(FILES)}; may be given more than once (default: term). A Markdown report goes to "
        "GitHub's summary of the job as well",
    )
    group.addoption(
        "--sfn-cov-fail-under", type=float, metavar="PERCENT", help="fail the run where less than this is reached"
    )
    group.addoption("--sfn-cov-context", action="store_true", help="say which tests have reached each part")


def wants_coverage(config: pytest.Config) -> bool:
    """Return whether the coverage is asked for, by any of its options."""
    option = config.getoption
    return bool(
        option("--sfn-cov")
        or option("--sfn-cov-report")
        or option("--sfn-cov-fail-under") is not None
        or option("--sfn-cov-context")
    )
