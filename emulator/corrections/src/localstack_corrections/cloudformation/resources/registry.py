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
    from collections.abc import Callable, Mapping

    from localstack_corrections.cloudformation.records import Properties
    from localstack_corrections.cloudformation.resources.change import Change, Preparation, Update

UPDATES: Mapping[str, Update] = {
    **access.UPDATES,
    **apigateway.UPDATES,
    **lambda_.UPDATES,
    **messages.UPDATES,
    **observation.UPDATES,
    **storage.UPDATES,
    **workflows.UPDATES,
}

BEFORE_DELETION: Mapping[str, Update] = {**access.BEFORE_DELETION, **workflows.BEFORE_DELETION}
"""What LocalStack's provider of a type forgets when it deletes a resource."""

ATTRIBUTES: Mapping[str, Callable[[Change], Properties]] = {**workflows.ATTRIBUTES}
"""The attributes that LocalStack's provider of a type does not give a new resource."""

PREPARATIONS: Mapping[str, Preparation] = {
    **apigateway.PREPARATIONS,
    **lambda_.PREPARATIONS,
    **messages.PREPARATIONS,
    **workflows.PREPARATIONS,
}

LEFT_OUT: Mapping[str, frozenset[str]] = {
    "AWS::ApiGateway::Model": frozenset({"Description"}),
    "AWS::ApiGateway::RestApi": frozenset({"ApiKeySourceType"}),
    "AWS::ApiGateway::Stage": frozenset({"AccessLogSetting", "MethodSettings"}),
    "AWS::DynamoDB::GlobalTable": frozenset({"Replicas"}),
    "AWS::DynamoDB::Table": frozenset({"DeletionProtectionEnabled", "PointInTimeRecoverySpecification", "TableClass"}),
    "AWS::Events::EventBus": frozenset({"Description", "Tags"}),
    "AWS::IAM::User": frozenset({"Policies"}),
    "AWS::Kinesis::Stream": frozenset({"RetentionPeriodHours", "Tags"}),
    "AWS::Lambda::Function": frozenset({"EphemeralStorage", "ReservedConcurrentExecutions"}),
    "AWS::Logs::LogGroup": frozenset({"KmsKeyId", "RetentionInDays", "Tags"}),
    "AWS::S3::Bucket": frozenset(
        {"BucketEncryption", "LifecycleConfiguration", "OwnershipControls", "PublicAccessBlockConfiguration"}
    ),
    "AWS::StepFunctions::StateMachine": frozenset({"Tags", "TracingConfiguration"}),
}
"""The properties that LocalStack's provider of a type ignores when it creates a resource."""
