"""Evaluate the policy of an authorizer's answer, or a resource policy, on an ``execute-api`` ARN.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
"""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache
from typing import Any

INVOKE = "execute-api:Invoke"


class Decision(Enum):
    """Decision of a policy about a request."""

    ALLOWED = "allowed"
    DENIED = "explicitly denied"
    SILENT = "not mentioned"


class MalformedPolicyError(ValueError):
    """A policy document that has not the form of one."""


def decide(document: Any, arn: str, action: str = INVOKE) -> Decision:
    """Return what the document says about the action on the ARN: a denial wins over a permission.

    :raises MalformedPolicyError: the document has not the form of a policy.
    """
    decision = Decision.SILENT
    for statement in statements(document):
        if not _covers(statement, arn, action):
            continue
        if statement["Effect"] == "Deny":
            return Decision.DENIED
        decision = Decision.ALLOWED
    return decision


def statements(document: Any) -> list[dict[str, Any]]:
    """Return the document's statements.

    :raises MalformedPolicyError: the document has not the form of a policy.
    """
    if not isinstance(document, dict) or "Statement" not in document:
        raise MalformedPolicyError("a policy document is an object with a Statement")
    listed = document["Statement"]
    listed = listed if isinstance(listed, list) else [listed]
    for statement in listed:
        if not isinstance(statement, dict) or statement.get("Effect") not in {"Allow", "Deny"}:
            raise MalformedPolicyError(f"a statement has the Effect Allow or Deny: {statement!r}")
        for one, other in (("Action", "NotAction"), ("Resource", "NotResource")):
            if not _strings(statement.get(one) or statement.get(other)):
                raise MalformedPolicyError(f"a statement has a {one}: {statement!r}")
    return listed


def _covers(statement: dict[str, Any], arn: str, action: str) -> bool:
    if "Action" in statement:
        actions = any(_pattern(text.lower()).fullmatch(action.lower()) for text in _strings(statement["Action"]))
    else:
        actions = not any(_pattern(text.lower()).fullmatch(action.lower()) for text in _strings(statement["NotAction"]))
    if "Resource" in statement:
        resources = any(_pattern(text).fullmatch(arn) for text in _strings(statement["Resource"]))
    else:
        resources = not any(_pattern(text).fullmatch(arn) for text in _strings(statement["NotResource"]))
    return actions and resources


def _strings(value: Any) -> list[str]:
    listed = value if isinstance(value, list) else [value]
    return listed if all(isinstance(text, str) for text in listed) else []


@lru_cache(maxsize=4096)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile("".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in text), re.DOTALL)
