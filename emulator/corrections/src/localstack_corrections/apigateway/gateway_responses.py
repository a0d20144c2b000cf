"""REST APIs: answer errors in the templates, headers and status of the API's gateway responses."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from types import ModuleType

_MODULE = "localstack.services.apigateway.next_gen.execute_api.handlers.gateway_exception"
_DEFAULT = '{"message":$context.error.messageString}'
_HEADER = "gatewayresponse.header."
_VARIABLE = re.compile(r"\$(?P<name>(?:context|stageVariables)(?:\.[\w-]+)+)")
_REQUEST = re.compile(r"method\.request\.(?P<kind>(?:multivalue)?(?:header|querystring)|path)\.(?P<name>.+)")


def variable(context: Any, name: str) -> Any:
    """Return the value of ``context.…`` or ``stageVariables.…``."""
    source, *path = name.split(".")
    value: Any = context.context_variables if source == "context" else (context.stage_variables or {})
    for part in path:
        value = value.get(part) if isinstance(value, dict) else None
    return value


def body(template: str, context: Any) -> str:
    """Return a template with its variables; nothing else of a template language is available in it."""

    def text(match: re.Match[str]) -> str:
        value = variable(context, match["name"])
        if match["name"] == "context.error.messageString":
            return json.dumps(variable(context, "context.error.message"))
        return "" if value is None else value if isinstance(value, str) else json.dumps(value)

    return _VARIABLE.sub(text, template)


def header(expression: str, context: Any) -> str | None:
    """Return a header's value: a text in quotation marks, or what it names of the request or ``context``."""
    if expression.startswith("'"):
        return expression.strip("'")
    request = context.invocation_request
    if match := _REQUEST.fullmatch(expression):
        places = {
            "header": request["headers"],
            "querystring": request["query_string_parameters"],
            "path": request.get("path_parameters") or {},
            "multivalueheader": {match["name"]: ",".join(request["headers"].getlist(match["name"])) or None},
            "multivaluequerystring": {
                name: ",".join(values) for name, values in request["multi_value_query_string_parameters"].items()
            },
        }
        found = places[match["kind"]].get(match["name"])
    else:
        found = variable(context, expression)
    return None if found is None else str(found)


def _patch(module: ModuleType) -> None:
    handler = module.GatewayExceptionHandler
    respond = handler.create_exception_response

    def create_exception_response(self: Any, exception: Any, context: Any) -> Any:
        response = respond(self, exception, context)
        said = module.get_gateway_response_or_default(exception.type, context.deployment.rest_api.gateway_responses)
        kind, template = _template(said, context)
        if template is not None and template != _DEFAULT:
            response.set_data(body(template, context))
            response.headers["Content-Type"] = kind
        for name, expression in (said.get("responseParameters") or {}).items():
            value = header(str(expression), context)
            if name.startswith(_HEADER) and value is not None:
                response.headers.set(name.removeprefix(_HEADER), value)
        return response

    handler.create_exception_response = create_exception_response


def _template(said: dict[str, Any], context: Any) -> tuple[str, str | None]:
    """Return the template for what the request accepts, else the one for JSON, else any."""
    templates = said.get("responseTemplates") or {}
    accepted = str(context.invocation_request["headers"].get("Accept") or "").split(",")[0].split(";")[0].strip()
    for kind in (accepted, "application/json", *templates):
        if kind in templates:
            return kind, templates[kind]
    return "application/json", None


CORRECTION = Correction(
    name="gateway-responses",
    localstack="Uses the status of a gateway response, neither its template nor its headers.",
    aws="Fills the template with $context and stage variables, and adds the headers.",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html",
    patches={_MODULE: _patch},
)
