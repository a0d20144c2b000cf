"""Serve the APIs, REST and HTTP, that are mapped to a custom domain name."""

from __future__ import annotations

import re
from functools import wraps
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from localstack_corrections.apigateway.unknown_stages import forbidden
from localstack_corrections.apis.domain_names import NO_PATH, Mapped, answerer, store_of
from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from types import ModuleType

_PROVIDER = "localstack.services.apigateway.next_gen.provider"
_PARSER = "localstack.services.apigateway.next_gen.execute_api.handlers.parse"
_ROUTER = "localstack.services.apigateway.next_gen.execute_api.router"


def chosen(mappings: list[dict[str, Any]], path: str) -> tuple[dict[str, Any], str] | None:
    """Return the mapping for a path, and what follows its base path; the longest base path wins."""
    for mapping in sorted(mappings, key=lambda each: len(each["basePath"].strip("/")), reverse=True):
        base = mapping["basePath"].strip("/")
        if base == NO_PATH:
            continue
        if path == f"/{base}" or path.startswith(f"/{base}/"):
            return mapping, path.removeprefix(f"/{base}") or "/"
    return next(((mapping, path) for mapping in mappings if mapping["basePath"] == NO_PATH), None)


class _Domain:
    """Answers requests to one domain name."""

    def __init__(self, endpoint: Any, store: Any, name: str) -> None:
        self._endpoint, self._store, self._name = endpoint, store, name

    def __call__(self, request: Any, **_arguments: Any) -> Any:
        path, mark, query = _target(request)
        found = chosen(self._store.base_path_mappings.get(self._name) or [], path)
        if found is None:
            return forbidden()
        mapping, rest = found
        if answer := answerer(mapping["restApiId"]):
            base = "" if mapping["basePath"] == NO_PATH else mapping["basePath"]
            return answer(request, Mapped(str(mapping.get("stage") or ""), base, rest, path))
        stage = str(mapping.get("stage") or "")
        if not stage:
            stage, _, rest = rest.removeprefix("/").partition("/")
            rest = f"/{rest}"
        if not self._endpoint.is_rest_api(mapping["restApiId"], stage):
            return forbidden()
        request.environ["RAW_URI"] = f"/{stage}{rest}{mark}{query}"
        context, response = self._endpoint.prepare_rest_api_invocation(request, mapping["restApiId"], stage)
        context.base_path = mapping["basePath"]
        context.domain_path = path
        self._endpoint.rest_gateway.process_with_context(context, response)
        return response


def _target(request: Any) -> tuple[str, str, str]:
    target = request.environ.get("RAW_URI") or request.full_path
    if not target.startswith("/"):  # a proxy's request names the whole address
        parts = urlsplit(target)
        target = f"{parts.path or '/'}?{parts.query}"
    path, mark, query = target.partition("?")
    return path, mark, query


def _serve_domains(module: ModuleType) -> None:
    provider = module.ApigatewayNextGenProvider
    create, delete, map_path = (
        provider.create_domain_name,
        provider.delete_domain_name,
        provider.create_base_path_mapping,
    )
    rules: dict[tuple[str, str, str], list[Any]] = {}

    @wraps(create)
    def create_domain_name(self: Any, context: Any, domain_name: str, *arguments: Any, **options: Any) -> Any:
        made = create(self, context, domain_name, *arguments, **options)
        domain = _Domain(self.router.handler, store_of(context), domain_name)
        host = rf"<regex('{re.escape(domain_name)}(:\d+)?'):domain>"
        rules[(context.account_id, context.region, domain_name)] = [
            module.ROUTER.add(path=path, host=host, endpoint=domain, strict_slashes=False)
            for path in ("/", "/<path:path>")
        ]
        return made

    @wraps(delete)
    def delete_domain_name(self: Any, context: Any, domain_name: str, *arguments: Any, **options: Any) -> Any:
        deleted = delete(self, context, domain_name, *arguments, **options)
        module.ROUTER.remove(rules.pop((context.account_id, context.region, domain_name), []))
        store_of(context).base_path_mappings.pop(domain_name, None)
        return deleted

    @wraps(map_path)
    def create_base_path_mapping(
        self: Any, context: Any, domain_name: str, *arguments: Any, base_path: Any = None, **options: Any
    ) -> Any:
        store = store_of(context)
        if domain_name not in store.domain_names:
            raise module.NotFoundException("Invalid domain name identifier specified")
        taken = {mapping["basePath"] for mapping in store.base_path_mappings.get(domain_name) or []}
        if (base_path or NO_PATH) in taken:
            raise module.CommonServiceException(
                "ConflictException", "Base path already exists for this domain name", 409
            )
        return map_path(self, context, domain_name, *arguments, base_path=base_path, **options)

    provider.create_domain_name = create_domain_name
    provider.delete_domain_name = delete_domain_name
    provider.create_base_path_mapping = create_base_path_mapping


def _close_endpoints(module: ModuleType) -> None:
    """Refuse requests to an API's own address where only its domain names are to be used."""
    endpoint = module.ApiGatewayEndpoint
    answer = endpoint.__call__

    def call(self: Any, request: Any, **arguments: Any) -> Any:
        api_id, stage = str(arguments.get("api_id") or "").lower(), arguments.get("stage")
        if self.is_rest_api(api_id, stage):
            deployment = self._global_store.active_deployments[api_id][stage]
            frozen = self._global_store.internal_deployments[api_id].get(deployment)
            if frozen and frozen.rest_api.rest_api.get("disableExecuteApiEndpoint"):
                return forbidden()
        return answer(self, request, **arguments)

    endpoint.__call__ = call


def _say_the_path(module: ModuleType) -> None:
    parser = module.InvocationRequestParser
    create = parser.create_context_variables

    def create_context_variables(context: Any) -> Any:
        variables = create(context)
        if context.base_path is not None:
            variables["path"] = context.domain_path
            variables["customDomain"] = {"basePathMatched": context.base_path}
        return variables

    parser.create_context_variables = staticmethod(create_context_variables)


CORRECTION = Correction(
    name="custom-domains",
    localstack="Makes domain names and base path mappings, and serves none of them: S3 answers.",
    aws=(
        "Answers requests to the name with the stage of the API that their path is mapped to, and none to the default"
        " endpoint of an API that has it disabled."
    ),
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mappings.html",
    patches={_PROVIDER: _serve_domains, _PARSER: _say_the_path, _ROUTER: _close_endpoints},
)
