"""Step Functions tells EventBridge of a changed execution as a function call.

Each execution publishes two events through a client and the gateway, the first of them while StartExecution waits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localstack_tuning.adjustment import Adjustment

if TYPE_CHECKING:
    from types import ModuleType


class _Events:
    """Stand in for the events client of ``publish_execution_status_change_event``."""

    def __init__(self, account: str, region: str) -> None:
        self._account = account
        self._region = region

    def put_events(self, *, Entries: list[Any]) -> Any:  # noqa: N803 - boto3's name
        from localstack_tuning.gateway.service_calls import call

        return call("events", "PutEvents", {"Entries": Entries}, account=self._account, region=self._region)


def _publish_directly(module: ModuleType) -> None:
    execution = module.Execution
    events_client = execution._get_events_client

    def get_events_client(self: Any) -> Any:
        from localstack_tuning.gateway.service_calls import internal_calls_are_logged

        if internal_calls_are_logged():
            return events_client(self)
        return _Events(self.account_id, self.region_name)

    execution._get_events_client = get_events_client


ADJUSTMENT = Adjustment("execution-events", {"localstack.services.stepfunctions.backend.execution": _publish_directly})
