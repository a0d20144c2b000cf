"""What a task runs: integrations that AWS does not have, though boto and LocalStack take them."""

from __future__ import annotations

import re
from typing import Any, Final

from localstack_corrections.stepfunctions.sdk_services import NAMES
from localstack_corrections.stepfunctions.validation.values import text

_ARN: Final = re.compile(r"arn:[^:]*:[^:]+:[^:]*:[^:]*:.+")
_SDK: Final = re.compile(r"arn:[^:]+:states:::aws-sdk:(?P<service>[^:]+):[A-Za-z0-9]+(?P<pattern>\..+)?")
_OPTIMISED: Final = re.compile(r"arn:[^:]+:states:::(?P<action>[a-z]+:[A-Za-z]+)(?P<pattern>\..+)?")
_CALLBACK: Final = ".waitForTaskToken"
_PATTERNS: Final[dict[str, tuple[str, ...]]] = {
    "apigateway:invoke": (_CALLBACK,),
    "batch:submitJob": (".sync",),
    "dynamodb:deleteItem": (),
    "dynamodb:getItem": (),
    "dynamodb:putItem": (),
    "dynamodb:updateItem": (),
    "ecs:runTask": (".sync", _CALLBACK),
    "events:putEvents": (_CALLBACK,),
    "glue:startJobRun": (".sync",),
    "http:invoke": (),
    "lambda:invoke": (_CALLBACK,),
    "sns:publish": (_CALLBACK,),
    "sqs:sendMessage": (_CALLBACK,),
    "states:startExecution": (".sync", ".sync:2", _CALLBACK),
}
"""How an optimised integration can be waited for, by its action."""


def resource(value: Any) -> str | None:
    """Check what a task runs."""
    if wrong := text(value):
        return wrong
    if not _ARN.fullmatch(value):
        return "Value is not a valid resource ARN"
    if _is_known(value):
        return None
    return (
        f"The resource provided {value} is not recognized. The value is not a valid resource ARN, or the resource is"
        " not available in this region."
    )


def _is_known(arn: str) -> bool:
    """Return whether AWS may have the resource; only what it certainly has not is refused."""
    if match := _SDK.fullmatch(arn):
        service, pattern = match["service"], match["pattern"]
        return service.isalnum() and service not in NAMES.values() and pattern in (None, _CALLBACK)
    if match := _OPTIMISED.fullmatch(arn):
        pattern = match["pattern"]
        return pattern is None or pattern in _PATTERNS.get(match["action"], (pattern,))
    return True
