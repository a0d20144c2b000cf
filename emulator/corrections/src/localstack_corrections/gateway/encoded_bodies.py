"""Bodies that say they are compressed, and are not."""

from __future__ import annotations

import io
import zlib
from functools import wraps
from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

_MAGIC = b"\x1f\x8b"
_GZIP = 16 + zlib.MAX_WBITS
_MOST = 32 * 1024 * 1024
"""More than any service takes whose bodies are decompressed: API Gateway takes 10 MB."""


def decoded(body: bytes) -> bytes:
    """Return what a body was compressed from, or the body itself where it was not."""
    if not body.startswith(_MAGIC):
        return body
    reader = zlib.decompressobj(wbits=_GZIP)
    try:
        text = reader.decompress(body, _MOST)
    except zlib.error:
        return body
    # what would fill the memory, or breaks off, is nothing that was asked for
    return text if reader.eof else body


def _hand_on_what_is_not_compressed(module: ModuleType) -> None:
    decoder = module.ContentDecoder
    call: Callable[..., None] = decoder.__call__

    @wraps(call)
    def decode(self: Any, chain: Any, context: Any, response: Any) -> None:
        request = context.request
        skipped = context.service and context.service.service_name in self.SKIP_GZIP_SERVICES
        if skipped or (request.content_encoding or "").lower() != "gzip":
            call(self, chain, context, response)
            return
        sent = request.stream.read()
        body = decoded(sent)
        request.stream = io.BytesIO(body)
        if body is not sent:
            request.headers["Content-Encoding"] = "identity"

    decoder.__call__ = decode


ENCODED_BODIES = Correction(
    "encoded-bodies",
    "Answers 500 to a body that is not compressed although `Content-Encoding` says gzip.",
    "Hands such a body on as it is.",
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gzip-compression-decompression.html",
    {"localstack.aws.handlers.codec": _hand_on_what_is_not_compressed},
)
