"""Answers in the shape of API Gateway's Lambda proxy integration, whatever happens on the way to them."""

import functools
import json
import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import TypedDict

from problem import ProblemError
from proxy_event import ProxyEvent

logger = logging.getLogger(__name__)


class ProxyResponse(TypedDict):
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html."""

    statusCode: int
    headers: dict[str, str]
    body: str


def json_response(
    status: HTTPStatus,
    document: object,
    *,
    headers: Mapping[str, str] | None = None,
    content_type: str = "application/json",
) -> ProxyResponse:
    """Return a document as JSON."""
    return {
        "statusCode": int(status),
        "headers": {"Content-Type": content_type, **(headers or {})},
        "body": json.dumps(document),
    }


def proxy_handler(
    answer: Callable[[ProxyEvent], ProxyResponse],
) -> Callable[[object, object], ProxyResponse]:
    """Make a Lambda handler of a function that answers a proxy event.

    The handler never raises. A :class:`ProblemError` is answered with its problem document; anything else is logged
    with its trace and answered with 500 and the request id under which the log has it, nothing more.

    >>> @proxy_handler
    ... def handler(event: ProxyEvent) -> ProxyResponse:
    ...     return json_response(HTTPStatus.OK, {"stage": event.context("stage")})
    >>> handler({"requestContext": {"stage": "prod"}}, None)["body"]
    '{"stage": "prod"}'
    """

    @functools.wraps(answer)
    def handler(event: object, context: object) -> ProxyResponse:
        try:
            return answer(ProxyEvent(event))
        except ProblemError as problem:
            if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                logger.warning("Answered %d: %s", problem.status, problem.detail, exc_info=True)
            return _problem_response(problem)
        except Exception:
            logger.exception("Answered 500")
            return _error_response(context)

    return handler


def _problem_response(problem: ProblemError) -> ProxyResponse:
    headers = {} if problem.retry_after is None else {"Retry-After": str(problem.retry_after)}
    return json_response(problem.status, problem.document(), headers=headers, content_type="application/problem+json")


def _error_response(context: object) -> ProxyResponse:
    request_id = getattr(context, "aws_request_id", None)
    return json_response(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        {"message": "There was an error", "requestId": request_id if isinstance(request_id, str) else None},
    )
