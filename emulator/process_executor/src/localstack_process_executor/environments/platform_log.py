"""The lines Lambda itself writes around a function's output, in text and in JSON.

Formats: https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html (text) and
https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html (JSON).
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from localstack_process_executor.environments.output import LogEvent
from localstack_process_executor.environments.tracing import Segment

ON_DEMAND = "on-demand"
"""The initialization type of an environment that is started for an invocation."""


@dataclass(frozen=True)
class ResponseTimes:
    """Times at which a runtime answered: seconds since the epoch, and milliseconds."""

    started: float
    """When the runtime was handed the invocation."""
    latency_ms: float
    """Until its response began."""
    duration_ms: float
    """From there to its end."""

    def spans(self) -> list[dict[str, object]]:
        """Return the spans as ``platform.runtimeDone`` has them."""
        began = self.started + self.latency_ms / 1000
        return [
            _span("responseLatency", self.started, self.latency_ms),
            _span("responseDuration", began, self.duration_ms),
        ]


def _span(name: str, start: float, duration_ms: float) -> dict[str, object]:
    moment = datetime.fromtimestamp(start, UTC)
    return {"name": name, "start": timestamp(moment), "durationMs": round(duration_ms, 3)}


@dataclass(frozen=True)
class Report:
    """Use of an invocation: milliseconds and megabytes."""

    request_id: str
    duration_ms: float
    memory_size_mb: int
    max_memory_used_mb: int
    init_duration_ms: float | None = None
    """Only on a cold start."""
    status: str = "success"
    """``success``, ``error`` (the function's own), ``timeout`` or ``failure`` (of its runtime).

    To the platform a function's own error is none: its runtime has answered.
    """
    error_type: str | None = None
    response_bytes: int = 0
    response_times: ResponseTimes | None = None
    """Where there was a response."""
    segment: Segment | None = None
    """Where the invocation's trace is sampled."""

    @property
    def billed_ms(self) -> int:
        """AWS bills whole milliseconds, rounded up."""
        return math.ceil(self.duration_ms)


class PlatformLog(Protocol):
    """Writes the platform's part of a log; each method returns events, without or with lines in them."""

    def keeps(self, event: LogEvent) -> bool:
        """Return whether what the function has written goes into its log."""
        ...

    def init_start(self) -> list[str]:
        """Return the first of a new environment."""
        ...

    def init_done(self, phase: str, duration_ms: float, status: str, error_type: str | None) -> list[str]:
        """Note the end of an initialisation: ``success``, ``error`` or ``timeout``.

        Its ``phase`` is ``init``, or ``invoke`` where it was part of an invocation.
        """
        ...

    def start(self, request_id: str, segment: Segment | None) -> list[str]:
        """Note the start of an invocation, which is a segment of its trace where that is sampled."""
        ...

    def fault(self, request_id: str, error_type: str, text: str) -> list[str]:
        """Note that the runtime ended, or ran out of time."""
        ...

    def report(self, report: Report) -> list[str]:
        """Note the end of an invocation."""
        ...


def timestamp(now: datetime | None = None) -> str:
    """UTC time of day in milliseconds, as in Lambda's own lines."""
    moment = (now or datetime.now(UTC)).replace(tzinfo=None)
    return f"{moment.isoformat(timespec='milliseconds')}Z"


@dataclass(frozen=True)
class TextLog:
    """The default format."""

    runtime_version: str
    runtime_version_arn: str
    function_version: str
    initialization_type: str = ON_DEMAND

    def keeps(self, event: LogEvent) -> bool:  # noqa: ARG002 - levels are the JSON format's
        """Return all of it."""
        return True

    def init_start(self) -> list[str]:
        """Write ``INIT_START`` with the runtime's version."""
        return [
            f"INIT_START Runtime Version: {self.runtime_version}\tRuntime Version ARN: {self.runtime_version_arn}\n"
        ]

    def init_done(self, phase: str, duration_ms: float, status: str, error_type: str | None) -> list[str]:
        """Write ``INIT_REPORT``, on demand for a failure only."""
        line = f"INIT_REPORT Init Duration: {duration_ms:.2f} ms"
        if status == "success":
            return [] if self.initialization_type == ON_DEMAND else [f"{line}\n"]
        kind = f"\tError Type: {error_type}" if error_type else ""
        return [f"{line}\tPhase: {phase}\tStatus: {status}{kind}\n"]

    def start(self, request_id: str, segment: Segment | None) -> list[str]:  # noqa: ARG002 - JSON only
        """``START`` with the version that runs."""
        return [f"START RequestId: {request_id} Version: {self.function_version}\n"]

    def fault(self, request_id: str, error_type: str, text: str) -> list[str]:
        """Return one line and an empty one for a timeout; two, the sentence and the type, for anything else."""
        if error_type == "Sandbox.Timedout":
            return [f"{timestamp()} {request_id} {text}\n\n"]
        return [f"RequestId: {request_id} Error: {text}\n{error_type}\n"]

    def report(self, report: Report) -> list[str]:
        """``END`` and ``REPORT``; every field of the latter is followed by a tab; a sampled trace has its own line."""
        fields = [
            f"REPORT RequestId: {report.request_id}",
            f"Duration: {report.duration_ms:.2f} ms",
            f"Billed Duration: {report.billed_ms} ms",
            f"Memory Size: {report.memory_size_mb} MB",
            f"Max Memory Used: {report.max_memory_used_mb} MB",
        ]
        if report.init_duration_ms is not None:
            fields.append(f"Init Duration: {report.init_duration_ms:.2f} ms")
        if report.status in {"timeout", "failure"}:
            fields.append(f"Status: {'timeout' if report.status == 'timeout' else 'error'}")
            if report.status == "failure":
                fields.append(f"Error Type: {report.error_type}")
        line = "\t".join([*fields, ""]) + "\n"
        if segment := report.segment:
            line += f"XRAY TraceId: {segment.root}\tSegmentId: {segment.id}\tSampled: true\t\n"
        return [f"END RequestId: {report.request_id}\n", line]


def _tracing(segment: Segment | None) -> dict[str, object]:
    """``TraceContext`` of the telemetry schema, for sampled traces only."""
    if not segment:
        return {}
    return {"tracing": {"spanId": segment.id, "type": "X-Amzn-Trace-Id", "value": segment.header}}


_LEVELS = ("DEBUG", "INFO", "WARN")
_APPLICATION_LEVELS = {"TRACE": 5, "DEBUG": 10, "INFO": 20, "WARN": 30, "WARNING": 30, "ERROR": 40, "FATAL": 50}
"""Most of AWS's names are :mod:`logging`'s, and so are their numbers here."""
_TIMES = ("timestamp", "time")


@dataclass(frozen=True)
class JsonLog:
    """The format of functions with ``LogFormat: JSON``."""

    runtime_version: str
    runtime_version_arn: str
    function_version: str
    function_name: str
    initialization_type: str
    level: str = "INFO"
    """``SystemLogLevel``; which event has which level:
    https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html"""
    log_stream: str = ""
    memory_size_mb: int = 128
    function_arn: str = ""
    """Without a qualifier."""
    application_level: str = "INFO"
    """``ApplicationLogLevel``."""

    def keeps(self, event: LogEvent) -> bool:
        """Return what is of the function's level, or above it; what has no level has ``INFO``."""
        level = event.level or _level_of(event.text)
        return level >= _APPLICATION_LEVELS.get(self.application_level, _APPLICATION_LEVELS["INFO"])

    def init_start(self) -> list[str]:
        """Write ``platform.initStart``."""
        record: dict[str, object] = {
            "initializationType": self.initialization_type,
            "phase": "init",
            "runtimeVersion": self.runtime_version,
            "runtimeVersionArn": self.runtime_version_arn,
            "functionName": self.function_name,
            "functionVersion": self.function_version,
            "instanceId": self._instance_id(),
            "instanceMaxMemory": self.memory_size_mb * 1024 * 1024,
        }
        return self._event("INFO", "platform.initStart", record)

    def _instance_id(self) -> str:
        """Return the environment's id: its log stream's name, always with the function's in it."""
        date, bracket, rest = self.log_stream.partition("[")
        return f"{date.removesuffix(self.function_name)}{self.function_name}{bracket}{rest}"

    def init_done(self, phase: str, duration_ms: float, status: str, error_type: str | None) -> list[str]:
        """Write ``platform.initRuntimeDone`` and ``platform.initReport``, on demand seldom asked for."""
        record: dict[str, object] = {
            "initializationType": self.initialization_type,
            "phase": phase,
            "status": status,
        }
        if error_type:
            record["errorType"] = error_type
        level = report_level = "DEBUG" if status == "success" else "WARN"
        if status == "success" and self.initialization_type != ON_DEMAND:
            report_level = "INFO"
        metrics = {"durationMs": round(duration_ms, 3)}
        return [
            *self._event(level, "platform.initRuntimeDone", record),
            *self._event(report_level, "platform.initReport", {**record, "metrics": metrics}),
        ]

    def start(self, request_id: str, segment: Segment | None) -> list[str]:
        """Write ``platform.start`` with the function and the version that runs, as in AWS's logs since 2025."""
        record = {"requestId": request_id, "functionArn": self.function_arn, "version": self.function_version}
        return self._event("INFO", "platform.start", {**record, **_tracing(segment)})

    def fault(self, request_id: str, error_type: str, text: str) -> list[str]:
        """Write the sentence, which Lambda writes as text in either format."""
        return TextLog(self.runtime_version, self.runtime_version_arn, self.function_version).fault(
            request_id, error_type, text
        )

    def report(self, report: Report) -> list[str]:
        """Write ``platform.runtimeDone``, which is seldom asked for, and ``platform.report``."""
        level = "WARN" if report.status in {"timeout", "failure"} else "INFO"
        outcome = {"status": {"error": "success", "failure": "error"}.get(report.status, report.status)}
        if report.status == "failure":
            outcome["errorType"] = str(report.error_type)
        request, tracing = {"requestId": report.request_id}, _tracing(report.segment)
        metrics: dict[str, object] = {
            "durationMs": round(report.duration_ms, 3),
            "billedDurationMs": report.billed_ms,
            "memorySizeMB": report.memory_size_mb,
            "maxMemoryUsedMB": report.max_memory_used_mb,
        }
        if report.init_duration_ms is not None:
            metrics["initDurationMs"] = round(report.init_duration_ms, 3)
        return [
            *self._runtime_done(report, {**request, **outcome, **tracing}, "DEBUG" if level == "INFO" else level),
            *self._event(level, "platform.report", {**request, "metrics": metrics, **tracing, **outcome}),
        ]

    def _runtime_done(self, report: Report, ended: Mapping[str, object], level: str) -> list[str]:
        if not self._writes(level):
            return []
        spans = {"spans": report.response_times.spans()} if report.response_times else {}
        produced = {"durationMs": round(report.duration_ms, 3), "producedBytes": report.response_bytes}
        return self._event(level, "platform.runtimeDone", {**ended, **spans, "metrics": produced})

    def _writes(self, level: str) -> bool:
        return _LEVELS.index(level) >= _LEVELS.index(self.level if self.level in _LEVELS else "INFO")

    def _event(self, level: str, kind: str, record: Mapping[str, object]) -> list[str]:
        if not self._writes(level):
            return []
        line = {"time": timestamp(), "type": kind, "record": record}
        return [json.dumps(line, separators=(",", ":")) + "\n"]


def _level_of(text: str) -> int:
    """Return a printed line's level: its ``level`` where it is a JSON object with a time, else ``INFO``.

    https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
    """
    usual = _APPLICATION_LEVELS["INFO"]
    if not text.startswith("{"):
        return usual
    try:
        document = json.loads(text)
        _moment_of(document)
    except (ValueError, RecursionError):
        return usual
    level = document.get("level")
    return _APPLICATION_LEVELS.get(level.upper(), usual) if isinstance(level, str) else usual


def _moment_of(document: Mapping[str, Any]) -> datetime:
    """:raises ValueError: it has none that can be read (RFC 3339)."""
    moment = datetime.fromisoformat(str(next((document[key] for key in _TIMES if key in document), "")))
    if not moment.tzinfo:
        raise ValueError("a time without a zone")
    return moment
