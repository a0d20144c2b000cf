"""Mocks written from an execution: the Python lines that answer as its tasks did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localdev.executions.as_test import mock_lines

if TYPE_CHECKING:
    from localdev.executions.history import History


def recorded(history: History, *, variable: str = "machine") -> str:
    """Return a line for each task of a history that was answered, in the order of the tasks."""
    return mock_lines(history, variable=variable)
