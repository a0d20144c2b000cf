"""Lambda's CloudWatch metrics are written by one thread, many at a time.

LocalStack starts a thread for every invocation, which makes a PutMetricData request for ``Invocations``, and another
for ``Errors``. The data points are the same, with the second in which the invocation ended; see
:mod:`localstack_tuning.cloudwatch.metric_writer`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localstack_tuning.adjustment import Adjustment
from localstack_tuning.cloudwatch.metric_writer import WRITER

if TYPE_CHECKING:
    from types import ModuleType

_THREAD_NAMES = "record-cloudwatch-metric"


def _gather(module: ModuleType) -> None:
    start_thread = module.start_thread

    def start_or_run(method: Any, *args: Any, name: str | None = None, **options: Any) -> Any:
        if name and name.startswith(_THREAD_NAMES):
            return method()
        return start_thread(method, *args, name=name, **options)

    def record(function_name: str, account_id: str, region_name: str, *names: str) -> None:
        for name in names:
            WRITER.add(account_id, region_name, "AWS/Lambda", name, ("FunctionName", function_name))

    def record_invocation(function_name: str, account_id: str, region_name: str) -> None:
        record(function_name, account_id, region_name, "Invocations")

    def record_error(function_name: str, account_id: str, region_name: str) -> None:
        record(function_name, account_id, region_name, "Invocations", "Errors")

    module.start_thread = start_or_run  # type: ignore[attr-defined]
    module.record_cw_metric_invocation = record_invocation  # type: ignore[attr-defined]
    module.record_cw_metric_error = record_error  # type: ignore[attr-defined]


ADJUSTMENT = Adjustment("invocation-metrics", {"localstack.services.lambda_.invocation.version_manager": _gather})
