"""Errors of services in the words of CloudFormation: what a resource's event gives as the reason.

https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-test-contract-errors.html names the codes;
https://github.com/aws-samples/bedrock-chat/issues/794 quotes such a reason.
"""

from __future__ import annotations

import re

_OF_LOCALSTACK = "Resource provider operation failed: "
_CLIENT_ERROR = re.compile(
    r"An error occurred \((?P<code>[\w.]+)\) when calling the \w+ operation(?: \([^)]*\))?: (?P<said>.*)", re.DOTALL
)
_TAKEN = re.compile(r"Resource of type '[^']*' with identifier '[^']*' already exists\.")
_CODES = (
    ("AlreadyExist|ResourceExist|ConflictException|InUse|Duplicate|AlreadyOwned", "AlreadyExists"),
    ("NotFound|NoSuch|DoesNotExist|NonExistent", "NotFound"),
    ("AccessDenied|NotAuthorized|Forbidden", "AccessDenied"),
    ("Throttl|TooManyRequests", "Throttling"),
    ("LimitExceeded", "ServiceLimitExceeded"),
    ("Validation|Invalid|BadRequest|Malformed|Unsupported", "InvalidRequest"),
)
"""Parts of the services' codes, the first that is found counts, and what handlers make of them."""


def in_words_of_cloudformation(reason: str, resource_type: str) -> str:
    """Return the reason of a failed resource as AWS gives it."""
    reason = reason.removeprefix(_OF_LOCALSTACK)
    if _TAKEN.fullmatch(reason):
        return _returned(reason, "AlreadyExists")
    found = _CLIENT_ERROR.fullmatch(reason)
    if found is None:
        return reason
    service = resource_type.split("::")[1]
    return _returned(f"{found['said']} (Service: {service}; Error Code: {found['code']})", _handler_code(found["code"]))


def _returned(message: str, code: str) -> str:
    return f'Resource handler returned message: "{message}" (HandlerErrorCode: {code})'


def _handler_code(code: str) -> str:
    return next((name for parts, name in _CODES if re.search(parts, code)), "GeneralServiceException")
