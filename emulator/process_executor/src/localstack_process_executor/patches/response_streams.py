"""``InvokeWithResponseStream``, which LocalStack 4.14.0 does not have.

The function runs to its end first: what it streams arrives in chunks, and not while it is being made.
https://docs.aws.amazon.com/lambda/latest/api/API_InvokeWithResponseStream.html
"""

import json
from collections.abc import Iterator, MutableMapping
from typing import Any

_OPERATION, _BUFFERED = "InvokeWithResponseStream", "Invoke"
_CHUNK_BYTES = 64 * 1024
_CONTENT_TYPE = "application/vnd.amazon.eventstream"


def stream_responses(operations: MutableMapping[str, Any]) -> None:
    """Make the change to a table of the service's operations."""
    invoke = operations[_BUFFERED]

    def invoke_with_response_stream(context: Any, request: Any) -> dict[str, Any]:
        names = ("FunctionName", "Qualifier", "InvocationType", "LogType", "ClientContext", "Payload", "TenantId")
        answer = invoke(context, {name: request[name] for name in names if name in request})
        return {
            "StatusCode": answer["StatusCode"],
            "ExecutedVersion": answer.get("ExecutedVersion"),
            "ResponseStreamContentType": _CONTENT_TYPE,
            "EventStream": _events(answer),
        }

    operations[_OPERATION] = invoke_with_response_stream


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
