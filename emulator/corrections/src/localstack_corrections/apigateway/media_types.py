"""REST APIs: find the template or the model of a content type, whatever its parameters and case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

_MODULE = "localstack.services.apigateway.next_gen.execute_api.handlers.integration_request"
_JSON = "application/json"


def media_type(content_type: str | None) -> str:
    """Return the type without its parameters, in lower case; a request that names none sends JSON."""
    return (content_type or _JSON).partition(";")[0].strip().lower()


def entry_for(content_type: str | None, entries: Mapping[str, Any]) -> Any:
    """Return the entry for a content type: the one with just that name, else the one of its media type."""
    if content_type is not None and content_type in entries:
        return entries[content_type]
    wanted = media_type(content_type)
    return next((value for name, value in entries.items() if media_type(name) == wanted), None)


def _patch(module: ModuleType) -> None:
    handler = module.IntegrationRequestHandler
    select = handler.get_request_template

    def get_request_template(integration: Any, request: Any) -> Any:
        template = entry_for(request["headers"].get("Content-Type"), integration.get("requestTemplates") or {})
        return template or select(integration=integration, request=request)

    handler.get_request_template = staticmethod(get_request_template)


CORRECTION = Correction(
    name="template-media-types",
    localstack="Finds no template for `application/json; charset=utf-8`, and may answer 415.",
    aws="Takes the template of the media type.",
    # that parameters do not count is seen in the templates for form data in use, which browsers send with a charset
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/integration-passthrough-behaviors.html",
    patches={_MODULE: _patch},
)
