"""Properties that are accepted and change nothing here, so that a deployment can say so.

By reading LocalStack's providers: what none of their functions, and none of ours, looks at. Left out is what only
permissions depend on, because no permission is checked at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from localstack_corrections.cloudformation.records import NOT_EMULATED, is_custom

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
    "AWS::SecretsManager::RotationSchedule": frozenset({"HostedRotationLambda", "RotationRules"}),
    "AWS::SNS::Subscription": frozenset({"ReplayPolicy"}),
    "AWS::SNS::Topic": frozenset({"DataProtectionPolicy", "DeliveryStatusLogging"}),
    "AWS::StepFunctions::Activity": frozenset({"EncryptionConfiguration", "Tags"}),
    "AWS::StepFunctions::StateMachine": frozenset({"EncryptionConfiguration"}),
}  # fmt: skip


_HOLLOW = frozenset({"AWS::ECR::Repository", "AWS::SecretsManager::SecretTargetAttachment"})
"""Types whose provider in LocalStack makes nothing."""


def said(resource_type: str, properties: Properties) -> str | None:
    """Return what the events say of a resource that is not all that it would be on AWS; None where it is."""
    if resource_type in _HOLLOW:
        return f"Resource type {resource_type} is not supported but was deployed as a fallback"
    names = sorted(_IGNORED.get(resource_type, frozenset()) & properties.keys())
    if is_custom(resource_type):
        names = left_out(properties)
    return f"Not emulated and ignored: {', '.join(names)}" if names else None


def left_out(properties: Properties) -> list[str]:
    """Return the properties by which a custom resource of the CDK asks for what is not emulated.

    A ``BucketDeployment`` invalidates the CloudFront distribution before its bucket.
    """
    if not str(properties.get("DistributionId", "")).endswith(f"-{NOT_EMULATED}"):
        return []
    return [name for name in ("DistributionId", "DistributionPaths") if name in properties]
