"""Domain names and API mappings: those of REST APIs, which HTTP APIs share, by their operations in ``apigatewayv2``.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-mappings.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from localstack.aws.api import CommonServiceException, handler
from localstack.aws.connect import connect_to

from localstack_corrections.apigatewayv2 import registry
from localstack_corrections.apis.domain_names import NO_PATH, store_of

if TYPE_CHECKING:
    from localstack.aws.api import RequestContext

_KEY = re.compile(r"[A-Za-z0-9$_.+!*'()/-]*")
_HOSTED_ZONE = "Z1UJRXOUMOOFQ8"
"""API Gateway's own in us-east-1, for aliases: https://docs.aws.amazon.com/general/latest/gr/apigateway.html."""
_CONFIGURATION = {
    "CertificateArn": "regionalCertificateArn",
    "CertificateName": "regionalCertificateName",
    "HostedZoneId": "regionalHostedZoneId",
    "OwnershipVerificationCertificateArn": "ownershipVerificationCertificateArn",
    "SecurityPolicy": "securityPolicy",
}
"""The names in a domain name of ``apigateway``."""


def _bad(message: str) -> CommonServiceException:
    return CommonServiceException("BadRequestException", message, 400)


class DomainNameOperations:
    """Operations about domain names and what is mapped to them."""

    @handler("CreateDomainName", expand=False)
    def create_domain_name(self, context: RequestContext, request: dict[str, Any]) -> dict[str, Any]:
        """Make a domain name, and serve it."""
        configuration = _served(request)
        client = connect_to(aws_access_key_id=context.account_id, region_name=context.region).apigateway
        try:
            client.create_domain_name(
                domainName=request["DomainName"],
                endpointConfiguration={"types": [configuration.get("EndpointType") or "REGIONAL"]},
            )
        except ClientError as error:
            said = error.response["Error"]
            raise CommonServiceException(
                said["Code"], said["Message"], error.response["ResponseMetadata"]["HTTPStatusCode"]
            ) from error
        domain = _domain(context, request["DomainName"])
        _configure(domain, configuration)
        if tags := request.get("Tags"):
            _moto(context).tag_resource(_arn(context, request["DomainName"]), tags)
        return _described(context, domain)

    @handler("GetDomainName", expand=False)
    def get_domain_name(self, context: RequestContext, request: dict[str, Any]) -> dict[str, Any]:
        """Return a domain name."""
        return _described(context, _domain(context, request["DomainName"]))

    @handler("GetDomainNames", expand=False)
    def get_domain_names(self, context: RequestContext, _request: dict[str, Any]) -> dict[str, Any]:
        """Return all domain names, also those that ``apigateway`` made."""
        return {"Items": [_described(context, domain) for domain in store_of(context).domain_names.values()]}

    @handler("UpdateDomainName", expand=False)
    def update_domain_name(self, context: RequestContext, request: dict[str, Any]) -> dict[str, Any]:
        """Change a domain name's configuration."""
        domain = _domain(context, request["DomainName"])
        _configure(domain, _served(request))
        return _described(context, domain)

    @handler("DeleteDomainName", expand=False)
    def delete_domain_name(self, context: RequestContext, request: dict[str, Any]) -> None:
        """Delete a domain name with its mappings."""
        _domain(context, request["DomainName"])
        client = connect_to(aws_access_key_id=context.account_id, region_name=context.region).apigateway
        client.delete_domain_name(domainName=request["DomainName"])

    @handler("CreateApiMapping", expand=False)
    def create_api_mapping(self, context: RequestContext, request: dict[str, Any]) -> dict[str, Any]:
        """Serve a stage of an API, of whichever kind, below a path of a domain name."""
        mappings = _mappings(context, request["DomainName"])
        mapping = {"domainName": request["DomainName"], "apiMappingId": registry.new_id(6)}
        _map(context, mapping, mappings, request)
        mappings.append(mapping)
        return _mapping_described(mapping)

    @handler("GetApiMapping", expand=False)
    def get_api_mapping(self, context: RequestContext, request: dict[str, Any]) -> dict[str, Any]:
        """Return a mapping."""
        return _mapping_described(_mapping(context, request))

    @handler("GetApiMappings", expand=False)
    def get_api_mappings(self, context: RequestContext, request: dict[str, Any]) -> dict[str, Any]:
        """Return a domain name's mappings, also those that ``apigateway`` made."""
        return {"Items": [_mapping_described(each) for each in _mappings(context, request["DomainName"])]}

    @handler("UpdateApiMapping", expand=False)
    def update_api_mapping(self, context: RequestContext, request: dict[str, Any]) -> dict[str, Any]:
        """Change a mapping."""
        mapping = _mapping(context, request)
        others = [each for each in _mappings(context, request["DomainName"]) if each is not mapping]
        kept = _mapping_described(mapping)
        _map(context, mapping, others, kept | {name: value for name, value in request.items() if value is not None})
        return _mapping_described(mapping)

    @handler("DeleteApiMapping", expand=False)
    def delete_api_mapping(self, context: RequestContext, request: dict[str, Any]) -> None:
        """Delete a mapping."""
        mapping = _mapping(context, request)
        _mappings(context, request["DomainName"]).remove(mapping)


def _served(request: dict[str, Any]) -> dict[str, Any]:
    """Return the configuration that a request has for the domain name.

    :raises NotImplementedError: it has something that would not be served.
    """
    if request.get("MutualTlsAuthentication"):
        raise NotImplementedError("Domain names ask for no client certificates here. Hint: leave out mutual TLS.")
    if request.get("RoutingMode") not in {None, "API_MAPPING_ONLY"}:
        raise NotImplementedError("Routing rules are not there. Hint: RoutingMode API_MAPPING_ONLY is.")
    return dict((request.get("DomainNameConfigurations") or [{}])[0])


def _domain(context: RequestContext, name: str) -> dict[str, Any]:
    domain: dict[str, Any] | None = store_of(context).domain_names.get(name)
    if domain is None:
        raise CommonServiceException("NotFoundException", "Invalid domain name identifier specified", 404)
    return domain


def _configure(domain: dict[str, Any], configuration: dict[str, Any]) -> None:
    for name, kept in _CONFIGURATION.items():
        if configuration.get(name):
            domain[kept] = configuration[name]
    if configuration.get("EndpointType"):
        domain["endpointConfiguration"] = {"types": [configuration["EndpointType"]]}


def _moto(context: RequestContext) -> Any:
    from moto.apigatewayv2.models import apigatewayv2_backends

    return apigatewayv2_backends[context.account_id][context.region]


def _arn(context: RequestContext, name: str) -> str:
    return f"arn:aws:apigateway:{context.region}::/domainnames/{name}"


def _described(context: RequestContext, domain: dict[str, Any]) -> dict[str, Any]:
    kinds = (domain.get("endpointConfiguration") or {}).get("types") or ["EDGE"]
    configuration = {
        "ApiGatewayDomainName": domain.get("regionalDomainName"),
        "DomainNameStatus": "AVAILABLE",
        "EndpointType": kinds[0],
        **{name: domain.get(kept) for name, kept in _CONFIGURATION.items()},
    }
    configuration["CertificateArn"] = configuration["CertificateArn"] or domain.get("certificateArn")
    configuration["HostedZoneId"] = configuration["HostedZoneId"] or _HOSTED_ZONE
    arn = _arn(context, domain["domainName"])
    return {
        "ApiMappingSelectionExpression": "$request.basepath",
        "DomainName": domain["domainName"],
        "DomainNameArn": arn,
        "DomainNameConfigurations": [{name: value for name, value in configuration.items() if value is not None}],
        "RoutingMode": "API_MAPPING_ONLY",
        "Tags": _moto(context).get_tags(arn),
    }


def _mappings(context: RequestContext, name: str) -> list[dict[str, Any]]:
    _domain(context, name)
    mappings: list[dict[str, Any]] = store_of(context).base_path_mappings.setdefault(name, [])
    for mapping in mappings:
        mapping.setdefault("apiMappingId", registry.new_id(6))
    return mappings


def _mapping(context: RequestContext, request: dict[str, Any]) -> dict[str, Any]:
    for mapping in _mappings(context, request["DomainName"]):
        if mapping["apiMappingId"] == request["ApiMappingId"]:
            return mapping
    raise CommonServiceException("NotFoundException", "Invalid API mapping identifier specified", 404)


def _map(
    context: RequestContext, mapping: dict[str, Any], others: list[dict[str, Any]], request: dict[str, Any]
) -> None:
    """Set what the mapping leads to.

    :raises CommonServiceException: the key, API or stage is none that AWS takes.
    """
    key = request.get("ApiMappingKey") or ""
    if not _KEY.fullmatch(key):
        # the words of https://github.com/aws/aws-cdk/issues/8983
        raise _bad("An ApiMapping key may contain only letters, numbers and one of $-_.+!*'()/,")
    if key.startswith("/") or key.endswith("/") or "//" in key:
        raise _bad("API mapping key should not start or end with a '/' or have consecutive '/'s.")
    if any(each["basePath"] == (key or NO_PATH) for each in others):
        raise CommonServiceException("ConflictException", "ApiMapping key already exists for this domain name", 409)
    if not _has_stage(context, request["ApiId"], request["Stage"]):
        raise _bad("Invalid stage identifier specified")
    mapping.update({"restApiId": request["ApiId"], "basePath": key or NO_PATH, "stage": request["Stage"]})


def _has_stage(context: RequestContext, api_id: str, stage: str) -> bool:
    """Return whether the API, which is of this account, has the stage.

    :raises CommonServiceException: there is no such API.
    """
    from moto.apigateway.models import apigateway_backends

    api = registry.find(api_id)
    if api and (api.account, api.region) == (context.account_id, context.region):
        return stage in api.resources.stages
    rest_api = apigateway_backends[context.account_id][context.region].apis.get(api_id)
    if rest_api is None:
        raise CommonServiceException(
            "NotFoundException", f"Invalid API identifier specified {context.account_id}:{api_id}", 404
        )
    return stage in rest_api.stages


def _mapping_described(mapping: dict[str, Any]) -> dict[str, Any]:
    return {
        "ApiId": mapping["restApiId"],
        "ApiMappingId": mapping["apiMappingId"],
        "ApiMappingKey": "" if mapping["basePath"] == NO_PATH else mapping["basePath"],
        "Stage": mapping.get("stage") or "",
    }
