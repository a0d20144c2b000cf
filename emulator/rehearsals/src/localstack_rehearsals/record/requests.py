"""Record the requests to REST APIs and HTTP APIs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from localstack_rehearsals.record.ring import RING
from localstack_rehearsals.record.texts import root_of, text_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

_TRACE_HEADER: Final = "X-Amzn-Trace-Id"
_MS: Final = 1000


def _record_rest(gateway: ModuleType) -> None:
    init = gateway.RestApiGateway.__init__

    def with_record(self: Any) -> None:
        init(self)
        self.request_handlers.insert(0, _note_the_time)
        self.response_handlers.append(_record_rest_request)

    gateway.RestApiGateway.__init__ = with_record


def _note_the_time(_chain: Any, context: Any, _response: Any) -> None:
    context.recorded_since = time.monotonic()


def _record_rest_request(_chain: Any, context: Any, response: Any) -> None:
    request, known = context.invocation_request, context.context_variables
    if not request or not known:
        return
    seconds = time.monotonic() - context.recorded_since
    query = context.request.query_string.decode(errors="replace")
    RING.add(
        "request",
        trace=root_of(context.trace_id or request["headers"].get(_TRACE_HEADER)),
        id=known.get("requestId"),
        at=known["requestTimeEpoch"] / _MS,
        seconds=seconds,
        name=f"{request['http_method']} {request['path']}{'?' if query else ''}{query}",
        resource=f"{context.api_id}/{context.stage}",
        status=response.status_code,
        input=text_of(request["body"]),
        output=text_of(response.data),
    )


def _record_http(gateway: ModuleType) -> None:
    log = gateway._log_access

    def log_and_record(invocation: Any, made: Any) -> None:
        log(invocation, made)
        query = f"?{invocation.query}" if invocation.query else ""
        RING.add(
            "request",
            trace=root_of(invocation.headers.get(_TRACE_HEADER)),
            id=invocation.request_id,
            at=invocation.began,
            seconds=invocation.seconds,
            name=f"{invocation.method} {invocation.path}{query}",
            resource=f"{invocation.serving.api.id}/{invocation.serving.stage}",
            status=made.status,
            input=text_of(invocation.body),
            output=text_of(made.body),
        )

    gateway._log_access = log_and_record  # type: ignore[attr-defined]


PATCHES: Final[tuple[tuple[str, Callable[[ModuleType], None]], ...]] = (
    ("localstack.services.apigateway.next_gen.execute_api.gateway", _record_rest),
    ("localstack_corrections.apigatewayv2.gateway", _record_http),
)
