"""Find the addresses at which deployed APIs and function URLs are reached from this machine."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from localdev.deployment.resources import HTTP_API, REST_API
from localdev.deployment.stack import reachable_api_url
from localdev.system.endpoints import is_on_this_machine

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from localdev.deployment.resources import Resource
    from localdev.engines import Engine
    from localdev.engines.clients import Clients

FUNCTION_URL: Final = "AWS::Lambda::Url"
ADDRESSED: Final = (REST_API, HTTP_API, FUNCTION_URL)
_FUNCTION_URL_HOST: Final = re.compile(r"(?P<id>[a-z0-9]+)\.lambda-url\.(?!.*amazonaws\.com)", re.IGNORECASE)
_STAGES: Final = {REST_API: "AWS::ApiGateway::Stage", HTTP_API: "AWS::ApiGatewayV2::Stage"}


@dataclass(frozen=True)
class Address:
    """Address of a deployed API, at one of its stages."""

    resource: Resource
    url: str


def addresses(engine: Engine, resources: Sequence[Resource]) -> list[Address]:
    """Return the address of every stage of every API, and of every function URL, that the resources have."""
    return [
        Address(each, url)
        for each in resources
        if each.type in ADDRESSED and each.is_emulated
        for url in _urls_of(engine, each.clients or engine.clients(), each, resources)
    ]


def _urls_of(engine: Engine, clients: Clients, api: Resource, resources: Sequence[Resource]) -> Iterator[str]:
    if api.type == FUNCTION_URL:
        url = clients.client("lambda").get_function_url_config(FunctionName=api.physical_id)["FunctionUrl"]
        yield _reachable_function_url(engine, url)
        return
    yield from (api_url(engine, api, stage) for stage in stages_of(clients, api, resources))


def reachable(engine: Engine, value: str) -> str:
    """Return an output's value; the address of an API or a function as it is reached from here."""
    if value.startswith("http"):
        if "lambda-url" in value:
            return _reachable_function_url(engine, value)
        if "execute-api" in value:
            return reachable_api_url(value, engine.endpoint_url)
    return value


def _reachable_function_url(engine: Engine, url: str) -> str:
    """Return an address of a function's URL that needs no DNS, which engines that are started here have."""
    parts = urlsplit(url)
    match = _FUNCTION_URL_HOST.match(parts.netloc)
    if not match or not engine.endpoint_url or not engine.kind.ends_with_us:
        return url.rstrip("/")
    return f"{engine.endpoint_url}/_aws/lambda-url/{match['id']}{parts.path}".rstrip("/")


def api_url(engine: Engine, api: Resource, stage: str) -> str:
    """Return where an API answers at a stage: at the endpoint of an emulator or a stand-in, else at AWS's own name."""
    path = "" if stage == "$default" else f"/{stage}"
    endpoint = engine.endpoint_url
    if endpoint and is_on_this_machine(endpoint):
        return f"{endpoint}/_aws/execute-api/{api.physical_id}{path}"
    return f"https://{api.physical_id}.execute-api.{engine.clients().region}.amazonaws.com{path}"


def stages_of(clients: Clients, api: Resource, resources: Sequence[Resource]) -> list[str]:
    """Return the stages that the API's stack deployed; where it says nothing of them, all that the API has."""
    if api.type == REST_API:
        items = clients.client("apigateway").get_stages(restApiId=api.physical_id)["item"]
        found = [str(each["stageName"]) for each in items]
    else:
        items = clients.client("apigatewayv2").get_stages(ApiId=api.physical_id)["Items"]
        found = [str(each["StageName"]) for each in items]
    deployed = {each.physical_id for each in resources if each.stack == api.stack and each.type == _STAGES[api.type]}
    return [stage for stage in found if stage in deployed] or found
