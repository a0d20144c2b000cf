"""REST APIs: refuse requests to a stage or an API that is not there, in AWS's words."""

from __future__ import annotations

import json
import logging
import uuid
from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from types import ModuleType

LOG = logging.getLogger(__name__)
_MODULE = "localstack.services.apigateway.next_gen.execute_api.router"


def _patch(module: ModuleType) -> None:
    def create_not_found_response(api_id: str) -> Any:
        LOG.warning("There is no API %s with that stage. Hint: was it deployed, and is its stage in the URL?", api_id)
        headers = {
            "Content-Type": "application/json",
            "x-amzn-ErrorType": "ForbiddenException",
            "x-amzn-RequestId": str(uuid.uuid4()),
        }
        return module.Response(json.dumps({"message": "Forbidden"}, separators=(",", ":")), 403, headers)

    module.ApiGatewayEndpoint.create_not_found_response = staticmethod(create_not_found_response)


CORRECTION = Correction(
    name="unknown-stages",
    localstack="Answers 404 in words of its own for an API or a stage that is not there.",
    aws='Answers 403 and `{"message":"Forbidden"}`.',
    source="https://repost.aws/knowledge-center/api-gateway-troubleshoot-403-forbidden",
    patches={_MODULE: _patch},
)
