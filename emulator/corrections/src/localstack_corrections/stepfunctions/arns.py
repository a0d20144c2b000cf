"""ARNs of requests: text that is none, and that of another kind of resource."""

from __future__ import annotations

import re
from typing import Any, Final

_KIND: Final = re.compile(r"arn:aws[a-z-]*:states:[^:]*:[^:]*:(?P<kind>[^:]*):.+", re.DOTALL)
_VERSION: Final = re.compile(r".*:\d+", re.DOTALL)
_EXPECTED: Final = {
    "activityArn": ("activity",),
    "executionArn": ("execution", "express"),
    "mapRunArn": ("mapRun",),
    "resourceArn": ("stateMachine", "activity"),
    "stateMachineAliasArn": ("stateMachine",),
    "stateMachineArn": ("stateMachine",),
    "stateMachineVersionArn": ("stateMachine",),
}


def wrong_arn(request: dict[str, Any]) -> str | None:
    """Return AWS's words about the first ARN of a request that cannot be right; ``None`` for a request without one.

    The words were seen in public reports of errors of ListExecutions and DescribeExecution.
    """
    for name, kinds in _EXPECTED.items():
        arn = request.get(name)
        if not isinstance(arn, str):
            continue
        if not arn.startswith("arn:"):
            return f"Invalid Arn: 'Invalid ARN prefix: {arn}'"
        found = _KIND.fullmatch(arn)
        if found and found["kind"] not in kinds:
            return f"Invalid Arn: 'Resource type not valid in this context: {found['kind']}'"
        if name == "stateMachineVersionArn" and not _VERSION.fullmatch(arn):
            return f"Invalid Arn: '{arn}'"
    return None
