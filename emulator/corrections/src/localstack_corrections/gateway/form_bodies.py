"""Bodies that are forms: LocalStack parses them, and writes them anew for the integration of an API."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType


def _read_before_parsing(module: ModuleType) -> None:
    restore: Callable[[Any], bytes] = module.restore_payload

    @wraps(restore)
    def restore_payload(request: Any) -> bytes:
        if request.shallow or "form" in request.__dict__:  # there is nothing to read, or it was parsed before
            return restore(request)
        body: bytes = request.get_data(cache=True, parse_form_data=False)
        return body

    module.restore_payload = restore_payload  # type: ignore[attr-defined]


FORM_BODIES = Correction(
    "form-bodies",
    "Hands a form to functions in another order and encoding, breaks one of several parts, and loses that of a PUT.",
    "Hands it on as it was sent, so that a signature of it holds.",
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html",
    {"rolo.request": _read_before_parsing, "localstack.http.request": _read_before_parsing},
)
