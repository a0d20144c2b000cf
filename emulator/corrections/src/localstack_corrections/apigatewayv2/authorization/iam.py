"""``AWS_IAM`` routes: the request's signature says who asks. LocalStack 4.14.0 evaluates no policies of IAM's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localstack_corrections.apigatewayv2.invocation import HttpApiError
from localstack_corrections.apis.signatures import SignatureError, caller

if TYPE_CHECKING:
    from localstack_corrections.apigatewayv2.invocation import Invocation


def identity(invocation: Invocation) -> dict[str, Any]:
    """Return who signed the request, as ``requestContext.authorizer.iam`` has it.

    :raises HttpApiError: 403 for a signature that is missing or does not count.
    """
    try:
        region = invocation.serving.api.region
        found = caller(
            region, invocation.method, invocation.sent_path, invocation.query, invocation.headers, invocation.body
        )
    except SignatureError as error:
        raise HttpApiError(403, "Forbidden", reason=error.message) from error
    return {
        "accessKey": found.access_key,
        "accountId": found.account,
        "callerId": found.user_id,
        "cognitoIdentity": None,
        "principalOrgId": None,
        "userArn": found.arn,
        "userId": found.user_id,
    }
