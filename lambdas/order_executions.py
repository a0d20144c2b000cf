"""Orders as executions of the state machine: an order's id is its execution's name."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import re
import secrets
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as EndpointError
from problem import ProblemError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_stepfunctions import SFNClient
    from mypy_boto3_stepfunctions.type_defs import DescribeExecutionOutputTypeDef

# Two calls, two attempts each, a second between them: 26 s, within the function's 28 s and API Gateway's 29 s.
_CONFIG = Config(connect_timeout=1, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 2})

_HURRIED = Config(connect_timeout=1, read_timeout=1, retries={"mode": "standard", "total_max_attempts": 1})
"""For a client that waits: two seconds at most."""

_AWAY = frozenset(
    {
        "ExecutionLimitExceeded",
        "InternalFailure",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
_UNKNOWN = frozenset({"ExecutionDoesNotExist", "InvalidArn"})
_RETRY_AFTER_SECONDS = 2

# https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html, "name"
_NAME = re.compile(r"""[^\s<>{}\[\]?*"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]{1,80}""")

_RANDOM_BYTES = 10
"""No two of a billion orders share an id, and a person can still read one out."""
_DIGITS_OF_KEY = 32


class UnknownOrderError(LookupError):
    """No order has this id."""


@functools.cache
def step_functions() -> SFNClient:
    """Return the client of this environment, one for all its invocations."""
    return boto3.client("stepfunctions", config=_CONFIG)


@functools.cache
def hurried_step_functions() -> SFNClient:
    """Return the client for looks at an order that somebody waits for."""
    return boto3.client("stepfunctions", config=_HURRIED)


def order_id_for(key: str | None) -> str:
    """Return the id of a new order: always the same for the same key, a new one where there is no key."""
    if key is None:
        return secrets.token_hex(_RANDOM_BYTES)
    return hashlib.sha256(key.encode()).hexdigest()[:_DIGITS_OF_KEY]


def place_order(order_id: str, flavour: str) -> str | None:
    """Start the order's execution, once: whoever comes second gets the first one's.

    :return: the execution's ARN; ``None`` when the id stands for an order of another flavour.
    :raises ProblemError: 503; Step Functions throttles or is away.
    """
    try:
        with _away_is_503():
            started = step_functions().start_execution(
                stateMachineArn=_state_machine_arn(), name=order_id, input=json.dumps({"flavour": flavour})
            )
            return started["executionArn"]
    except ClientError as error:
        # Step Functions itself lets only one have the name, also when that one has ended, also at the same moment.
        if _code(error) != "ExecutionAlreadyExists":
            raise
    return _order_of(order_id, flavour)


def describe_order(order_id: str, *, hurried: bool = False) -> DescribeExecutionOutputTypeDef:
    """Return what Step Functions knows of the order; ``hurried`` tries once and two seconds at most.

    :raises UnknownOrderError: no order has this id.
    :raises ProblemError: 503; Step Functions throttles or is away.
    """
    if not _NAME.fullmatch(order_id):
        raise UnknownOrderError(order_id)
    try:
        with _away_is_503():
            client = hurried_step_functions() if hurried else step_functions()
            return client.describe_execution(executionArn=_execution_arn(order_id))
    except ClientError as error:
        if _code(error) in _UNKNOWN:
            raise UnknownOrderError(order_id) from error
        raise


def ordered_flavour(execution: DescribeExecutionOutputTypeDef) -> str | None:
    """Return the flavour in the execution's input; ``None`` when somebody started it by hand without one."""
    order = json.loads(execution.get("input") or "null")
    flavour = order.get("flavour") if isinstance(order, dict) else None
    return flavour if isinstance(flavour, str) else None


def _order_of(order_id: str, flavour: str) -> str | None:
    try:
        execution = describe_order(order_id)
    except UnknownOrderError as error:
        # DescribeExecution is eventually consistent: the first one may not be visible yet.
        raise _away() from error
    return execution["executionArn"] if ordered_flavour(execution) == flavour else None


@contextmanager
def _away_is_503() -> Iterator[None]:
    try:
        yield
    except (EndpointError, HTTPClientError) as error:
        raise _away() from error
    except ClientError as error:
        if _code(error) in _AWAY or _http_status(error) >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise _away() from error
        raise


def _away() -> ProblemError:
    detail = f"The kitchen cannot be reached just now. Please try again in {_RETRY_AFTER_SECONDS} seconds."
    return ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, detail, retry_after=_RETRY_AFTER_SECONDS)


def _code(error: ClientError) -> str:
    return error.response.get("Error", {}).get("Code", "")


def _http_status(error: ClientError) -> int:
    return error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)


def _state_machine_arn() -> str:
    return os.environ["STATE_MACHINE_ARN"]


def _execution_arn(order_id: str) -> str:
    return f"{_state_machine_arn().replace(':stateMachine:', ':execution:')}:{order_id}"


if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    step_functions()  # while an environment starts it has a whole CPU, later only its share
