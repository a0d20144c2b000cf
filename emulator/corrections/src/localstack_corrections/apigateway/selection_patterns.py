"""REST APIs: choose the integration response whose pattern matches the whole status or error message."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from types import ModuleType

_MODULE = "localstack.services.apigateway.next_gen.execute_api.handlers.integration_response"


def _patch(module: ModuleType) -> None:
    handler = module.IntegrationResponseHandler
    select = handler.select_integration_response

    def select_integration_response(selection_value: str, integration_responses: dict[str, Any] | None) -> Any:
        matching = {
            status: response
            for status, response in (integration_responses or {}).items()
            if not (pattern := response.get("selectionPattern")) or re.fullmatch(pattern, selection_value)
        }
        return select(selection_value, matching)

    handler.select_integration_response = staticmethod(select_integration_response)


CORRECTION = Correction(
    name="selection-patterns",
    localstack="Chooses a response whose pattern matches the beginning of an error message: `Bad` that of `Bad luck`.",
    aws="Chooses one whose pattern matches all of it; `Bad.*` is for all that begins so.",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/handle-errors-in-lambda-integration.html",
    patches={_MODULE: _patch},
)
