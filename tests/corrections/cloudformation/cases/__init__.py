"""One line for each way a resource can change, by service."""

from __future__ import annotations

from tests.corrections.cloudformation.cases import (
    access,
    apis,
    functions,
    messages,
    observation,
    stacks,
    storage,
    workflows,
)
from tests.corrections.cloudformation.cases.base import BUCKET, FILES, IT, Case

CASES: tuple[Case, ...] = (
    *access.CASES,
    *apis.CASES,
    *functions.CASES,
    *messages.CASES,
    *observation.CASES,
    *stacks.CASES,
    *storage.CASES,
    *workflows.CASES,
)

__all__ = ["BUCKET", "CASES", "FILES", "IT", "Case"]
