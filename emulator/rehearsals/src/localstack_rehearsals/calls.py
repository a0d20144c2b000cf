"""Faults of calls that no execution makes: those of functions, of other services, and of the test itself.

A task's calls of a state machine come this way too; faults of its own rehearsal are injected before.
"""

from __future__ import annotations

import itertools
import json
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from localstack_rehearsals.answers import MalformedError
from localstack_rehearsals.faults import Call, Fault, chance, service_error

if TYPE_CHECKING:
    from collections.abc import Mapping

_ENDED: Final = {
    "crash": ("Runtime.ExitError", "Runtime exited with error: signal: killed"),
    "time_out": ("Sandbox.Timedout", "Task timed out after {seconds:.2f} seconds"),
}
"""How a function ends that is hit by a fault of its own."""


@dataclass
class _Faults:
    faults: list[Fault]
    seed: int
    events: list[dict[str, Any]] = field(default_factory=list)


_lock = threading.Lock()
_numbers = itertools.count(1)
_calls = itertools.count()
_active: dict[str, _Faults] = {}


def add(document: Any) -> str:
    """Inject faults from now on, and return their id. :raises MalformedError: they are not understood."""
    if not isinstance(document, dict) or not isinstance(document.get("faults"), list):
        raise MalformedError("Faults are an object with a list of faults, and a seed.")
    faults = _Faults([Fault.from_document(fault) for fault in document["faults"]], int(document.get("seed") or 0))
    for fault in faults.faults:
        if fault.service is None and fault.function is None:
            raise MalformedError("A fault of calls that no execution makes names a service or a function.")
    with _lock:
        number = str(next(_numbers))
        _active[number] = faults
        _install()
    return number


def remove(number: str) -> list[dict[str, Any]]:
    """Inject faults no more, and return those that were injected. :raises KeyError: there are none of this id."""
    with _lock:
        return _active.pop(number).events


def _install() -> None:
    """Look at every request, as long as there are faults. The lock is held."""
    from localstack.aws.handlers import serve_custom_service_request_handlers

    if _look_at not in serve_custom_service_request_handlers.handlers:
        serve_custom_service_request_handlers.append(_look_at)


def _look_at(chain: Any, context: Any, response: Any) -> None:
    """Answer a request with the fault that hits it, in place of its service."""
    if not _active or context.service is None or context.operation is None:
        return
    call = _call_of(context)
    for fault, faults in _hits(call):
        faults.events.append(
            {"kind": "fault", "what": fault.kind, "service": call.service, "operation": call.operation,
             "function": call.function}
        )  # fmt: skip
        if fault.kind == "delay":
            time.sleep(fault.seconds)
        else:
            _answer(fault, call, context, response)
            chain.stop()
            return


def _call_of(context: Any) -> Call:
    service, operation = context.service.service_name, context.operation.name
    request: Mapping[str, Any] = context.service_request or {}
    name = request.get("FunctionName") if service == "lambda" else None
    function = str(name).partition(":function:")[2].split(":")[0] or str(name) if name else None
    return Call(service, operation, function, key=f"{service}|{operation}|{function}")


def _hits(call: Call) -> list[tuple[Fault, _Faults]]:
    found: list[tuple[Fault, _Faults]] = []
    with _lock:
        visit = next(_calls)
        for faults in _active.values():
            for number, fault in enumerate(faults.faults):
                # a function's fault hits its invocations, not requests about it
                if fault.function is not None and call.operation != "Invoke":
                    continue
                if fault.hits(call, chance(faults.seed, number, f"{call.key}|{visit}"), time.time()):
                    found.append((fault, faults))
                    if fault.kind != "delay":
                        return found
    return found


def _answer(fault: Fault, call: Call, context: Any, response: Any) -> None:
    from localstack.aws.api import CommonServiceException
    from localstack.aws.protocol.serializer import create_serializer

    if fault.kind in _ENDED and call.service == "lambda":
        kind, text = _ENDED[fault.kind]
        time.sleep(fault.seconds if fault.kind == "time_out" else 0)
        payload = {"errorType": kind, "errorMessage": f"Error: {text.format(seconds=fault.seconds)}"}
        response.status_code = 200
        response.headers["X-Amz-Function-Error"] = "Unhandled"
        response.set_response(json.dumps(payload).encode())
        response.content_type = "application/json"
        return
    code, status, message = service_error(fault, call.service)
    error = CommonServiceException(code, message, status_code=status, sender_fault=status < 500)
    serialized = create_serializer(context.service).serialize_error_to_response(
        error, context.operation, context.request.headers, context.request_id
    )
    response.update_from(serialized)
