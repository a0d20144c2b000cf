"""One request to an HTTP API, and what is known of it while it is answered."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

from localstack_corrections.apigatewayv2.registry import new_id

if TYPE_CHECKING:
    from werkzeug.datastructures import Headers

    from localstack_corrections.apigatewayv2.routes import RouteMatch
    from localstack_corrections.apigatewayv2.serving import Serving
    from localstack_corrections.apis.domain_names import Mapped

_LISTED = re.compile(r"^(?P<name>[^.]+)\.(?P<rest>.+)$")
HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}
)
"""Headers that are about one connection, and that no integration and no client is given."""


class HttpApiError(Exception):
    """An answer of the gateway's own: a status and a message, as AWS has them."""

    def __init__(self, status: int, message: str, headers: dict[str, str] | None = None, reason: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers or {}
        self.reason = reason or message
        """For ``$context.error.message`` and the integration's or authorizer's error in access logs."""


@dataclass
class Answer:
    """Response to the client."""

    status: int
    body: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list)

    def has(self, name: str) -> bool:
        """Return whether a header of the name is set."""
        return any(header.lower() == name for header, _ in self.headers)


@dataclass
class Invocation:
    """A request, its stage, and what the steps of answering it found out."""

    serving: Serving
    method: str
    path: str
    """As it was sent, without the stage."""
    query: str
    headers: Headers
    body: bytes
    source: str
    host: str
    sent_path: str
    """As it was sent: a signature is one of this path."""
    protocol: str = "HTTP/1.1"
    scheme: str = "http"
    mapped: Mapped | None = None
    """For a request to a custom domain name."""
    mapped_path: str | None = None
    """The one that a parameter mapping gives a function in place of the path that was asked for."""
    request_id: str = field(default_factory=lambda: f"{new_id(14).title()}=")
    began: float = field(default_factory=time.time)
    _since: float = field(default_factory=time.monotonic, init=False, repr=False)
    """The same by a clock that nobody sets."""
    match: RouteMatch | None = None
    authorizer: dict[str, Any] = field(default_factory=dict)
    """As ``requestContext.authorizer`` has it: ``jwt``, ``lambda`` or ``iam``."""
    said: dict[str, Any] = field(default_factory=dict)
    """Variables of ``$context`` that only access logs have."""

    @property
    def seconds(self) -> float:
        """Return how long ago the request came."""
        return time.monotonic() - self._since

    @property
    def route_key(self) -> str:
        """Return the key of the route that matched."""
        return str(self.match.route["routeKey"]) if self.match else ""

    @cached_property
    def full_path(self) -> str:
        """Return the decoded path with the stage or a mapping's key: functions and logs are given this one.

        https://github.com/aws-powertools/powertools-lambda-python/issues/621
        """
        if self.mapped_path is not None:
            return self.mapped_path
        if self.mapped:
            return unquote(self.mapped.domain_path)
        path = unquote(self.path)
        return path if self.serving.stage == "$default" else f"/{self.serving.stage}{path}"

    @cached_property
    def one_value_headers(self) -> dict[str, str]:
        """Return the headers by their names in lower case, several values of one name joined by commas."""
        joined: dict[str, str] = {}
        for name, value in self.headers:
            lower = name.lower()
            if lower not in HOP_BY_HOP:
                joined[lower] = f"{joined[lower]},{value}" if lower in joined else value
        return joined

    @cached_property
    def query_pairs(self) -> list[tuple[str, str]]:
        """Return the query's decoded names and values."""
        return parse_qsl(self.query, keep_blank_values=True)

    @cached_property
    def time(self) -> datetime:
        """Return when the request came."""
        return datetime.fromtimestamp(self.began, UTC)

    def source_arn(self) -> str:
        """Return the ARN of the route, as a function's resource policy names it."""
        api = self.serving.api
        key = self.route_key
        method, path = ("$default", "") if key == "$default" else key.split(" ", 1)
        resource = "$default" if key == "$default" else f"{'*' if method == 'ANY' else method}{path}"
        return f"arn:aws:execute-api:{api.region}:{api.account}:{api.id}/{self.serving.stage}/{resource}"

    def method_arn(self) -> str:
        """Return the ARN of this request, which an authorizer is given and its policy is evaluated on."""
        api = self.serving.api
        if self.route_key == "$default":
            return f"arn:aws:execute-api:{api.region}:{api.account}:{api.id}/{self.serving.stage}/$default"
        path = unquote(self.path)
        return f"arn:aws:execute-api:{api.region}:{api.account}:{api.id}/{self.serving.stage}/{self.method}{path}"

    def context_variable(self, name: str) -> Any:
        """Return a variable of ``$context``, or ``None``."""
        variables = self.context
        if name in variables:
            return variables[name]
        if match := _LISTED.match(name):
            value = variables.get(match["name"])
            for part in match["rest"].split("."):
                value = value.get(part) if isinstance(value, dict) else None
            return value
        return None

    @cached_property
    def context(self) -> dict[str, Any]:
        """Return the variables of ``$context`` that are known when the integration is called.

        https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
        """
        api = self.serving.api
        jwt, iam = self.authorizer.get("jwt"), self.authorizer.get("iam") or {}
        return {
            "accountId": api.account,
            "apiId": api.id,
            "authorizer": {**(self.authorizer.get("lambda") or {}), **({"claims": jwt["claims"]} if jwt else {})},
            **({"customDomain": {"basePathMatched": self.mapped.base_path or "(none)"}} if self.mapped else {}),
            "domainName": self.host,
            "domainPrefix": self.host.split(".")[0],
            "extendedRequestId": self.request_id,
            "httpMethod": self.method,
            "identity": {
                "accountId": iam.get("accountId"),
                "caller": iam.get("callerId"),
                "sourceIp": self.source,
                "user": iam.get("userId"),
                "userAgent": self.headers.get("User-Agent"),
                "userArn": iam.get("userArn"),
            },
            "path": self.full_path,
            "protocol": self.protocol,
            "requestId": self.request_id,
            "requestTime": self.time.strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "requestTimeEpoch": int(self.began * 1000),
            "routeKey": self.route_key,
            "stage": self.serving.stage,
        }
