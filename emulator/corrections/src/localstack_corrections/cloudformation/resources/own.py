"""Resource types that LocalStack does not have, each made by its service's own API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from localstack.services.cloudformation.resource_provider import ResourceProvider, ResourceProviderExecutor

from localstack_corrections.cloudformation.resources.custom import CustomResourceProvider
from localstack_corrections.cloudformation.resources.nested import NestedStack
from localstack_corrections.cloudformation.resources.provider import OwnProvider, schema
from localstack_corrections.cloudformation.resources.rotation import RotationSchedule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from localstack_corrections.cloudformation.records import Properties


class Authorizer(OwnProvider):
    """Authorizer of a REST API."""

    SCHEMA: ClassVar[Properties] = schema(
        "AWS::ApiGateway::Authorizer", "AuthorizerId", read_only=("AuthorizerId",), create_only=("RestApiId",)
    )

    def make(self, clients: Any, model: Properties) -> Properties:
        """Create an authorizer."""
        return {"AuthorizerId": clients.apigateway.create_authorizer(**model)["id"]}

    def change(self, clients: Any, before: Properties, after: Properties) -> Properties:
        """Patch what differs."""
        names = (
            "AuthorizerUri",
            "AuthorizerCredentials",
            "IdentitySource",
            "IdentityValidationExpression",
            "Name",
            "Type",
        )
        patches = [
            {"op": "replace", "path": f"/{name[0].lower()}{name[1:]}", "value": str(after.get(name, ""))}
            for name in names
            if before.get(name) != after.get(name)
        ]
        if before.get("AuthorizerResultTtlInSeconds") != after.get("AuthorizerResultTtlInSeconds"):
            seconds = str(after.get("AuthorizerResultTtlInSeconds", 300))
            patches.append({"op": "replace", "path": "/authorizerResultTtlInSeconds", "value": seconds})
        if patches:
            clients.apigateway.update_authorizer(
                restApiId=after["RestApiId"], authorizerId=after["AuthorizerId"], patchOperations=patches
            )
        return {}

    def remove(self, clients: Any, model: Properties) -> None:
        """Delete an authorizer."""
        clients.apigateway.delete_authorizer(restApiId=model["RestApiId"], authorizerId=model["AuthorizerId"])


class StateMachineVersion(OwnProvider):
    """Version of a state machine."""

    SCHEMA: ClassVar[Properties] = schema(
        "AWS::StepFunctions::StateMachineVersion", "Arn",
        read_only=("Arn",), create_only=("StateMachineArn", "StateMachineRevisionId", "Description"),
    )  # fmt: skip

    def make(self, clients: Any, model: Properties) -> Properties:
        """Publish the state machine as it is."""
        api, arn = clients.stepfunctions, model["StateMachineArn"]
        described = {"description": model["Description"]} if model.get("Description") else {}
        return {"Arn": api.publish_state_machine_version(stateMachineArn=arn, **described)["stateMachineVersionArn"]}

    def remove(self, clients: Any, model: Properties) -> None:
        """Delete a version."""
        clients.stepfunctions.delete_state_machine_version(stateMachineVersionArn=model["Arn"])


class StateMachineAlias(OwnProvider):
    """Alias of versions of a state machine."""

    SCHEMA: ClassVar[Properties] = schema(
        "AWS::StepFunctions::StateMachineAlias", "Arn", read_only=("Arn",), create_only=("Name",)
    )
    NAME = "Name"

    def make(self, clients: Any, model: Properties) -> Properties:
        """Create an alias."""
        answer = clients.stepfunctions.create_state_machine_alias(
            name=model["Name"], description=model.get("Description", ""), routingConfiguration=self._routes(model)
        )
        return {"Arn": answer["stateMachineAliasArn"]}

    def change(self, clients: Any, before: Properties, after: Properties) -> Properties:
        """Point an alias to other versions."""
        del before
        clients.stepfunctions.update_state_machine_alias(
            stateMachineAliasArn=after["Arn"],
            description=after.get("Description", ""),
            routingConfiguration=self._routes(after),
        )
        return {}

    def remove(self, clients: Any, model: Properties) -> None:
        """Delete an alias."""
        clients.stepfunctions.delete_state_machine_alias(stateMachineAliasArn=model["Arn"])

    @staticmethod
    def _routes(model: Properties) -> list[dict[str, Any]]:
        if preference := model.get("DeploymentPreference"):
            return [{"stateMachineVersionArn": preference["StateMachineVersionArn"], "weight": 100}]
        return [
            {"stateMachineVersionArn": each["StateMachineVersionArn"], "weight": int(each["Weight"])}
            for each in model["RoutingConfiguration"]
        ]


class Archive(OwnProvider):
    """Archive of an event bus."""

    SCHEMA: ClassVar[Properties] = schema(
        "AWS::Events::Archive", "ArchiveName", read_only=("Arn",), create_only=("ArchiveName", "SourceArn")
    )
    NAME = "ArchiveName"

    def make(self, clients: Any, model: Properties) -> Properties:
        """Create an archive."""
        return {"Arn": clients.events.create_archive(**self._settings(model, "EventSourceArn"))["ArchiveArn"]}

    def change(self, clients: Any, before: Properties, after: Properties) -> Properties:
        """Change the pattern, description and retention; archived events stay."""
        del before
        # a pattern that is left out stays; an empty one matches every event
        clients.events.update_archive(**{"EventPattern": "{}", **self._settings(after)})
        return {}

    def remove(self, clients: Any, model: Properties) -> None:
        """Delete an archive."""
        clients.events.delete_archive(ArchiveName=model["ArchiveName"])

    @staticmethod
    def _settings(model: Properties, source: str | None = None) -> dict[str, Any]:
        settings = {
            "ArchiveName": model["ArchiveName"],
            "Description": model.get("Description", ""),
            "RetentionDays": int(model.get("RetentionDays", 0)),
        }
        if pattern := model.get("EventPattern"):
            settings["EventPattern"] = pattern if isinstance(pattern, str) else json.dumps(pattern)
        return {**settings, source: model["SourceArn"]} if source else settings


class MetricFilter(OwnProvider):
    """Filter that turns log events into metrics."""

    SCHEMA: ClassVar[Properties] = schema(
        "AWS::Logs::MetricFilter", "FilterName", create_only=("FilterName", "LogGroupName")
    )
    NAME = "FilterName"

    def make(self, clients: Any, model: Properties) -> Properties:
        """Put a filter."""
        clients.logs.put_metric_filter(
            logGroupName=model["LogGroupName"],
            filterName=model["FilterName"],
            filterPattern=model["FilterPattern"],
            metricTransformations=[self._camel(each) for each in model["MetricTransformations"]],
        )
        return {}

    def change(self, clients: Any, before: Properties, after: Properties) -> Properties:
        """Put the filter in the place of the old one; LocalStack keeps both where their patterns differ."""
        self.remove(clients, before)
        return self.make(clients, after)

    def remove(self, clients: Any, model: Properties) -> None:
        """Delete a filter."""
        clients.logs.delete_metric_filter(logGroupName=model["LogGroupName"], filterName=model["FilterName"])

    @staticmethod
    def _camel(transformation: Mapping[str, Any]) -> dict[str, Any]:
        return {f"{name[0].lower()}{name[1:]}": value for name, value in transformation.items() if name != "Dimensions"}


class SubscriptionFilter(OwnProvider):
    """Subscription to a log group; LocalStack's own provider calls every one of them what the group is called."""

    SCHEMA: ClassVar[Properties] = schema(
        "AWS::Logs::SubscriptionFilter", "FilterName", create_only=("FilterName", "LogGroupName")
    )
    NAME = "FilterName"

    def make(self, clients: Any, model: Properties) -> Properties:
        """Put a filter."""
        more = {"roleArn": "RoleArn", "distribution": "Distribution"}
        clients.logs.put_subscription_filter(
            logGroupName=model["LogGroupName"],
            filterName=model["FilterName"],
            filterPattern=model["FilterPattern"],
            destinationArn=model["DestinationArn"],
            **{key: model[name] for key, name in more.items() if model.get(name)},
        )
        return {}

    def remove(self, clients: Any, model: Properties) -> None:
        """Delete a filter."""
        clients.logs.delete_subscription_filter(logGroupName=model["LogGroupName"], filterName=model["FilterName"])


class LogsResourcePolicy(OwnProvider):
    """Policy by which services write to log groups."""

    SCHEMA: ClassVar[Properties] = schema("AWS::Logs::ResourcePolicy", "PolicyName", create_only=("PolicyName",))
    NAME = "PolicyName"

    def make(self, clients: Any, model: Properties) -> Properties:
        """Put a policy."""
        document = model["PolicyDocument"]
        text = document if isinstance(document, str) else json.dumps(document)
        clients.logs.put_resource_policy(policyName=model["PolicyName"], policyDocument=text)
        return {}

    def remove(self, clients: Any, model: Properties) -> None:
        """Delete a policy."""
        clients.logs.delete_resource_policy(policyName=model["PolicyName"])


class Dashboard(OwnProvider):
    """Dashboard of CloudWatch."""

    SCHEMA: ClassVar[Properties] = schema("AWS::CloudWatch::Dashboard", "DashboardName", create_only=("DashboardName",))
    NAME = "DashboardName"

    def make(self, clients: Any, model: Properties) -> Properties:
        """Put a dashboard."""
        clients.cloudwatch.put_dashboard(DashboardName=model["DashboardName"], DashboardBody=model["DashboardBody"])
        return {}

    def remove(self, clients: Any, model: Properties) -> None:
        """Delete a dashboard."""
        clients.cloudwatch.delete_dashboards(DashboardNames=[model["DashboardName"]])


OWN: Mapping[str, type[ResourceProvider]] = {
    provider.SCHEMA["typeName"]: provider
    for provider in (
        Archive,
        Authorizer,
        CustomResourceProvider,
        Dashboard,
        LogsResourcePolicy,
        MetricFilter,
        NestedStack,
        RotationSchedule,
        StateMachineAlias,
        StateMachineVersion,
        SubscriptionFilter,
    )
}


def load_own_first() -> None:
    """Let LocalStack find these types where it looks for its own."""
    released = ResourceProviderExecutor.try_load_resource_provider

    def try_load_resource_provider(resource_type: str) -> Any:
        name = CustomResourceProvider.TYPE if str(resource_type).startswith("Custom::") else resource_type
        own = OWN.get(name)
        return own() if own else released(resource_type)

    ResourceProviderExecutor.try_load_resource_provider = staticmethod(try_load_resource_provider)
