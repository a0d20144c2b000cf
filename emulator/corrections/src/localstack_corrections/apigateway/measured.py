"""What steps of an invocation measured of themselves, which only access logs have."""

from __future__ import annotations

from typing import Any


def measured_of(context: Any) -> dict[str, Any]:
    """Return the values by the names of their variables, such as ``authorizer.latency``; steps add theirs."""
    if context.logging_context_variables is None:
        context.logging_context_variables = {}
    measured: dict[str, Any] = context.logging_context_variables
    return measured
