"""Cross-origin requests, as an API's CORS configuration allows them.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localstack_corrections.apigatewayv2.invocation import Answer

if TYPE_CHECKING:
    from werkzeug.datastructures import Headers

_PREFIX = "access-control-"


def preflight(cors: dict[str, Any], method: str, headers: Headers) -> Answer | None:
    """Return the answer to a preflight request; ``None`` for another request."""
    if method != "OPTIONS" or not headers.get("Origin") or not headers.get("Access-Control-Request-Method"):
        return None
    origin = _allowed(cors, headers)
    if origin is None:
        return Answer(204)
    made = _common(cors, origin)
    for name, configured in (("allow-methods", "allowMethods"), ("allow-headers", "allowHeaders")):
        if values := cors.get(configured):
            made.append((f"{_PREFIX}{name}", ",".join(values)))
    if cors.get("maxAge") is not None:
        made.append((f"{_PREFIX}max-age", str(cors["maxAge"])))
    return Answer(204, headers=made)


def add_headers(cors: dict[str, Any], request: Headers, answer: Answer) -> None:
    """Replace the integration's CORS headers by the API's: with a configuration, only they count."""
    answer.headers = [header for header in answer.headers if not header[0].lower().startswith(_PREFIX)]
    origin = _allowed(cors, request)
    if origin is not None:
        answer.headers += _common(cors, origin)
        if exposed := cors.get("exposeHeaders"):
            answer.headers.append((f"{_PREFIX}expose-headers", ",".join(exposed)))


def _common(cors: dict[str, Any], origin: str) -> list[tuple[str, str]]:
    made = [(f"{_PREFIX}allow-origin", origin)]
    if origin != "*":
        made.append(("vary", "Origin"))
    if cors.get("allowCredentials"):
        made.append((f"{_PREFIX}allow-credentials", "true"))
    return made


def _allowed(cors: dict[str, Any], headers: Headers) -> str | None:
    """Return the value of ``Access-Control-Allow-Origin``, or ``None`` for an origin that is not allowed."""
    origin = headers.get("Origin")
    if not origin:
        return None
    for allowed in cors.get("allowOrigins") or []:
        if allowed == "*":
            return "*"
        if allowed.lower() == origin.lower():
            return str(origin)
        scheme, wild, rest = allowed.partition("*")
        if wild and not rest and scheme in {"http://", "https://"} and origin.startswith(scheme):
            return str(origin)
    return None
