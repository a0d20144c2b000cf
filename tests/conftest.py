"""Options of the whole suite."""

import pytest

ENGINES = ["embedded"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--engine``, as the scripts have it; may be given more than once."""
    parser.addoption(
        "--engine",
        action="append",
        choices=ENGINES,
        help="what the integration tests run on (default: embedded)",
    )
