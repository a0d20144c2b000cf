"""REST APIs made for one test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.corrections.web import Reply, name, request

if TYPE_CHECKING:
    from localdev.engines.clients import Clients


class RestApi:
    """A REST API that is deployed to the stage ``prod`` before the first request."""

    def __init__(self, clients: Clients, endpoint: str, **options: Any) -> None:
        self.client: Any = clients.client("apigateway")
        made = self.client.create_rest_api(name=name("api"), **options)
        self.id = made["id"]
        self.root = made["rootResourceId"]
        self.region = clients.region
        self.url = f"{endpoint}/_aws/execute-api/{self.id}/prod"
        self._deployed = False

    def uri(self, function: str) -> str:
        """Return the URI through which API Gateway invokes the function."""
        return f"arn:aws:apigateway:{self.region}:lambda:path/2015-03-31/functions/{function}/invocations"

    def resource(self, part: str) -> str:
        """Make a resource below the root and return its id."""
        made = self.client.create_resource(restApiId=self.id, parentId=self.root, pathPart=part)
        return str(made["id"])

    def method(self, function: str | None = None, *, resource: str = "", verb: str = "GET", **options: Any) -> None:
        """Make a method that calls the function, or one that answers ``{}`` by itself."""
        integration = {key: options.pop(key) for key in ("timeoutInMillis",) if key in options}
        place = {"restApiId": self.id, "resourceId": resource or self.root, "httpMethod": verb}
        options.setdefault("authorizationType", "NONE")
        self.client.put_method(**place, **options)
        if function:
            self.client.put_integration(
                **place, type="AWS_PROXY", integrationHttpMethod="POST", uri=self.uri(function), **integration
            )
            return
        self.client.put_integration(**place, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
        self.client.put_method_response(**place, statusCode="200")
        self.client.put_integration_response(
            **place, statusCode="200", responseTemplates={"application/json": "{}"}, selectionPattern=""
        )

    def authorizer(self, function: str, kind: str, source: str, **options: Any) -> str:
        """Make a Lambda authorizer and return its id."""
        made = self.client.create_authorizer(
            restApiId=self.id,
            name=name("authorizer"),
            type=kind,
            authorizerUri=self.uri(function),
            identitySource=source,
            **options,
        )
        return str(made["id"])

    def deploy(self) -> None:
        """Deploy the API as it is."""
        self.client.create_deployment(restApiId=self.id, stageName="prod")
        self._deployed = True

    def settings(self, **values: str) -> None:
        """Change settings of the stage, by their paths with ``__`` for ``/``."""
        if not self._deployed:
            self.deploy()
        patches = [{"op": "replace", "path": f"/{path}", "value": value} for path, value in values.items()]
        self.client.update_stage(restApiId=self.id, stageName="prod", patchOperations=patches)

    def request(self, path: str = "/", method: str = "GET", **options: Any) -> Reply:
        """Send a request to the stage."""
        if not self._deployed:
            self.deploy()
        return request(self.url + path, method, **options)
