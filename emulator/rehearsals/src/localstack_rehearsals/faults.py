"""Faults: which calls of an execution fail although nothing is wrong with what they call."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from localstack_rehearsals.answers import MalformedError

if TYPE_CHECKING:
    from collections.abc import Mapping

KINDS: Final = ("fail", "throttle", "delay", "time_out", "crash", "away")
_FIELDS: Final = {
    "kind", "service", "function", "state", "rate", "times", "attempts", "seconds", "error", "message",
}  # fmt: skip


_OF_ONE_RUN: Final = re.compile(
    r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"  # a UUID
    r"|\d{4}-\d\d-\d\dT\d\d:\d\d[\d:.]*(?:Z|[+-]\d\d:?\d\d)?"  # a time
    r"|\b[0-9a-f]{16,}\b|\b\d{10,}(?:\.\d+)?\b",  # an id, or a time as a number
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Call:
    """A call that a task is about to make, or that reached the emulator from outside an execution."""

    service: str
    operation: str = ""
    function: str | None = None
    """The name of the function that it invokes."""
    state: str | None = None
    attempt: int = 1
    key: str = ""
    """The same for the same call in each run of a test."""


@dataclass
class Fault:
    """One fault, and how often it was injected."""

    kind: str
    service: str | None = None
    function: str | None = None
    state: str | None = None
    rate: float = 1.0
    times: int | None = None
    attempts: tuple[int, ...] = ()
    seconds: float = 0.0
    error: str | None = None
    message: str | None = None
    injected: int = 0
    since: float | None = None
    """When the service went away."""

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Fault:
        if unknown := set(document) - _FIELDS:
            raise MalformedError(f"A fault has {', '.join(sorted(_FIELDS))}; found {', '.join(sorted(unknown))}.")
        if document.get("kind") not in KINDS:
            raise MalformedError(f"A fault is one of {', '.join(KINDS)}; found {document.get('kind')!r}.")
        fault = cls(**{**document, "attempts": tuple(document.get("attempts") or ())})
        if not 0 <= fault.rate <= 1:
            raise MalformedError(f"A fault's rate is between 0 and 1; found {fault.rate!r}.")
        if fault.seconds < 0:
            raise MalformedError(f"A fault's seconds are 0 or more; found {fault.seconds!r}.")
        return fault

    def is_for(self, call: Call) -> bool:
        """Return whether a call is one of those that it may hit."""
        return (
            self.service in (None, call.service)
            and self.function in (None, call.function)
            and self.state in (None, call.state)
            and (not self.attempts or call.attempt in self.attempts)
        )

    def hits(self, call: Call, chance: float, now: float) -> bool:
        """Return whether it hits a call, and count it."""
        if not self.is_for(call) or (self.times is not None and self.injected >= self.times) or chance >= self.rate:
            return False
        if self.kind == "away":
            self.since = now if self.since is None else self.since
            if now - self.since >= self.seconds:
                return False
        self.injected += 1
        return True


def chance(seed: int, number: int, key: str) -> float:
    """Return a number from 0 up to 1 that the same seed, fault and call always give, in any order."""
    digest = hashlib.sha256(f"{seed}|{number}|{key}".encode()).digest()
    return int.from_bytes(digest[:8]) / 2**64


def key_of(state: str, attempt: int, document: str, execution: str) -> str:
    """Return what names a call in each run of a test: ids and times in its input, and the execution's name, differ."""
    steady = _OF_ONE_RUN.sub("*", document.replace(execution, "*"))
    return f"{state}|{attempt}|{hashlib.sha256(steady.encode()).hexdigest()}"


_THROTTLED: Final = {
    "lambda": ("TooManyRequestsException", 429, "Rate Exceeded."),
    "dynamodb": (
        "ProvisionedThroughputExceededException",
        400,
        (
            "The level of configured provisioned throughput for the table was exceeded."
            " Consider increasing your provisioning level with the UpdateTable API."
        ),
    ),
    "s3": ("SlowDown", 503, "Please reduce your request rate."),
    "sqs": ("RequestThrottled", 403, "Request is throttled."),
    "kinesis": ("ProvisionedThroughputExceededException", 400, "Rate exceeded for shard."),
    "sns": ("Throttled", 429, "Rate exceeded"),
}
_FAILED: Final = {
    "lambda": ("ServiceException", 500, "The Lambda service encountered an internal error."),
    "dynamodb": ("InternalServerError", 500, "The request processing has failed because of an unknown error."),
    "s3": ("InternalError", 500, "We encountered an internal error. Please try again."),
    "sns": ("InternalError", 500, "The request processing has failed because of an unknown error."),
    "events": ("InternalException", 500, "The request processing has failed because of an unknown error."),
}


def service_error(fault: Fault, service: str) -> tuple[str, int, str]:
    """Return the code, the HTTP status and the message with which a service answers."""
    if fault.kind == "throttle":
        code, status, message = _THROTTLED.get(service, ("ThrottlingException", 400, "Rate exceeded"))
    elif fault.kind == "away":
        code, status, message = "ServiceUnavailable", 503, "Service is unavailable. Please try again later."
        if service == "lambda":
            code = "ServiceException"
    else:
        failed = ("InternalFailure", 500, "The request processing has failed because of an unknown error.")
        code, status, message = _FAILED.get(service, failed)
    return fault.error or code, status, fault.message or message
