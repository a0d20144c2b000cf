"""Call a service of this LocalStack as a function, with the answers and errors a boto3 client would have given.

A client's call goes through botocore's serialiser, HTTP, the gateway's thirty handlers and two parsers, to end in the
provider's method with the very parameters it began with.
"""

from __future__ import annotations

import io
import logging
from functools import cache
from types import MappingProxyType
from typing import Any

from botocore.exceptions import ClientError
from localstack.aws.api import RequestContext, ServiceException
from localstack.aws.client import parse_response
from localstack.aws.protocol.serializer import create_serializer
from localstack.aws.protocol.service_router import determine_aws_protocol
from localstack.aws.spec import load_service
from localstack.http import Request
from localstack.services.plugins import SERVICE_PLUGINS, ServiceState
from localstack.utils.xray.trace_header import TraceHeader
from werkzeug.datastructures import Headers
from werkzeug.wrappers import Request as WerkzeugRequest

_LOG = logging.getLogger("localstack.request.internal.aws")
_USER_AGENT = "Boto3 md/Botocore localstack-tuning"
_CONTAINERS: dict[str, Any] = {}
_TRACED = frozenset({"events", "lambda"})
"""Services whose providers look at a request's trace."""
_HEADERS = (("User-Agent", _USER_AGENT), ("content-length", "0"))


def internal_calls_are_logged() -> bool:
    """Return whether LocalStack's log shows calls between services (``DEBUG=1``): then none may be cut short."""
    return _LOG.isEnabledFor(logging.INFO)


def running(name: str) -> Any:
    """Return the service, started if it is not; without ``require``'s lock where it is."""
    container = _CONTAINERS.get(name)
    if container is None or container.state is not ServiceState.RUNNING:
        SERVICE_PLUGINS.require(name)
        _CONTAINERS[name] = container = SERVICE_PLUGINS.get_service_container(name)
    return container.service


def call(
    service_name: str, operation_name: str, parameters: dict[str, Any], *, account: str, region: str, **internal: str
) -> dict[str, Any]:
    """Call the provider; ``internal`` are its ``service_principal`` and ``source_arn``.

    :raises ClientError: what the provider raised, as a client would have seen it.
    """
    return call_with_id(service_name, operation_name, parameters, account=account, region=region, **internal)[0]


def call_with_id(
    service_name: str, operation_name: str, parameters: dict[str, Any], *, account: str, region: str, **internal: str
) -> tuple[dict[str, Any], str]:
    """Call the provider as :func:`call` does, and return its answer and the request's id."""
    skeleton = running(service_name).skeleton
    context = _context(service_name, operation_name, parameters, account, region)
    context.internal_request_params = MappingProxyType(internal)
    try:
        return skeleton.dispatch_table[operation_name](context, parameters) or {}, context.request_id
    except ServiceException as error:
        context.protocol = determine_aws_protocol(context.request, context.service)
        serializer = create_serializer(context.service, context.protocol)
        response = skeleton.on_service_exception(serializer, context, error)
        # the gateway adds it last, and Step Functions writes it into the cause of a failure
        response.headers["x-amzn-requestid"] = context.request_id
        raise ClientError(parse_response(context.operation, context.protocol, response), operation_name) from error


def _context(
    service_name: str, operation_name: str, parameters: dict[str, Any], account: str, region: str
) -> RequestContext:
    service, operation = _model(service_name, operation_name)
    context = _Context(None)
    context.service, context.operation = service, operation
    context.account_id, context.region = account, region
    context.service_request = parameters
    if service_name in _TRACED:
        context.trace_context["aws_trace_header"] = TraceHeader().ensure_root_exists()
    return context


class _Context(RequestContext):  # type: ignore[misc]
    """Makes its request when a provider asks for it; few do."""

    def __init__(self, request: Request | None) -> None:
        super().__init__(request)
        if request is None:
            del self.__dict__["request"]

    def __getattr__(self, name: str) -> Any:
        if name != "request":
            return super().__getattr__(name)
        self.request = _request()
        return self.request


def _request() -> Request:
    """Make what ``Request("POST", "/", headers=…)`` makes, from an environment that is made once."""
    request = Request.__new__(Request)
    WerkzeugRequest.__init__(request, {**_environ(), "wsgi.input": io.BytesIO(), "wsgi.errors": io.BytesIO()})
    request.headers = Headers()
    # these are good as they are: nothing has to be looked at in each of them
    request.headers._list = list(_HEADERS)
    return request


@cache
def _environ() -> dict[str, Any]:
    return dict(Request("POST", "/", headers={"User-Agent": _USER_AGENT}).environ)


@cache
def _model(service_name: str, operation_name: str) -> tuple[Any, Any]:
    service = load_service(service_name)
    return service, service.operation_model(operation_name)
