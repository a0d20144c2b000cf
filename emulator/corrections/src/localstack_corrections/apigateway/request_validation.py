"""REST APIs: validate a request's body and parameters as its method's validator says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from localstack_corrections.apigateway.media_types import entry_for
from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from types import ModuleType

_HANDLERS = "localstack.services.apigateway.next_gen.execute_api.handlers"


def _schema(module: ModuleType, method: Any, rest_api: Any, request: Any) -> Any:
    """Return the schema of the request's content type; ``None`` where the method has none for it."""
    models = method.get("requestModels") or {}
    name = entry_for(request["headers"].get("Content-Type"), models) or models.get("$default")
    if name is None:
        return None
    return module.ModelResolver(rest_api_container=rest_api, model_name=name).get_resolved_model()


def _patch(module: ModuleType) -> None:
    handler = module.MethodRequestHandler
    validate = handler.validate_request
    find_missing = handler._get_missing_required_parameters

    def validate_request(self: Any, method: Any, rest_api: Any, request: Any) -> None:
        try:
            validate(self, method, rest_api, request)
        except module.BadRequestBodyError as error:
            error.found = _found(module, method, rest_api, request)
            raise

    def is_body_valid(method: Any, rest_api: Any, request: Any) -> bool:
        return _found(module, method, rest_api, request) is None

    def get_missing_required_parameters(method: Any, request: Any) -> list[str]:
        """Return the names that are not there, and those without a value."""
        blank = {
            "headers": type(request["headers"])([pair for pair in request["headers"].items() if pair[1].strip()]),
            "query_string_parameters": _with_value(request.get("query_string_parameters")),
            "path_parameters": _with_value(request.get("path_parameters")),
        }
        missing: list[str] = find_missing(method, {**request, **blank})
        return missing

    handler.validate_request = validate_request
    handler._is_body_valid = staticmethod(is_body_valid)
    handler._get_missing_required_parameters = staticmethod(get_missing_required_parameters)


def _with_value(parameters: dict[str, str] | None) -> dict[str, str]:
    return {name: value for name, value in (parameters or {}).items() if value.strip()}


def _found(module: ModuleType, method: Any, rest_api: Any, request: Any) -> list[str] | None:
    """Return the errors of a body; ``None`` for one that is valid."""
    from localstack_corrections.apigateway.body_errors import body_errors

    schema = _schema(module, method, rest_api, request)
    if schema is None:
        return None
    try:
        body = json.loads(request.get("body") or "{}")
    except ValueError:
        # AWS's words are not known
        return ["the body is no JSON"]
    return body_errors(body, schema) or None


def _say_why(module: ModuleType) -> None:
    handler = module.GatewayExceptionHandler
    set_context = handler.set_error_context

    def set_error_context(exception: Any, context: Any) -> None:
        set_context(exception, context)
        if found := getattr(exception, "found", None):
            # a template puts it between quotation marks
            said = json.dumps(f"[{', '.join(found)}]", ensure_ascii=False)[1:-1]
            context.context_variables["error"]["validationErrorString"] = said

    handler.set_error_context = staticmethod(set_error_context)


CORRECTION = Correction(
    name="request-validation",
    localstack=(
        "Validates every body by the model for JSON, accepts a required parameter without a value, and leaves"
        " `$context.error.validationErrorString` empty."
    ),
    aws=(
        "Validates by the model of the content type, and does not where there is none; a required parameter is there"
        " and not blank; says what is wrong."
    ),
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html",
    patches={f"{_HANDLERS}.method_request": _patch, f"{_HANDLERS}.gateway_exception": _say_why},
)
