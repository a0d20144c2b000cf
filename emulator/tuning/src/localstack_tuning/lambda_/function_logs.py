"""Lambda writes an invocation's lines to CloudWatch Logs without a client call, before the caller has its answer.

LocalStack hands them to a thread of the function version, which makes a PutLogEvents request through the gateway. Here
the thread that has them writes them. While that other thread has lines to write they go there, too, so that their order
stays: it still makes a group or a stream that does not exist yet, and metric filters still see everything.
"""

from __future__ import annotations

import time
from queue import Queue
from typing import TYPE_CHECKING, Any

from localstack_tuning.adjustment import Adjustment

if TYPE_CHECKING:
    from types import ModuleType


class _Client:
    """The logs client of a function's log thread; only ``put_log_events`` is cut short."""

    def __init__(self, client: Any, account: str, region: str) -> None:
        self._client = client
        self._account = account
        self._region = region

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def put_log_events(self, **request: Any) -> Any:
        from moto.logs.exceptions import ResourceNotFoundException

        from localstack_tuning.gateway.service_calls import internal_calls_are_logged
        from localstack_tuning.logs.log_events import put_log_events

        names = request["logGroupName"], request["logStreamName"]
        try:
            if not internal_calls_are_logged() and put_log_events(
                self._account, self._region, *names, request["logEvents"]
            ):
                return {}
        except ResourceNotFoundException:
            pass  # the client raises its own
        return self._client.put_log_events(**request)


class _Factory:
    """``connect_to`` for the log thread."""

    def __init__(self, connect_to: Any) -> None:
        self._connect_to = connect_to

    def with_assumed_role(self, *, role_arn: str, region_name: str, **options: Any) -> Any:
        factory = self._connect_to.with_assumed_role(role_arn=role_arn, region_name=region_name, **options)
        return _Clients(_Client(factory.logs, role_arn.split(":")[4], region_name))


class _Clients:
    def __init__(self, logs: _Client) -> None:
        self.logs = logs


class _Items(Queue[Any]):
    """The queue of a function's log thread, which also tells whether that thread is at work."""

    def __init__(self) -> None:
        super().__init__()
        self._taken = False

    @property
    def is_idle(self) -> bool:
        """Return whether everything that was put here has been written."""
        with self.mutex:
            return not self._taken and not self._qsize()

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        """Return the next item; who asks has written the one before."""
        with self.mutex:
            self._taken = False
        return super().get(block, timeout)

    def _get(self) -> Any:
        self._taken = True  # under the queue's own lock
        return super()._get()


def _write_directly(module: ModuleType) -> None:
    handler = module.LogHandler
    add_to_queue, init = handler.add_logs, handler.__init__
    module.connect_to = _Factory(module.connect_to)  # type: ignore[attr-defined]

    def make(self: Any, *args: Any, **options: Any) -> None:
        init(self, *args, **options)
        self.log_queue = _Items()

    def add_logs(self: Any, item: Any) -> None:
        if not (self.log_queue.is_idle and _written(self, item)):
            add_to_queue(self, item)

    handler.__init__, handler.add_logs = make, add_logs


def _written(handler: Any, item: Any) -> bool:
    """Return whether the lines have been written; as ``LogHandler.run_log_loop`` makes events of them."""
    from localstack.utils.bootstrap import is_api_enabled
    from moto.logs.exceptions import ResourceNotFoundException

    from localstack_tuning.gateway.service_calls import internal_calls_are_logged
    from localstack_tuning.logs.log_events import put_log_events

    if internal_calls_are_logged() or not is_api_enabled("logs"):
        return False
    account = handler.role_arn.split(":")[4]
    try:
        return put_log_events(account, handler.region, item.log_group, item.log_stream, _entries(item.logs))
    except ResourceNotFoundException:
        return False


def _entries(logs: Any) -> list[dict[str, Any]]:
    """Return what to put; an executor's log may know of its events more than its text tells."""
    if hasattr(logs, "entries"):
        entries: list[dict[str, Any]] = logs.entries()
        return entries
    now = int(time.time() * 1000)
    return [{"timestamp": now, "message": f"{line}\n"} for line in logs.split("\n") if line]


ADJUSTMENT = Adjustment("function-logs", {"localstack.services.lambda_.invocation.logs": _write_directly})
