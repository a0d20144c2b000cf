"""``InvokeWithResponseStream``.

The function runs to its end first: what it streams arrives in chunks, and not while it is being made.
"""

from __future__ import annotations

import json
from functools import wraps
from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

_CHUNK_BYTES = 64 * 1024
_CONTENT_TYPE = "application/vnd.amazon.eventstream"


def _stream_responses(module: ModuleType) -> None:
    provider = module.LambdaProvider

    @wraps(provider.invoke_with_response_stream)
    def invoke_with_response_stream(self: Any, context: Any, function_name: str, **arguments: Any) -> dict[str, Any]:
        answer = self.invoke(context, function_name, **arguments)
        return {
            "StatusCode": answer["StatusCode"],
            "ExecutedVersion": answer.get("ExecutedVersion"),
            "ResponseStreamContentType": _CONTENT_TYPE,
            "EventStream": _events(answer),
        }

    provider.invoke_with_response_stream = invoke_with_response_stream


def _events(answer: Any) -> Iterator[dict[str, Any]]:
    """Yield the chunks of a response, or none of a failed one, and how it ended."""
    payload, complete = _bytes(answer.get("Payload")), {}
    if answer.get("FunctionError"):
        document = json.loads(payload)
        complete = {"ErrorCode": document.get("errorType"), "ErrorDetails": payload.decode(errors="replace")}
        payload = b""
    for start in range(0, len(payload), _CHUNK_BYTES):
        yield {"PayloadChunk": {"Payload": payload[start : start + _CHUNK_BYTES]}}
    if log := answer.get("LogResult"):
        complete["LogResult"] = log
    yield {"InvokeComplete": complete}


def _bytes(payload: Any) -> bytes:
    if hasattr(payload, "read"):
        payload = payload.read()
    return payload.encode() if isinstance(payload, str) else bytes(payload or b"")


RESPONSE_STREAMS = Correction(
    "response-streams",
    "Has no `InvokeWithResponseStream`.",
    "Answers with a stream of events; with this correction they are sent when the function has ended.",
    "https://docs.aws.amazon.com/lambda/latest/api/API_InvokeWithResponseStream.html",
    {"localstack.services.lambda_.provider": _stream_responses},
)
