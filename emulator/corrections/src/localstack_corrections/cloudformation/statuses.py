"""Statuses of a stack, with their reasons in the words of AWS.

https://github.com/convox/rack/issues/2142 and https://github.com/aws-samples/amazon-ec2-gitlab-runner/issues/1 quote
the events of a failed update and of a failed creation, https://github.com/elifesciences/builder/pull/12 a stack that
was rolled back: its description has no reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localstack.aws.api.cloudformation import StackStatus

if TYPE_CHECKING:
    from collections.abc import Iterable

BY_A_PERSON = "User Initiated"


def enter(stack: Any, status: str, reason: str | None = None) -> None:
    """Put a stack in a status with a reason of its own; that of the status before is not kept."""
    stack.status_reason = None
    stack.set_stack_status(StackStatus(status), reason)


def failed_to(verb: str, names: Iterable[str]) -> str:
    """Return the reason of a stack whose resources failed."""
    return f"The following resource(s) failed to {verb}: [{', '.join(names)}]."


def of_rollback(reason: str, *, is_creation: bool) -> str:
    """Return the reason of a rollback that began by itself."""
    return f"{reason} Rollback requested by user." if is_creation and reason != BY_A_PERSON else reason
