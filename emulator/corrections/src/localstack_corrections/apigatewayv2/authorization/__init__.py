"""Decide whether a request may call its route, and with which claims or context.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from localstack_corrections.apigatewayv2.invocation import HttpApiError

if TYPE_CHECKING:
    from localstack_corrections.apigatewayv2.invocation import Invocation
    from localstack_corrections.apigatewayv2.snapshot import Snapshot


def authorize(invocation: Invocation, snapshot: Snapshot) -> None:
    """Set ``invocation.authorizer`` where the route has an authorizer.

    :raises HttpApiError: 401, 403, or 500 where the authorizer failed.
    """
    route = invocation.match.route if invocation.match else {}
    kind = route.get("authorizationType") or "NONE"
    if kind == "NONE":
        return
    if kind == "AWS_IAM":
        from localstack_corrections.apigatewayv2.authorization import iam

        invocation.authorizer = {"iam": iam.identity(invocation)}
        return
    authorizer = snapshot.authorizers.get(route.get("authorizerId") or "")
    if authorizer is None:
        raise HttpApiError(500, "Internal Server Error", reason="The route's authorizer is gone")
    if kind == "JWT":
        from localstack_corrections.apigatewayv2.authorization import jwt

        invocation.authorizer = {"jwt": jwt.authorized(invocation, authorizer, route.get("authorizationScopes") or [])}
    elif kind == "CUSTOM":
        from localstack_corrections.apigatewayv2.authorization import functions

        invocation.authorizer = {"lambda": functions.context(invocation, authorizer)}
