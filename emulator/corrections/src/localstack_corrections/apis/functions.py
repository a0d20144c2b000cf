"""Invoke a function for an API: as an integration or as an authorizer."""

from __future__ import annotations

import io
import re
from typing import Any

from localstack_corrections.apis import service_calls
from localstack_corrections.apis.time_limit import at_most

_STAGE_VARIABLE = re.compile(r"\$\{stageVariables\.(\w+)\}")


class NoFunctionError(ValueError):
    """A URI that names no function."""


def with_stage_variables(text: str, variables: dict[str, str]) -> str:
    """Return the text with the stage's variables; one that the stage has not is nothing."""
    return _STAGE_VARIABLE.sub(lambda match: variables.get(match[1], ""), text) if "$" in text else text


def function_arn(uri: str, variables: dict[str, str]) -> str:
    """Return the function's ARN of an integration's or authorizer's URI, which may be the ARN itself.

    :raises NoFunctionError: there is none in it.
    """
    arn = with_stage_variables(uri, variables)
    if "/functions/" in arn:
        arn = arn.split("/functions/", 1)[1].removesuffix("/invocations")
    if arn.count(":") < 6 or ":lambda:" not in arn:
        raise NoFunctionError(f"{uri} is no function's ARN")
    return arn


def invoke(arn: str, payload: bytes, source_arn: str, limit: float) -> tuple[bytes, bool]:
    """Return the function's result, and whether it failed; ``limit`` is in seconds.

    :raises TooLongError: the function goes on for longer than the limit.
    :raises ClientError: Lambda did not invoke it.
    """

    def invoke_now() -> tuple[bytes, bool]:
        _, _, _, region, account, *_ = arn.split(":")
        response = service_calls.call(
            "lambda",
            "Invoke",
            {"FunctionName": arn, "Payload": io.BytesIO(payload), "InvocationType": "RequestResponse"},
            account=account,
            region=region,
            source_arn=source_arn,
        )
        return _read(response.get("Payload")), bool(response.get("FunctionError"))

    # a thread of its own only for a function that may outlast the limit: it costs time
    return invoke_now() if ends_before(arn, limit) else at_most(limit, invoke_now)


def _read(payload: Any) -> bytes:
    if payload is None:
        return b""
    if hasattr(payload, "read"):
        return bytes(payload.read())
    if isinstance(payload, str):
        return payload.encode()
    return payload if isinstance(payload, bytes) else b"".join(payload)


def ends_before(arn: str, limit: float) -> bool:
    """Return whether Lambda ends the function before the limit by itself."""
    from localstack.services.lambda_.invocation.models import lambda_stores

    _, _, _, region, account, _, name, *qualifier = arn.split(":")
    try:
        function = lambda_stores[account][region].functions[name]
        version = function.versions.get(qualifier[0] if qualifier else "$LATEST") or function.versions["$LATEST"]
        return bool(version.config.timeout < limit)
    except (KeyError, AttributeError):
        return False
