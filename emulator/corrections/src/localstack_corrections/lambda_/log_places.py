"""The log group and the log stream of an execution environment."""

from __future__ import annotations

import weakref
from datetime import UTC, datetime
from functools import wraps
from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType


def _log_where_the_function_says(module: ModuleType) -> None:
    environment = module.ExecutionEnvironment
    default: Callable[[Any], str] = environment.get_log_group_name
    streams: weakref.WeakKeyDictionary[Any, str] = weakref.WeakKeyDictionary()

    @wraps(default)
    def group(self: Any) -> str:
        return self.function_version.config.logging_config.get("LogGroup") or default(self)

    def stream(self: Any) -> str:
        if self not in streams:
            version = self.function_version.id
            owner = "" if group(self) == default(self) else version.function_name
            streams[self] = f"{datetime.now(UTC):%Y/%m/%d}/{owner}[{version.qualifier}]{self.id}"
        return streams[self]

    environment.get_log_group_name = group
    environment.get_log_stream_name = stream


LOG_PLACES = Correction(
    "log-places",
    "Logs to the group of the function's name, whatever `LoggingConfig` says, and names a stream by the local date.",
    "Logs to the group that `LoggingConfig` names, in one stream for each execution environment, by UTC's date.",
    "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html",
    {"localstack.services.lambda_.invocation.execution_environment": _log_where_the_function_says},
)
