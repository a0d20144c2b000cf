"""The lines Lambda itself writes around a function's output, in text and in JSON.

Formats: https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html (text) and
https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html (JSON).
"""

import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


@dataclass(frozen=True)
class Report:
    """What an invocation used: milliseconds and megabytes."""

    request_id: str
    duration_ms: float
    memory_size_mb: int
    max_memory_used_mb: int
    init_duration_ms: float | None = None
    """Only on a cold start."""
    status: str = "success"
    """``success``, ``error``, ``timeout`` or ``failure``."""
    error_type: str | None = None

    @property
    def billed_ms(self) -> int:
        """AWS bills whole milliseconds, rounded up."""
        return math.ceil(self.duration_ms)


class PlatformLog(Protocol):
    """Writes the platform's lines; each method returns text that ends in a newline, or nothing."""

    def init_start(self) -> str:
        """The first line of a new environment."""
        ...

    def start(self, request_id: str) -> str:
        """An invocation begins."""
        ...

    def fault(self, request_id: str, error_type: str, text: str) -> str:
        """The runtime ended, or ran out of time."""
        ...

    def report(self, report: Report) -> str:
        """An invocation has ended."""
        ...


def timestamp(now: datetime | None = None) -> str:
    """UTC time of day in milliseconds, as in Lambda's own lines."""
    moment = now or datetime.now(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


@dataclass(frozen=True)
class TextLog:
    """The default format."""

    runtime_version: str
    runtime_version_arn: str
    function_version: str

    def init_start(self) -> str:
        """``INIT_START`` with the runtime's version."""
        return f"INIT_START Runtime Version: {self.runtime_version}\tRuntime Version ARN: {self.runtime_version_arn}\n"

    def start(self, request_id: str) -> str:
        """``START`` with the version that runs."""
        return f"START RequestId: {request_id} Version: {self.function_version}\n"

    def fault(self, request_id: str, error_type: str, text: str) -> str:
        """One line for a timeout; two, the sentence and the type, for anything else."""
        if error_type == "Sandbox.Timedout":
            return f"{timestamp()} {request_id} {text}\n"
        return f"RequestId: {request_id} Error: {text}\n{error_type}\n"

    def report(self, report: Report) -> str:
        """``END`` and ``REPORT``; every field of the latter is followed by a tab."""
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
        return f"END RequestId: {report.request_id}\n" + "\t".join([*fields, ""]) + "\n"


@dataclass(frozen=True)
class JsonLog:
    """The format of functions with ``LogFormat: JSON``."""

    runtime_version: str
    runtime_version_arn: str
    function_version: str
    function_name: str
    initialization_type: str
    level: str = "INFO"
    """``SystemLogLevel``: at ``WARN`` only what went wrong is written."""

    def init_start(self) -> str:
        """``platform.initStart``."""
        return self._event(
            "platform.initStart",
            {
                "initializationType": self.initialization_type,
                "phase": "init",
                "runtimeVersion": self.runtime_version,
                "runtimeVersionArn": self.runtime_version_arn,
                "functionName": self.function_name,
                "functionVersion": self.function_version,
            },
        )

    def start(self, request_id: str) -> str:
        """``platform.start``."""
        return self._event("platform.start", {"requestId": request_id, "version": self.function_version})

    def fault(self, request_id: str, error_type: str, text: str) -> str:
        """Nothing: in this format the report's status and error type say it."""
        del request_id, error_type, text
        return ""

    def report(self, report: Report) -> str:
        """``platform.report`` with the metrics, and why it failed where it did."""
        metrics: dict[str, float] = {
            "durationMs": round(report.duration_ms, 3),
            "billedDurationMs": report.billed_ms,
            "memorySizeMB": report.memory_size_mb,
            "maxMemoryUsedMB": report.max_memory_used_mb,
        }
        if report.init_duration_ms is not None:
            metrics["initDurationMs"] = round(report.init_duration_ms, 3)
        record: dict[str, object] = {
            "requestId": report.request_id,
            "metrics": metrics,
            "status": report.status,
        }
        if report.error_type:
            record["errorType"] = report.error_type
        return self._event("platform.report", record, failed=report.status != "success")

    def _event(self, kind: str, record: dict[str, object], *, failed: bool = False) -> str:
        if self.level == "WARN" and not failed:
            return ""
        line = {"time": timestamp(), "type": kind, "record": record}
        return json.dumps(line, separators=(",", ":")) + "\n"
