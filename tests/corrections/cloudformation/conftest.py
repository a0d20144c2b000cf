"""Stacks of the corrected LocalStack, and of LocalStack as released."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.corrections.cloudformation.stacks import Stack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localdev.engines.clients import Clients


@pytest.fixture
def stack(aws: Clients) -> Iterator[Stack]:
    """Provide a stack with a random name that is deleted after the test."""
    made = Stack(aws)
    yield made
    made.delete()


@pytest.fixture
def other_stack(aws: Clients) -> Iterator[Stack]:
    """Another one."""
    made = Stack(aws)
    yield made
    made.delete()
