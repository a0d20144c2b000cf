"""Choose the format of a response once for each ``Accept`` header.

LocalStack parses the header anew for every response, with a general parser: a twentieth of the time of an order. What
is chosen depends on the protocol, on this header and, where it says nothing, on ``Content-Type``, and on nothing else.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from localstack_tuning.adjustment import Adjustment

if TYPE_CHECKING:
    from types import ModuleType

_HEADERS = 256


def _remember_choice(module: ModuleType) -> None:
    serializer = module.ResponseSerializer
    choose = serializer._get_mime_type

    @lru_cache(_HEADERS)
    def choice(cls: Any, accept: str | None, content_type: str | None) -> str:
        headers = {"Accept": accept, "Content-Type": content_type}
        return str(choose(cls(), {name: value for name, value in headers.items() if value is not None}))

    def get_mime_type(self: Any, headers: Any) -> str:
        kind: Any = type(self)
        if not headers:
            return choice(kind, None, None)
        return choice(kind, headers.get("Accept"), headers.get("Content-Type"))

    serializer._get_mime_type = get_mime_type


ADJUSTMENT = Adjustment("accept-headers", {"localstack.aws.protocol.serializer": _remember_choice})
