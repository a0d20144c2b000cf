"""Options of the whole suite."""

import os

import pytest

# the Node versions that jsii will support next year are no news of a test run; read when aws_cdk is imported
os.environ.setdefault("JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION", "22")
os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")

ENGINES = ["embedded"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--engine``, as the scripts have it; may be given more than once."""
    parser.addoption(
        "--engine",
        action="append",
        choices=ENGINES,
        help="what the integration tests run on (default: embedded)",
    )
