"""Write CloudWatch metrics many at a time.

LocalStack makes a PutMetricData request for each data point, which opens a SQLite database, inserts one row and waits
for the disk. Here equal data points of the same second, which is as exact as the database is, are counted for a quarter
of one and become the same rows, in one request.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter, defaultdict
from datetime import UTC, datetime
from functools import partial
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

LOG = logging.getLogger(__name__)
_GATHER_SECONDS = 0.25
_MOST_IN_A_REQUEST = 1000


class Metric(NamedTuple):
    """One data point."""

    account: str
    region: str
    namespace: str
    name: str
    dimension: tuple[str, str]
    unit: str | None
    value: float
    second: int

    def datum(self, count: int) -> dict[str, Any]:
        """Return the datum as PutMetricData takes ``count`` of it."""
        name, value = self.dimension
        datum = {
            "MetricName": self.name,
            "Dimensions": [{"Name": name, "Value": value}],
            "Timestamp": datetime.fromtimestamp(self.second, UTC),
            "Values": [self.value],
            "Counts": [count],
        }
        return datum | ({"Unit": self.unit} if self.unit else {})


class MetricWriter:
    """Takes metrics at once and writes them a moment later, in a thread of its own."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[Metric] = SimpleQueue()
        self._start = threading.Lock()
        self._thread: threading.Thread | None = None

    def add(
        self,
        account: str,
        region: str,
        namespace: str,
        name: str,
        dimension: tuple[str, str],
        *,
        value: float = 1,
        unit: str | None = None,
    ) -> None:
        """Take one data point of now."""
        self._queue.put(Metric(account, region, namespace, name, dimension, unit, value, int(time.time())))
        if self._thread is None:
            with self._start:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name="write-metrics", daemon=True)
                    self._thread.start()

    def _run(self) -> None:
        while True:
            metrics = [self._queue.get()]
            time.sleep(_GATHER_SECONDS)
            while not self._queue.empty():
                metrics.append(self._queue.get())
            write(Counter(metrics))


def write(counts: Counter[Metric]) -> None:
    """Send one request for each account, region and namespace. As in LocalStack, a metric never stops anything."""
    from localstack.utils.bootstrap import is_api_enabled

    if not is_api_enabled("cloudwatch"):
        return
    data = defaultdict(list)
    for metric, count in counts.items():
        data[metric.account, metric.region, metric.namespace].append(metric.datum(count))
    for (account, region, namespace), metric_data in data.items():
        try:
            put = _put_metric_data(account, region)
            for first in range(0, len(metric_data), _MOST_IN_A_REQUEST):
                put({"Namespace": namespace, "MetricData": metric_data[first : first + _MOST_IN_A_REQUEST]})
        except Exception as error:  # noqa: BLE001
            LOG.info("Unable to put metric data to CloudWatch: %s", error)


def _put_metric_data(account: str, region: str) -> Callable[[dict[str, Any]], object]:
    """Return the provider's method; a client's where calls are logged or the provider is the older one, moto's."""
    from localstack.aws.connect import connect_to
    from localstack.config import SERVICE_PROVIDER_CONFIG

    from localstack_tuning.gateway.service_calls import call, internal_calls_are_logged

    if SERVICE_PROVIDER_CONFIG.get_provider("cloudwatch") in {"default", "v2"} and not internal_calls_are_logged():
        return partial(call, "cloudwatch", "PutMetricData", account=account, region=region)
    client = connect_to(aws_access_key_id=account, region_name=region).cloudwatch
    return lambda request: client.put_metric_data(**request)


WRITER = MetricWriter()
