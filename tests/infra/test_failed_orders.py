"""Test the queue for orders that failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.infra.conftest import SynthesisedStack

FOURTEEN_DAYS = 14 * 24 * 60 * 60


def test_the_queue_is_encrypted_and_keeps_messages_for_14_days(stack: SynthesisedStack) -> None:
    stack.template.has_resource_properties(
        "AWS::SQS::Queue", {"SqsManagedSseEnabled": True, "MessageRetentionPeriod": FOURTEEN_DAYS}
    )


def test_the_queue_is_reached_by_tls_only_and_fed_by_the_rule_only(stack: SynthesisedStack) -> None:
    queue, _ = stack.resource("AWS::SQS::Queue")
    rule, _ = stack.resource("AWS::Events::Rule")
    arn = {"Fn::GetAtt": [queue, "Arn"]}
    _, policy = stack.resource("AWS::SQS::QueuePolicy")

    assert policy["Properties"]["PolicyDocument"]["Statement"] == [
        {
            "Action": "sqs:*",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            "Effect": "Deny",
            "Principal": {"AWS": "*"},
            "Resource": arn,
        },
        {
            "Action": ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"],
            "Condition": {"ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": [rule, "Arn"]}}},
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Resource": arn,
        },
    ]


def test_it_gets_this_state_machines_failed_timed_out_and_aborted_orders(stack: SynthesisedStack) -> None:
    queue, _ = stack.resource("AWS::SQS::Queue")
    state_machine, _ = stack.resource("AWS::StepFunctions::StateMachine")
    _, rule = stack.resource("AWS::Events::Rule")

    assert rule["Properties"]["EventPattern"] == {
        "source": ["aws.states"],
        "detail-type": ["Step Functions Execution Status Change"],
        "detail": {"status": ["FAILED", "TIMED_OUT", "ABORTED"], "stateMachineArn": [{"Ref": state_machine}]},
    }
    (target,) = rule["Properties"]["Targets"]
    assert target["Arn"] == {"Fn::GetAtt": [queue, "Arn"]}
    assert rule["Properties"]["State"] == "ENABLED"
