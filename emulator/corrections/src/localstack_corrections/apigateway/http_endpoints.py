"""REST APIs: hand on what an HTTP endpoint answers: repeated headers, redirects, and no more than 10 MB."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from types import ModuleType

_MODULE = "localstack.services.apigateway.next_gen.execute_api.integrations.http"
_LARGEST = 10 * 1024 * 1024


class _Endpoints:
    """The library that LocalStack sends requests with, for API Gateway."""

    def __init__(self, requests: Any) -> None:
        self._requests = requests

    def __getattr__(self, name: str) -> Any:
        return getattr(self._requests, name)

    def request(self, **parameters: Any) -> Any:
        """Send a request, and return the response with a list for each header that is there more than once."""
        from localstack.services.apigateway.next_gen.execute_api.gateway_response import InternalServerError

        response = self._requests.request(**parameters, allow_redirects=False)
        if len(response.content) > _LARGEST:
            raise InternalServerError("Internal server error")
        several: dict[str, list[str]] = {}
        for name, value in response.raw.headers.items():
            several.setdefault(name, []).append(value)
        response.headers = {name: values[0] if len(values) == 1 else values for name, values in several.items()}
        return response


def _patch(module: ModuleType) -> None:
    module.requests = _Endpoints(module.requests)  # type: ignore[attr-defined]


CORRECTION = Correction(
    name="http-endpoints",
    localstack="Joins an endpoint's repeated headers, follows its redirects, and takes answers of any size.",
    aws="Hands on each header and a redirect as they are, and answers 500 where the answer is larger than 10 MB.",
    # that redirects are handed on stands in no page of AWS's; those who run into it report it
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html and"
    " https://docs.aws.amazon.com/apigateway/latest/developerguide/setup-http-integrations.html",
    patches={_MODULE: _patch},
)
