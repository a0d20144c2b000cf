"""Answer a request to an HTTP API: its stage, route, authorizer and integration, then headers and log."""

from __future__ import annotations

import contextlib
import json
import logging
import re
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from localstack_corrections.apigatewayv2 import authorization, cors, integrations, parameters
from localstack_corrections.apigatewayv2.invocation import Answer, HttpApiError, Invocation
from localstack_corrections.apis import access_logs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localstack_corrections.apigatewayv2.registry import HttpApi
    from localstack_corrections.apigatewayv2.serving import Serving
    from localstack_corrections.apigatewayv2.snapshot import Snapshot
    from localstack_corrections.apis.domain_names import Mapped

LOG = logging.getLogger(__name__)
LARGEST_BODY = 10 * 1024 * 1024
"""Bytes: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html."""
_NO_METHOD_OF_A_ROUTE = "TRACE"
"""Not among the methods that a route takes, ``ANY`` included: it asks an API whether it is there, and runs nothing."""
DEFAULT_STAGE = "$default"
_PATH_STYLE = re.compile(r"^/(?:_aws/execute-api/[^/?]+|restapis/[^/?]+/[^/?]+/_user_request_)(?=[/?]|$)")


def answer(api: HttpApi, request: Any, mapped: Mapped | None = None) -> Any:
    """Return the response to a request of werkzeug's; ``mapped`` is there for one to a custom domain name."""
    path, query = _target(request)
    invocation = _invocation(api, request, path, query, mapped)
    if invocation is None or (api.resources.disable_execute_api_endpoint and not mapped):
        made = _own(HttpApiError(404, "Not Found"))
    else:
        made = _answered(invocation)
        made.headers.append(("apigw-requestid", invocation.request_id))
        _log_access(invocation, made)
    return _response(request, made)


def _target(request: Any) -> tuple[str, str]:
    """Return path and query as they were sent, without the part of the path that stands for the host name."""
    target = request.environ.get("RAW_URI") or request.full_path
    if not target.startswith("/"):  # a proxy's request names the whole address
        parts = urlsplit(target)
        target = f"{parts.path or '/'}?{parts.query}"
    target = _PATH_STYLE.sub("", target, count=1)
    path, _, query = target.partition("?")
    return path or "/", query


def _staged(api: HttpApi, path: str) -> tuple[Serving | None, str]:
    """Return the stage that the path names, else ``$default``, and the path without it."""
    first, slash, rest = path.removeprefix("/").partition("/")
    serving = api.serving(first) if first and first != DEFAULT_STAGE else None
    return (serving, f"{slash}{rest}" or "/") if serving else (api.serving(DEFAULT_STAGE), path)


def _invocation(api: HttpApi, request: Any, path: str, query: str, mapped: Mapped | None) -> Invocation | None:
    """Return the request with its stage: the one that a domain name is mapped to, or that the path says."""
    serving, path = (api.serving(mapped.stage), mapped.path) if mapped else _staged(api, path)
    if serving is None:
        return None
    from rolo.request import restore_payload

    return Invocation(
        serving=serving,
        method=request.method,
        path=path,
        query=query,
        headers=_with_forwarded(request),
        body=restore_payload(request),
        source=request.remote_addr or "",
        host=_host(request) if mapped else _domain(api, request),
        mapped=mapped,
        sent_path=str(request.environ.get("RAW_URI") or request.path).partition("?")[0],
        protocol=request.environ.get("SERVER_PROTOCOL") or "HTTP/1.1",
        scheme=request.scheme,
    )


def _host(request: Any) -> str:
    return str(request.host or "").rsplit(":", 1)[0]


def _domain(api: HttpApi, request: Any) -> str:
    host = _host(request)
    return host if ".execute-api." in host else f"{api.id}.execute-api.{api.region}.amazonaws.com"


def _with_forwarded(request: Any) -> Any:
    """Return the headers with those that API Gateway adds."""
    from localstack.utils.xray.trace_header import TraceHeader
    from werkzeug.datastructures import Headers

    headers = Headers([(name, value) for name, value in request.headers if not name.lower().startswith("x-localstack")])
    sent = headers.get("X-Forwarded-For")
    source = request.remote_addr or ""
    headers.set("X-Forwarded-For", f"{sent}, {source}" if sent else source)
    headers.set("X-Forwarded-Proto", request.scheme)
    headers.set("X-Forwarded-Port", str(request.host).rpartition(":")[2] if ":" in str(request.host) else "443")
    trace = TraceHeader.from_header_str(headers.get("X-Amzn-Trace-Id"))
    if not trace.root:
        headers.set("X-Amzn-Trace-Id", f"Root={trace.ensure_root_exists().root}")
    return headers


def _answered(invocation: Invocation) -> Answer:
    serving = invocation.serving
    snapshot = serving.snapshot
    if snapshot is None:
        return _own(HttpApiError(404, "Not Found"))
    if invocation.method == _NO_METHOD_OF_A_ROUTE:
        return _own(HttpApiError(405, "Method Not Allowed"))
    if snapshot.cors and (preflight := cors.preflight(snapshot.cors, invocation.method, invocation.headers)):
        return preflight
    try:
        made = _routed(invocation, serving, snapshot)
    except HttpApiError as error:
        invocation.said["error.message"] = error.message
        made = _own(error)
    except Exception:
        LOG.exception("%s %s of the HTTP API %s failed", invocation.method, invocation.path, serving.api.id)
        made = _own(HttpApiError(500, "Internal Server Error"))
    if snapshot.cors:
        cors.add_headers(snapshot.cors, invocation.headers, made)
    return made


def _routed(invocation: Invocation, serving: Serving, snapshot: Snapshot) -> Answer:
    invocation.match = snapshot.routes.match(invocation.method, invocation.path)
    if invocation.match is None:
        raise HttpApiError(404, "Not Found")
    if len(invocation.body) > LARGEST_BODY:
        raise HttpApiError(413, "Request Entity Too Large")
    if not serving.takes(invocation.route_key):
        raise HttpApiError(429, "Too Many Requests")
    with _error_in(invocation, "authorizer.error"):
        authorization.authorize(invocation, snapshot)
    with _error_in(invocation, "integrationErrorMessage"):
        return _at_the_integration(invocation, snapshot)


@contextlib.contextmanager
def _error_in(invocation: Invocation, variable: str) -> Iterator[None]:
    """Keep the reason of an error for access logs, in the variable of the step that failed."""
    try:
        yield
    except HttpApiError as error:
        invocation.said.setdefault(variable, error.reason)
        raise


def _at_the_integration(invocation: Invocation, snapshot: Snapshot) -> Answer:
    target = str((invocation.match.route if invocation.match else {}).get("target") or "")
    integration = snapshot.integrations.get(target.removeprefix("integrations/"))
    if integration is None:
        raise HttpApiError(500, "Internal Server Error", reason=f"The route has no integration: {target!r}")
    return _integrated(invocation, integration)


def _integrated(invocation: Invocation, integration: dict[str, Any]) -> Answer:
    began = time.perf_counter()
    try:
        made = integrations.call(invocation, integration)
    finally:
        invocation.said["integrationLatency"] = int((time.perf_counter() - began) * 1000)
    mapped = (integration.get("responseParameters") or {}).get(str(made.status))
    if mapped:
        parameters.change_response(invocation, made, mapped)
    return made


def _own(error: HttpApiError) -> Answer:
    body = json.dumps({"message": error.message}, separators=(",", ":")).encode()
    return Answer(error.status, body, [("content-type", "application/json"), *error.headers.items()])


def _response(request: Any, made: Answer) -> Any:
    from localstack.http import Response

    response = Response(made.body, status=made.status)
    response.headers.clear()
    for name, value in made.headers:
        response.headers.add(name, value)
    response.headers.set("content-length", str(len(made.body)))
    if (request.headers.get("Connection") or "").lower() != "close":
        response.headers.set("connection", "keep-alive")
    return response


def _log_access(invocation: Invocation, made: Answer) -> None:
    if invocation.serving.access_log is None:
        return
    group, line = invocation.serving.access_log
    said = invocation.said
    variables = {
        **invocation.context,
        **said,
        "awsEndpointRequestId": None,
        "dataProcessed": len(invocation.body) + len(made.body),
        "integrationStatus": said.get("integration.integrationStatus"),
        "integration.latency": said.get("integrationLatency"),
        "integration.status": said.get("integration.integrationStatus"),
        "integration.error": said.get("integration.error") or said.get("integrationErrorMessage"),
        "error.messageString": f'"{said["error.message"]}"' if "error.message" in said else None,
        "responseLatency": int(invocation.seconds * 1000),
        "responseLength": len(made.body),
        "status": made.status,
    }
    access_logs.WRITER.write(group, access_logs.render(line, variables))
