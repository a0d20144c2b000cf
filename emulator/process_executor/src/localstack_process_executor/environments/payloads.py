"""The error payloads Lambda itself answers with, when it is not the function's own code that answers."""

import json
import re
import signal

RESPONSE_LIMIT_BYTES = 6_291_556
"""Largest response of a synchronous invocation: 6 MB and 100 bytes, as AWS counts it."""


def error_payload(error_type: str, message: str) -> bytes:
    """Return a payload in the shape of Lambda's own errors: a type and a message, no stack trace."""
    return json.dumps({"errorType": error_type, "errorMessage": message}, separators=(",", ":")).encode()


def timed_out(request_id: str, timeout_seconds: float) -> bytes:
    """Return the function ran longer than its configured timeout."""
    return error_payload("Sandbox.Timedout", f"RequestId: {request_id} Error: {timed_out_text(timeout_seconds)}")


def timed_out_text(timeout_seconds: float) -> str:
    """Return the sentence of a timeout, the same in the payload and in the log."""
    return f"Task timed out after {timeout_seconds:.2f} seconds"


def exited(request_id: str, returncode: int) -> bytes:
    """Return the payload for a process that ended before it answered."""
    return error_payload("Runtime.ExitError", f"RequestId: {request_id} Error: {exit_text(returncode)}")


def exit_text(returncode: int) -> str:
    """Return how a process ended, in the words of Lambda (which are those of Go's ``os.ProcessState``).

    ``returncode`` is that of :class:`subprocess.Popen`: negative for a signal.
    """
    if returncode == 0:
        return "Runtime exited without providing a reason"
    if returncode > 0:
        return f"Runtime exited with error: exit status {returncode}"
    number = -returncode
    name = (signal.strsignal(number) or f"signal {number}").lower()
    return f"Runtime exited with error: signal: {name}"


OUT_OF_MEMORY = "Runtime.OutOfMemory"
_OF_A_RUNTIME = re.compile(r"(Runtime|Function)\.[A-Z][a-zA-Z]+")


def out_of_memory(request_id: str) -> bytes:
    """Return the payload for a process that was killed for the memory it used."""
    return error_payload(OUT_OF_MEMORY, f"RequestId: {request_id} Error: {exit_text(-signal.SIGKILL)}")


def response_too_large(limit_bytes: int = RESPONSE_LIMIT_BYTES) -> bytes:
    """Return the payload for an answer over the limit of an invocation."""
    message = f"Response payload size exceeded maximum allowed payload size ({limit_bytes} bytes)."
    document = {"errorMessage": message, "errorType": "Function.ResponseSizeTooLarge"}
    return json.dumps(document, separators=(",", ":")).encode()


def request_too_large(limit_bytes: int = RESPONSE_LIMIT_BYTES) -> bytes:
    """Return what the runtime API answers to such a response; the runtime client writes it into the log."""
    document = {
        "errorMessage": f"Exceeded maximum allowed payload size ({limit_bytes} bytes).",
        "errorType": "RequestEntityTooLarge",
    }
    return json.dumps(document, separators=(",", ":")).encode() + b"\n"


def error_type_of(payload: bytes) -> str | None:
    """Return the ``errorType`` a runtime reported, where it reported one."""
    try:
        document = json.loads(payload)
    except ValueError:
        return None
    error_type = document.get("errorType") if isinstance(document, dict) else None
    return error_type if isinstance(error_type, str) else None


def in_utf_8(payload: bytes) -> bytes:
    """Return an error document in UTF-8: AWS's client for Python sends an initialisation's in Latin-1."""
    try:
        payload.decode()
    except UnicodeDecodeError:
        return payload.decode("latin-1").encode()
    return payload


def init_error_type_of(payload: bytes) -> str:
    """Return what the platform calls a failed initialisation: a runtime's own types by their names, and no others."""
    error_type = error_type_of(payload) or ""
    return error_type if _OF_A_RUNTIME.fullmatch(error_type) else "Runtime.Unknown"
