"""REST APIs: compress responses of the API's ``minimumCompressionSize`` and more for clients that accept it."""

from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING, Any

from localstack_corrections.apigateway.handler_chain import GATEWAY
from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from types import ModuleType

_CODINGS = {"gzip": gzip.compress, "deflate": zlib.compress, "identity": None}


def _patch(gateway: ModuleType) -> None:
    init = gateway.RestApiGateway.__init__

    def with_compression(self: Any) -> None:
        init(self)
        self.response_handlers.append(_compress)

    gateway.RestApiGateway.__init__ = with_compression


def _compress(_chain: Any, context: Any, response: Any) -> None:
    deployment = getattr(context, "deployment", None)
    least = deployment.rest_api.rest_api.get("minimumCompressionSize") if deployment else None
    if least is None or response.headers.get("Content-Encoding") or len(response.data) < int(least):
        return
    # without the header it takes what it is given, which is the body as it is
    accepted = context.request.accept_encodings
    coding = accepted.best_match(list(_CODINGS)) if accepted else None
    compress = _CODINGS.get(coding or "identity")
    if compress:
        response.data = compress(response.data)
        response.headers["Content-Encoding"] = coding


CORRECTION = Correction(
    name="response-compression",
    localstack="Compresses no response, whatever the API's `minimumCompressionSize`.",
    aws="Compresses one of that size or more with gzip or deflate, as the client accepts it.",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gzip-compression-decompression.html",
    patches={GATEWAY: _patch},
)
