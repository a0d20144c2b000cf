"""HTTP APIs made for one test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.corrections.web import ROLE, Reply, name, request

if TYPE_CHECKING:
    from localdev.engines.clients import Clients


class HttpApi:
    """An HTTP API with the stage ``$default``, which deploys by itself."""

    def __init__(self, clients: Clients, endpoint: str, **options: Any) -> None:
        self.client: Any = clients.client("apigatewayv2")
        made = self.client.create_api(Name=name("api"), ProtocolType="HTTP", **options)
        self.id = made["ApiId"]
        self.url = f"{endpoint}/_aws/execute-api/{self.id}"
        self.client.create_stage(ApiId=self.id, StageName="$default", AutoDeploy=True)

    def route(self, key: str, integration: str, **options: Any) -> str:
        """Make a route and return its id."""
        made = self.client.create_route(ApiId=self.id, RouteKey=key, Target=f"integrations/{integration}", **options)
        return str(made["RouteId"])

    def function(self, arn: str, version: str = "2.0", **options: Any) -> str:
        """Make an integration of a function and return its id."""
        made = self.client.create_integration(
            ApiId=self.id,
            IntegrationType="AWS_PROXY",
            IntegrationUri=arn,
            PayloadFormatVersion=version,
            **options,
        )
        return str(made["IntegrationId"])

    def service(self, subtype: str, parameters: dict[str, str]) -> str:
        """Make an integration of a service and return its id."""
        made = self.client.create_integration(
            ApiId=self.id,
            IntegrationType="AWS_PROXY",
            IntegrationSubtype=subtype,
            PayloadFormatVersion="1.0",
            CredentialsArn=ROLE,
            RequestParameters=parameters,
        )
        return str(made["IntegrationId"])

    def web(self, uri: str, **options: Any) -> str:
        """Make an integration of an HTTP endpoint and return its id."""
        options.setdefault("IntegrationMethod", "ANY")
        made = self.client.create_integration(
            ApiId=self.id, IntegrationType="HTTP_PROXY", IntegrationUri=uri, PayloadFormatVersion="1.0", **options
        )
        return str(made["IntegrationId"])

    def request(self, path: str, method: str = "GET", **options: Any) -> Reply:
        """Send a request to the API."""
        return request(self.url + path, method, **options)
