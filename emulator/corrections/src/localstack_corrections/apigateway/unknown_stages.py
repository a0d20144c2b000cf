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


def forbidden() -> Any:
    """Return the response to a request that reaches no stage of an API."""
    return _response(403, "Forbidden", {"x-amzn-ErrorType": "ForbiddenException"})


def _response(status: int, message: str, headers: dict[str, str]) -> Any:
    from localstack.http import Response

    said = {"Content-Type": "application/json", "x-amzn-RequestId": str(uuid.uuid4()), **headers}
    return Response(json.dumps({"message": message}, separators=(",", ":")), status, said)


def _patch(module: ModuleType) -> None:
    def create_not_found_response(api_id: str) -> Any:
        store = module.apigateway_stores[module.DEFAULT_AWS_ACCOUNT_ID][module.AWS_REGION_US_EAST_1]
        LOG.warning("There is no API %s with that stage. Hint: was it deployed, and is its stage in the URL?", api_id)
        # of a name that no API has or had, AWS answers as for HTTP APIs
        return forbidden() if api_id in store.internal_deployments else _response(404, "Not Found", {})

    module.ApiGatewayEndpoint.create_not_found_response = staticmethod(create_not_found_response)


CORRECTION = Correction(
    name="unknown-stages",
    localstack="Answers 404 in words of its own for a stage that is not there.",
    aws='Answers 403 and `{"message":"Forbidden"}`.',
    source="https://repost.aws/knowledge-center/api-gateway-troubleshoot-403-forbidden",
    patches={_MODULE: _patch},
)
