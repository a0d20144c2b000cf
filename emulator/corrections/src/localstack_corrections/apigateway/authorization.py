"""REST APIs: call a method's authorizer, or check the request's signature.

Lambda authorizers get AWS's events, and their policies are evaluated on the method's ARN.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localstack_corrections.apigateway.handler_chain import GATEWAY, step_before
from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from collections.abc import Callable


def _load() -> Callable[[Any], None]:
    from localstack_corrections.apigateway.rest_authorizers import authorize

    return authorize


CORRECTION = Correction(
    name="rest-authorizers",
    localstack="Never calls a method's authorizer and checks no signature: everybody may call every method.",
    aws="Calls TOKEN and REQUEST authorizers, checks signatures for AWS_IAM, and answers 401, 403 or 500.",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-to-api.html",
    patches={GATEWAY: step_before("api_key_validation_handler", _load)},
)
