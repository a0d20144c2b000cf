"""Properties that are accepted and change nothing here, so that a deployment can say so.

By reading LocalStack's providers: what none of their functions, and none of ours, looks at. Left out is what only
permissions depend on, because no permission is checked at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from localstack_corrections.cloudformation.records import Properties

_IGNORED: Mapping[str, frozenset[str]] = {
    "AWS::ApiGateway::ApiKey": frozenset({"GenerateDistinctId"}),
    "AWS::ApiGateway::Stage": frozenset({"CanarySetting", "ClientCertificateId"}),
    "AWS::CloudFormation::WaitCondition": frozenset({"Count", "Timeout"}),
    "AWS::DynamoDB::Table": frozenset(
        {"ContributorInsightsSpecification", "ImportSourceSpecification", "OnDemandThroughput", "WarmThroughput"}
    ),
    "AWS::Events::EventBus": frozenset({"DeadLetterConfig", "KmsKeyIdentifier", "LogConfig"}),
    "AWS::IAM::User": frozenset({"LoginProfile"}),
    "AWS::KMS::Key": frozenset({"MultiRegion"}),
    "AWS::Kinesis::Stream": frozenset({"StreamEncryption"}),
    "AWS::Lambda::Function": frozenset(
        {"CodeSigningConfigArn", "FileSystemConfigs", "KmsKeyArn", "RecursiveLoop", "RuntimeManagementConfig",
         "SnapStart"}
    ),
    "AWS::Logs::LogGroup": frozenset({"DataProtectionPolicy", "FieldIndexPolicies", "LogGroupClass"}),
    "AWS::S3::Bucket": frozenset(
        {"AccelerateConfiguration", "AnalyticsConfigurations", "IntelligentTieringConfigurations",
         "InventoryConfigurations", "LoggingConfiguration", "MetricsConfigurations", "ReplicationConfiguration"}
    ),
    "AWS::SNS::Subscription": frozenset({"ReplayPolicy"}),
    "AWS::SNS::Topic": frozenset({"DataProtectionPolicy", "DeliveryStatusLogging"}),
    "AWS::StepFunctions::Activity": frozenset({"EncryptionConfiguration", "Tags"}),
    "AWS::StepFunctions::StateMachine": frozenset({"EncryptionConfiguration"}),
}  # fmt: skip


def ignored(resource_type: str, properties: Properties) -> list[str]:
    """Return the properties of a resource that change nothing here."""
    return sorted(_IGNORED.get(resource_type, frozenset()) & properties.keys())


def said(names: list[str]) -> str | None:
    """Return what the events say of ignored properties; None where there are none."""
    return f"Not emulated and ignored: {', '.join(names)}" if names else None
