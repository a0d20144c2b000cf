"""SQS's CloudWatch metrics are written by one thread, many at a time.

Every message that is sent makes two PutMetricData requests, and each batch that is received or deleted more: an eighth
of the processor time of a failed order. See :mod:`localstack_tuning.cloudwatch.metric_writer`. Handing them over takes
no time, so the thread that has them does it, where LocalStack wakes another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localstack_tuning.adjustment import Adjustment
from localstack_tuning.cloudwatch.metric_writer import WRITER

if TYPE_CHECKING:
    from types import ModuleType


def _gather(module: ModuleType) -> None:
    def publish_sqs_metric(
        account_id: str, region: str, queue_name: str, metric: str, value: float = 1, unit: str = "Count"
    ) -> None:
        WRITER.add(account_id, region, "AWS/SQS", metric, ("QueueName", queue_name), value=value, unit=unit)

    def dispatch_sqs_metric(self: Any, *args: Any, **options: Any) -> None:
        if self.running:
            publish_sqs_metric(*args, **options)

    module.publish_sqs_metric = publish_sqs_metric  # type: ignore[attr-defined]
    module.CloudwatchDispatcher.dispatch_sqs_metric = dispatch_sqs_metric


ADJUSTMENT = Adjustment("queue-metrics", {"localstack.services.sqs.provider": _gather})
