"""The updates in place, by resource type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localstack_corrections.cloudformation.resources import (
    access,
    apigateway,
    lambda_,
    messages,
    observation,
    storage,
    workflows,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from localstack_corrections.cloudformation.resources.change import Update

UPDATES: Mapping[str, Update] = {
    **access.UPDATES,
    **apigateway.UPDATES,
    **lambda_.UPDATES,
    **messages.UPDATES,
    **observation.UPDATES,
    **storage.UPDATES,
    **workflows.UPDATES,
}

LEFT_OUT: Mapping[str, frozenset[str]] = {
    "AWS::ApiGateway::RestApi": frozenset({"ApiKeySourceType"}),
    "AWS::ApiGateway::Stage": frozenset({"AccessLogSetting", "MethodSettings"}),
    "AWS::DynamoDB::Table": frozenset({"DeletionProtectionEnabled", "PointInTimeRecoverySpecification", "TableClass"}),
    "AWS::Events::EventBus": frozenset({"DeadLetterConfig", "Description", "Tags"}),
    "AWS::IAM::User": frozenset({"Policies"}),
    "AWS::Kinesis::Stream": frozenset({"RetentionPeriodHours", "Tags"}),
    "AWS::Logs::LogGroup": frozenset({"KmsKeyId", "RetentionInDays", "Tags"}),
    "AWS::StepFunctions::StateMachine": frozenset({"Tags", "TracingConfiguration"}),
}
"""The properties that LocalStack's provider of a type ignores when it creates a resource."""
