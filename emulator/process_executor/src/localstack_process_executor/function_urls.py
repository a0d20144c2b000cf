"""The answer of a function's own URL, put right at run time for LocalStack 4.14.0.

Cookies were dropped, and a malformed result was an internal error of LocalStack's.
https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
"""

import json
from functools import wraps
from http import HTTPStatus
from typing import Any

from localstack.http import Response
from localstack.services.lambda_ import urlrouter


def answer_as_aws() -> None:
    """Make the change."""
    to_response = urlrouter.lambda_result_to_response

    @wraps(to_response)
    def well_formed_or_502(result: Any) -> Response:
        try:
            response = to_response(result)
        except (TypeError, ValueError, AttributeError):
            return Response("Internal Server Error", HTTPStatus.BAD_GATEWAY)
        for cookie in cookies(result.payload):
            response.headers.add("Set-Cookie", cookie)
        return response

    urlrouter.lambda_result_to_response = well_formed_or_502


def cookies(payload: bytes) -> list[str]:
    """Those of a function's result, each as it is to be sent."""
    try:
        result = json.loads(payload)
    except ValueError:
        return []
    found = result.get("cookies") if isinstance(result, dict) else None
    return [str(cookie) for cookie in found] if isinstance(found, list) else []
