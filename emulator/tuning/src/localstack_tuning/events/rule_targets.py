"""EventBridge puts a matched event into a queue as a function call.

A rule whose target is a queue makes a SendMessage request through a client, HTTP and the gateway for each event: a
quarter of the processor time of a failed order. A target with a role of its own still takes that way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localstack_tuning.adjustment import Adjustment

if TYPE_CHECKING:
    from types import ModuleType


def _send_directly(module: ModuleType) -> None:
    from localstack.utils.aws.client_types import ServicePrincipal

    from localstack_tuning.gateway.service_calls import call, internal_calls_are_logged

    sender = module.SqsTargetSender
    send_through_client = sender.send_event

    def send_event(self: Any, event: Any, trace_header: Any) -> None:
        if self.target.get("RoleArn") or internal_calls_are_logged():
            send_through_client(self, event, trace_header)
            return
        message = {
            "QueueUrl": module.sqs_queue_url_for_arn(self.target["Arn"]),
            "MessageBody": module.to_json_str(event),
        }
        if group := self.target.get("SqsParameters", {}).get("MessageGroupId"):
            message["MessageGroupId"] = group
        call(
            "sqs",
            "SendMessage",
            message,
            account=self.account_id,
            region=self.region,
            service_principal=ServicePrincipal.events,
            source_arn=self.rule_arn,
        )

    sender.send_event = send_event


ADJUSTMENT = Adjustment("rule-targets", {"localstack.services.events.target": _send_directly})
