"""An emulator somebody else has started: the upstream image, LocalStack with a token, another one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from localdev.engines.base import say_nothing
from localdev.engines.local import LocalEngine
from localdev.engines.registry import ENGINES, Options
from localdev.system.errors import LocaldevError
from localdev.system.project import DEFAULT_PORT

if TYPE_CHECKING:
    from collections.abc import Callable

    import urllib3

NEEDED = ("cloudformation", "iam", "s3", "ssm", "sts")
"""The services of every deployment with the CDK; those of the stacks are looked at before they are deployed."""

_THERE = frozenset({"available", "running", "starting"})
_REQUEST_SECONDS = 5.0


@dataclass(frozen=True)
class Found:
    """Emulator that answers at an endpoint."""

    name: str
    version: str
    services: frozenset[str]
    """The services that it has, by LocalStack's names."""


class ExternalEngine(LocalEngine):
    """Any endpoint that is compatible with LocalStack's; nothing of ours has to be in it."""

    kind = ENGINES["external"]

    def __init__(self, endpoint_url: str = f"http://127.0.0.1:{DEFAULT_PORT}", stack_name: str | None = None) -> None:
        super().__init__(endpoint_url, stack_name)

    @classmethod
    def of(cls, options: Options) -> ExternalEngine:
        """Return the engine that the options name. :raises LocaldevError: both endpoint and port are given."""
        if options.endpoint_url and options.port:
            raise LocaldevError("--endpoint-url and --port both say where the external engine is.", "give one of them.")
        port = options.port or DEFAULT_PORT
        return cls(options.endpoint_url or f"http://127.0.0.1:{port}", options.stack_name)

    @staticmethod
    def known() -> list[ExternalEngine]:
        """Return nothing: it was not started here."""
        return []

    def find(self) -> Found:
        """Return what answers there.

        :raises LocaldevError: nothing does, or something that is not compatible with LocalStack.
        """
        import urllib3  # slow to import, and every command knows this engine

        url = f"{self.endpoint_url}/_localstack/health"
        try:
            response = urllib3.PoolManager(retries=False, timeout=_REQUEST_SECONDS).request("GET", url)
        except urllib3.exceptions.HTTPError as error:
            raise LocaldevError(
                f"Nothing answers at {self.endpoint_url}.",
                "start an emulator there ('docker compose up -d --wait'), or name another with --endpoint-url.",
            ) from error
        health = _health(response)
        if health is None:
            raise LocaldevError(
                f"What answers at {self.endpoint_url} is not compatible with LocalStack: "
                f"expected its services at {url}, found status {response.status}.",
                "name another endpoint with --endpoint-url.",
            )
        services = health["services"]
        name = f"LocalStack {health['edition']}" if "edition" in health else "an emulator"
        available = frozenset(service for service, state in services.items() if state in _THERE)
        return Found(name, str(health.get("version", "of unknown version")), available)

    def start(self, _say: Callable[[str], None] = say_nothing) -> None:
        """Check that the services that are needed are there.

        :raises LocaldevError: nothing answers, or a service is missing.
        """
        found = self.find()
        if missing := [service for service in NEEDED if service not in found.services]:
            raise LocaldevError(
                f"{found.name} {found.version} at {self.endpoint_url} lacks what a deployment needs: "
                f"{', '.join(missing)}.",
                "start it with these services (the variable SERVICES of LocalStack restricts them).",
            )

    def services(self) -> frozenset[str] | None:
        """Return the services it says it has."""
        return self.find().services

    def stop(self) -> None:
        """Do nothing: nothing was started."""

    def is_up(self) -> bool:
        """Return whether anything compatible answers."""
        try:
            self.find()
        except LocaldevError:
            return False
        return True

    def log_tail(self, lines: int) -> str:
        """Return its log is where it was started."""
        del lines
        return ""


def _health(response: urllib3.BaseHTTPResponse) -> dict[str, Any] | None:
    try:
        document = response.json()
    except ValueError:
        return None
    if isinstance(document, dict) and isinstance(document.get("services"), dict):
        return document
    return None
