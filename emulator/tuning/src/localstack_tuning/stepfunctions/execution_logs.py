"""Step Functions writes its executions' history to CloudWatch Logs without a client call.

With logging at ``ALL`` each of an order's ten events is a PutLogEvents request through the gateway, made while the
execution waits. Each event is still written before the next step, alone, and in order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localstack_tuning.adjustment import Adjustment

if TYPE_CHECKING:
    from types import ModuleType


def _write_directly(module: ModuleType) -> None:
    session = module.CloudWatchLoggingSession
    put_through_client = session._put_events

    def put_events(self: Any, log_events: list[Any]) -> bool:
        from moto.logs.exceptions import ResourceNotFoundException

        from localstack_tuning.gateway.service_calls import internal_calls_are_logged
        from localstack_tuning.logs.log_events import put_log_events

        to = self.configuration
        try:
            if not internal_calls_are_logged() and put_log_events(
                to.log_account_id, to.log_region, to.log_group_name, to.log_stream_name, log_events
            ):
                return True
        except ResourceNotFoundException:
            return False
        return bool(put_through_client(self, log_events=log_events))

    session._put_events = put_events


ADJUSTMENT = Adjustment("execution-logs", {"localstack.services.stepfunctions.asl.eval.event.logging": _write_directly})
