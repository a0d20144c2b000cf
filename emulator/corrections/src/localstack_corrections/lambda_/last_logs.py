"""The last logs of a function version that is updated or deleted before they are stored."""

from __future__ import annotations

import threading
import weakref
from functools import wraps
from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from types import ModuleType

_SECONDS = 2


def _keep_the_last_logs(module: ModuleType) -> None:
    handler = module.LogHandler
    add_logs = handler.add_logs
    closing = threading.Lock()
    closed: weakref.WeakSet[Any] = weakref.WeakSet()

    @wraps(add_logs)
    def add(self: Any, log_item: Any) -> None:
        with closing:
            if self not in closed:
                add_logs(self, log_item)
                return
        late = handler(self.role_arn, self.region)
        late.start_subscriber()
        add_logs(late, log_item)
        late.log_queue.put(module.QUEUE_SHUTDOWN)

    def stop(self: Any) -> None:
        with closing:
            closed.add(self)
            self.log_queue.put(module.QUEUE_SHUTDOWN)
        thread, self._thread = self._thread, None
        if thread:
            thread.join(timeout=_SECONDS)
        self._shutdown_event.set()

    handler.add_logs = add
    handler.stop = stop


LAST_LOGS = Correction(
    "last-logs",
    "Drops what an invocation has logged when its function is updated or deleted right after it.",
    "Stores it.",
    "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html",
    {"localstack.services.lambda_.invocation.logs": _keep_the_last_logs},
)
