"""Lambda writes an invocation's lines to CloudWatch Logs without a client call.

The queue, the thread for each function version, the order and the timestamps stay as they are; what goes is a
PutLogEvents request through the gateway for every invocation. A group or a stream that does not exist yet is still made
by LocalStack's own code, and metric filters still see everything.
"""

from __future__ import annotations

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

        from localstack_tuning.log_events import put_log_events
        from localstack_tuning.service_calls import internal_calls_are_logged

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


def _write_directly(module: ModuleType) -> None:
    module.connect_to = _Factory(module.connect_to)  # type: ignore[attr-defined]


ADJUSTMENT = Adjustment("function-logs", {"localstack.services.lambda_.invocation.logs": _write_directly})
