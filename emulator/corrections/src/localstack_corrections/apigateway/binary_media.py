"""REST APIs: binary payloads of Lambda proxy integrations, by the API's binary media types."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from types import ModuleType

_MODULE = "localstack.services.apigateway.next_gen.execute_api.integrations.aws"
_EVERYTHING = "*/*"


def _patch(module: ModuleType) -> None:
    matches = module.mime_type_matches_binary_media_types

    def is_binary(mime_type: str | None, binary_media_types: list[str] | None) -> bool:
        return _EVERYTHING in (binary_media_types or ()) or bool(matches(mime_type, binary_media_types))

    module.mime_type_matches_binary_media_types = is_binary  # type: ignore[attr-defined]
    integration = module.RestApiAwsProxyIntegration
    create = integration.create_lambda_input_event

    def create_lambda_input_event(self: Any, context: Any) -> Any:
        event = create(self, context)
        body = context.integration_request["body"] or b""
        types = context.deployment.rest_api.rest_api.get("binaryMediaTypes")
        encoded = bool(body) and is_binary(context.invocation_request["headers"].get("Content-Type"), types)
        if encoded != event["isBase64Encoded"]:
            text = base64.b64encode(body).decode() if encoded else body.decode(errors="replace")
            event["body"], event["isBase64Encoded"] = text or None, encoded
        return event

    integration.create_lambda_input_event = create_lambda_input_event


CORRECTION = Correction(
    name="binary-media-types",
    localstack=(
        "Encodes a function's body as base64 when it is no UTF-8, whatever the API's binary media types, and takes"
        " `*/*` among them for none."
    ),
    aws="Encodes the body of a binary media type, passes any other as text, and takes `*/*` for every type.",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/lambda-proxy-binary-media.html",
    patches={_MODULE: _patch},
)
