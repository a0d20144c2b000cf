"""HTTP proxy integrations: the request goes to an HTTP endpoint, and its response to the client."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from localstack_corrections.apigatewayv2.invocation import HOP_BY_HOP, Answer, HttpApiError
from localstack_corrections.apigatewayv2.mappings import changed, changes
from localstack_corrections.apis.functions import with_stage_variables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localstack_corrections.apigatewayv2.invocation import Invocation

_NOT_FORWARDED = {*HOP_BY_HOP, "host", "content-length", "accept-encoding"}
_NOT_ANSWERED = {*_NOT_FORWARDED, "date", "server"}
"""The response has its own ``Date`` and ``Server``."""


class _Request:
    """Request to be sent, while the parameter mapping changes it."""

    def __init__(self, invocation: Invocation, uri: str) -> None:
        parts = urlsplit(uri)
        self.origin = (parts.scheme, parts.netloc)
        self.path = parts.path
        # those of the URI come first
        self.query = parse_qsl(parts.query, keep_blank_values=True) + invocation.query_pairs
        self.headers = [(name, value) for name, value in _sent(invocation) if name.lower() not in _NOT_FORWARDED]
        self.headers += [
            ("Forwarded", f"for={invocation.source};host={invocation.host};proto={invocation.scheme}"),
            ("Via", "HTTP/1.1 AmazonAPIGateway"),
        ]

    @property
    def url(self) -> str:
        return urlunsplit((*self.origin, quote(self.path, safe="/%:@!$&'()*+,;=~"), urlencode(self.query), ""))

    def change(self, action: str, kind: str, name: str, value: str) -> None:
        if kind == "path":
            self.path = value
        elif kind == "querystring":
            self.query = changed(self.query, action, name, value, str)
        elif kind == "header":
            self.headers = changed(self.headers, action, name, value, str.lower)


def _sent(invocation: Invocation) -> Iterator[tuple[str, str]]:
    """Yield the client's headers, without the ``X-Forwarded-…`` for functions: endpoints have ``Forwarded``."""
    for name, value in invocation.headers:
        lower = name.lower()
        if lower == "x-forwarded-for":
            # the last one is the one that the gateway has added
            before = value.rpartition(",")[0].strip()
            if before:
                yield name, before
        elif lower not in {"x-forwarded-port", "x-forwarded-proto"}:
            yield name, value


def call(invocation: Invocation, integration: dict[str, Any]) -> Answer:
    """Return the endpoint's answer.

    :raises HttpApiError: it did not answer, or not in time.
    """
    import urllib3

    request = _mapped(invocation, integration)
    method = integration.get("integrationMethod") or "ANY"
    limit = int(integration.get("timeoutInMillis") or 30_000) / 1000
    try:
        response = _pool().request(
            invocation.method if method == "ANY" else method,
            request.url,
            body=invocation.body or None,
            headers=urllib3.HTTPHeaderDict(request.headers),
            timeout=urllib3.Timeout(total=limit),
            redirect=False,
            retries=False,
            decode_content=False,
        )
    except urllib3.exceptions.NewConnectionError as error:  # is a kind of time-out, for urllib3
        raise HttpApiError(503, "Service Unavailable", reason=f"The integration cannot be reached: {error}") from error
    except urllib3.exceptions.TimeoutError as error:
        raise HttpApiError(504, "Gateway Timeout", reason="The integration timed out") from error
    except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        raise HttpApiError(503, "Service Unavailable", reason=f"The integration cannot be reached: {error}") from error
    invocation.said["integration.integrationStatus"] = response.status
    headers = [(name, value) for name, value in response.headers.items() if name.lower() not in _NOT_ANSWERED]
    return Answer(response.status, response.data, headers)


def _mapped(invocation: Invocation, integration: dict[str, Any]) -> _Request:
    uri = with_stage_variables(integration.get("integrationUri") or "", invocation.serving.variables)
    for name, value in (invocation.match.path_parameters if invocation.match else {}).items():
        uri = uri.replace(f"{{{name}}}", value)
    request = _Request(invocation, uri)
    for action, kind, name, value in changes(invocation, integration.get("requestParameters") or {}):
        request.change(action, kind, name, value)
    return request


@cache
def _pool() -> Any:
    import urllib3

    return urllib3.PoolManager(num_pools=50, maxsize=50, cert_reqs="CERT_NONE", assert_hostname=False)
