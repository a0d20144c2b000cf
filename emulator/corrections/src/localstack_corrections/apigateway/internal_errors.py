"""REST APIs: an unforeseen error is AWS's body and status, not LocalStack's own text."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from types import ModuleType

LOG = logging.getLogger(__name__)
_MODULE = "localstack.services.apigateway.next_gen.execute_api.handlers.gateway_exception"


def _patch(module: ModuleType) -> None:
    handler = module.GatewayExceptionHandler
    answer = handler.__call__

    def call(self: Any, chain: Any, exception: Exception, context: Any, response: Any) -> None:
        if not isinstance(exception, module.BaseGatewayException):
            from localstack.services.apigateway.next_gen.execute_api.gateway_response import InternalServerError

            LOG.warning("An invocation of the REST API %s failed: %r", context.api_id, exception, exc_info=exception)
            exception = InternalServerError("Internal server error")
        answer(self, chain, exception, context, response)

    handler.__call__ = call


CORRECTION = Correction(
    name="gateway-internal-errors",
    localstack="Answers an unforeseen error with its own text about it.",
    aws="Answers 500 with the message Internal server error, as the API's DEFAULT_5XX response says.",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html",
    patches={_MODULE: _patch},
)
