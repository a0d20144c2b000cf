"""Each resource type of HTTP APIs: its properties, ids and operations.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ApiGatewayV2.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Kind:
    """A resource type, and the operations that make, change and delete its resources."""

    name: str
    """The last part of the type."""
    identifier: str
    """The property that holds the resource's id, and is its ``Ref``."""
    properties: frozenset[str]
    create_only: tuple[str, ...] = ()
    """Properties whose change makes a new resource in the place of the old one."""
    parents: tuple[str, ...] = ("ApiId",)
    """The properties that, with the identifier, name a resource to the operations."""
    collection: str = ""
    """The attribute of moto's API that holds the resources by their ids."""
    attributes: dict[str, str] = field(default_factory=dict)
    """Where moto's name for a property is another one than the property's in snake case."""

    @property
    def type(self) -> str:
        """Return the name in templates."""
        return f"AWS::ApiGatewayV2::{self.name}"

    @property
    def schema(self) -> dict[str, Any]:
        """Return the part of the resource type's schema that LocalStack's CloudFormation reads."""
        return {
            "typeName": self.type,
            "properties": {name: {} for name in sorted({*self.properties, self.identifier})},
            # the one that Ref returns: LocalStack makes the physical id of all that are here
            "primaryIdentifier": [f"/properties/{self.identifier}"],
            # LocalStack replaces a resource even where such a property only refers to something that was changed
            "createOnlyProperties": [],
            "readOnlyProperties": [f"/properties/{self.identifier}"] if self.identifier not in self.properties else [],
        }


API = Kind(
    "Api",
    "ApiId",
    frozenset(
        {
            "ApiKeySelectionExpression", "BasePath", "Body", "BodyS3Location", "CorsConfiguration", "CredentialsArn",
            "Description", "DisableExecuteApiEndpoint", "DisableSchemaValidation", "FailOnWarnings", "IpAddressType",
            "Name", "ProtocolType", "RouteKey", "RouteSelectionExpression", "Tags", "Target", "Version",
        }
    ),
    create_only=("ProtocolType",),
    parents=(),
)  # fmt: skip
API_MAPPING = Kind(
    "ApiMapping",
    "ApiMappingId",
    frozenset({"ApiId", "ApiMappingKey", "DomainName", "Stage"}),
    create_only=("DomainName",),
    parents=("DomainName",),
)
AUTHORIZER = Kind(
    "Authorizer",
    "AuthorizerId",
    frozenset(
        {
            "ApiId", "AuthorizerCredentialsArn", "AuthorizerPayloadFormatVersion", "AuthorizerResultTtlInSeconds",
            "AuthorizerType", "AuthorizerUri", "EnableSimpleResponses", "IdentitySource",
            "IdentityValidationExpression", "JwtConfiguration", "Name",
        }
    ),
    create_only=("ApiId",),
    collection="authorizers",
    attributes={
        "AuthorizerCredentialsArn": "auth_creds_arn",
        "AuthorizerPayloadFormatVersion": "auth_payload_format_version",
        "AuthorizerResultTtlInSeconds": "auth_result_ttl",
        "EnableSimpleResponses": "enable_simple_response",
        "IdentityValidationExpression": "identity_validation_expr",
        "JwtConfiguration": "jwt_config",
    },
)  # fmt: skip
DEPLOYMENT = Kind(
    "Deployment", "DeploymentId", frozenset({"ApiId", "Description", "StageName"}), create_only=("ApiId", "StageName")
)
DOMAIN_NAME = Kind(
    "DomainName",
    "DomainName",
    frozenset({"DomainName", "DomainNameConfigurations", "MutualTlsAuthentication", "RoutingMode", "Tags"}),
    create_only=("DomainName",),
    parents=(),
)
INTEGRATION = Kind(
    "Integration",
    "IntegrationId",
    frozenset(
        {
            "ApiId", "ConnectionId", "ConnectionType", "ContentHandlingStrategy", "CredentialsArn", "Description",
            "IntegrationMethod", "IntegrationSubtype", "IntegrationType", "IntegrationUri", "PassthroughBehavior",
            "PayloadFormatVersion", "RequestParameters", "RequestTemplates", "ResponseParameters",
            "TemplateSelectionExpression", "TimeoutInMillis", "TlsConfig",
        }
    ),
    create_only=("ApiId",),
    collection="integrations",
)  # fmt: skip
MODEL = Kind(
    "Model",
    "ModelId",
    frozenset({"ApiId", "ContentType", "Description", "Name", "Schema"}),
    create_only=("ApiId",),
    collection="models",
)
ROUTE = Kind(
    "Route",
    "RouteId",
    frozenset(
        {
            "ApiId", "ApiKeyRequired", "AuthorizationScopes", "AuthorizationType", "AuthorizerId",
            "ModelSelectionExpression", "OperationName", "RequestModels", "RequestParameters", "RouteKey",
            "RouteResponseSelectionExpression", "Target",
        }
    ),
    create_only=("ApiId",),
    collection="routes",
)  # fmt: skip
STAGE = Kind(
    "Stage",
    "StageName",
    frozenset(
        {
            "AccessLogSettings", "AccessPolicyId", "ApiId", "AutoDeploy", "ClientCertificateId",
            "DefaultRouteSettings", "DeploymentId", "Description", "RouteSettings", "StageName", "StageVariables",
            "Tags",
        }
    ),
    create_only=("ApiId", "StageName"),
    collection="stages",
)  # fmt: skip
KINDS = (API, API_MAPPING, AUTHORIZER, DEPLOYMENT, DOMAIN_NAME, INTEGRATION, MODEL, ROUTE, STAGE)
