"""The HTTP APIs of this emulator by their ids: moto's resources, and what moto has no place for."""

from __future__ import annotations

import secrets
import string
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from localstack_corrections.apigatewayv2.serving import Serving
    from localstack_corrections.apigatewayv2.snapshot import Snapshot

_ALPHABET = string.ascii_lowercase + string.digits


@dataclass
class Deployment:
    """A frozen copy of an API's configuration, as CreateDeployment or an automatic deployment makes it."""

    id: str
    snapshot: Snapshot
    created: float
    automatic: bool = False
    description: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it as the API's responses have it."""
        said = {
            "AutoDeployed": self.automatic,
            "CreatedDate": self.created,
            "DeploymentId": self.id,
            "DeploymentStatus": "DEPLOYED",
        }
        return said | ({"Description": self.description} if self.description else {})


@dataclass
class HttpApi:
    """One HTTP API. ``resources`` is moto's object for it, ``backend`` moto's store that holds it."""

    account: str
    region: str
    resources: Any
    backend: Any
    deployments: dict[str, Deployment] = field(default_factory=dict)
    import_info: list[str] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)
    _serving: dict[str, Serving] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Return the API's id."""
        return str(self.resources.api_id)

    @property
    def exists(self) -> bool:
        """Return whether moto still has it: a reset of the emulator's state empties moto's stores."""
        return self.backend.apis.get(self.resources.api_id) is self.resources

    def changed(self) -> None:
        """Forget what was prepared for serving requests."""
        with self.lock:
            self._serving.clear()

    def serving(self, stage: str) -> Serving | None:
        """Return the prepared stage, or ``None`` where the API has no stage of that name."""
        if prepared := self._serving.get(stage):
            return prepared
        if stage not in self.resources.stages:
            return None
        from localstack_corrections.apigatewayv2.serving import prepare

        with self.lock:
            prepared = prepare(self, self.resources.stages[stage])
            self._serving[stage] = prepared
            return prepared


_apis: dict[str, HttpApi] = {}


def register(api: HttpApi) -> None:
    """Make the API known."""
    _apis[api.id] = api


def find(api_id: str) -> HttpApi | None:
    """Return the API with the id, in whatever account and region it is."""
    api = _apis.get(api_id)
    if api is None or api.exists:
        return api
    forget(api_id)
    return None


def forget(api_id: str) -> None:
    """Remove the API, if it is known."""
    _apis.pop(api_id, None)


def new_id(length: int = 10) -> str:
    """Return an id as API Gateway makes them."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))
