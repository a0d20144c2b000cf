"""Whether the engine is there, and what a page shows with it: asked by pages that ask for nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import EndpointConnectionError
from starlette.responses import Response
from starlette.routing import Route

from localdev.console.routes.pages import Pages
from localdev.executions.emulator import UnansweredError
from localdev.executions.records import is_express

if TYPE_CHECKING:
    from starlette.requests import Request


class Presence(Pages):
    """Answers pages that want to know whether the engine is there."""

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [Route("/presence", self.presence), Route("/presence/{arn:path}", self.presence)]

    def presence(self, request: Request) -> Response:
        """Answer with nothing where all is there.

        :raises NotFoundError: the engine does not know the execution or the state machine any more.
        :raises EndpointConnectionError: the engine is away.
        """
        arn = request.path_params.get("arn")
        client = self._settings.client
        if arn and ":stateMachine:" in arn:
            client.state_machine(arn)
            return Response(status_code=204)
        # an Express execution is put together from its log: that is too much to ask again and again
        if arn and not is_express(arn):
            client.execution(arn)
            return Response(status_code=204)
        try:
            client.ping()
        except UnansweredError as error:
            raise EndpointConnectionError(endpoint_url=self._settings.where) from error
        return Response(status_code=204)
