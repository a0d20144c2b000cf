"""REST APIs: the ids, the time and the forwarding headers of a request."""

from __future__ import annotations

import base64
import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from types import ModuleType

_HANDLERS = "localstack.services.apigateway.next_gen.execute_api.handlers"


def extended_id() -> str:
    """Return an id of 16 characters, of which the last is ``=``."""
    return base64.b64encode(secrets.token_bytes(11)).decode()


def _say_when_and_who(module: ModuleType) -> None:
    parser = module.InvocationRequestParser
    create = parser.create_context_variables

    def create_context_variables(context: Any) -> Any:
        variables = create(context)
        received = datetime.fromtimestamp(variables["requestTimeEpoch"] / 1000, UTC)
        variables["requestTime"] = received.strftime("%d/%b/%Y:%H:%M:%S +0000")
        variables["extendedRequestId"] = extended_id()
        variables["identity"]["sourceIp"] = context.request.remote_addr or variables["identity"]["sourceIp"]
        return variables

    parser.create_context_variables = staticmethod(create_context_variables)


def _answer_with_the_id(module: ModuleType) -> None:
    enricher = module.InvocationResponseEnricher
    enrich = enricher.__call__

    def call(self: Any, chain: Any, context: Any, response: Any) -> None:
        enrich(self, chain, context, response)
        response.headers.set("x-amz-apigw-id", context.context_variables["extendedRequestId"])

    enricher.__call__ = call


def _forward(module: ModuleType) -> None:
    handler = module.IntegrationRequestHandler
    set_headers = handler._set_proxy_headers

    def set_proxy_headers(headers: Any, request: Any) -> None:
        sent = headers.get("X-Forwarded-For")
        set_headers(headers, request)
        headers.set("X-Forwarded-Proto", request.scheme)
        if sent:
            headers.set("X-Forwarded-For", f"{sent}, {request.remote_addr}")

    handler._set_proxy_headers = staticmethod(set_proxy_headers)


CORRECTION = Correction(
    name="request-context",
    localstack=(
        "Gives a request a time without a zone, an extended id that is not the response's `x-amz-apigw-id`, `HTTP` for"
        " the protocol, and drops the senders that `X-Forwarded-For` names."
    ),
    aws="`requestTime` ends in `+0000`, the ids are one, and the sender is added to those before it.",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html",
    patches={
        f"{_HANDLERS}.parse": _say_when_and_who,
        f"{_HANDLERS}.response_enricher": _answer_with_the_id,
        f"{_HANDLERS}.integration_request": _forward,
    },
)
