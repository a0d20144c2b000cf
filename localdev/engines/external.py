"""An emulator somebody else has started: the upstream image, LocalStack with a token, another one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from localdev.engines.base import say_nothing
from localdev.engines.local import LocalEngine
from localdev.system.errors import LocaldevError
from localdev.system.project import DEFAULT_PORT, STACK_NAME

if TYPE_CHECKING:
    from collections.abc import Callable

    import urllib3

NEEDED = (
    "apigateway",
    "cloudformation",
    "events",
    "iam",
    "lambda",
    "logs",
    "s3",
    "sqs",
    "ssm",
    "stepfunctions",
    "sts",
)
"""The services of the stack and of its deployment."""

_THERE = frozenset({"available", "running", "starting"})
_REQUEST_SECONDS = 5.0


@dataclass(frozen=True)
class Found:
    """What answers at an endpoint."""

    name: str
    version: str
    missing: tuple[str, ...]
    """Services that the stack needs and it does not have."""


class ExternalEngine(LocalEngine):
    """Any endpoint that is compatible with LocalStack's; nothing of ours has to be in it."""

    name = "external"
    outlives_us = True

    def __init__(self, endpoint_url: str = f"http://127.0.0.1:{DEFAULT_PORT}", stack_name: str = STACK_NAME) -> None:
        super().__init__(endpoint_url, stack_name)

    def find(self) -> Found:
        """What answers there.

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
        missing = tuple(service for service in NEEDED if services.get(service) not in _THERE)
        name = f"LocalStack {health['edition']}" if "edition" in health else "an emulator"
        return Found(name, str(health.get("version", "of unknown version")), missing)

    def start(self, _say: Callable[[str], None] = say_nothing) -> None:
        """Check that the services that are needed are there.

        :raises LocaldevError: nothing answers, or a service is missing.
        """
        found = self.find()
        if found.missing:
            raise LocaldevError(
                f"{found.name} {found.version} at {self.endpoint_url} lacks what the stack needs: "
                f"{', '.join(found.missing)}.",
                "start it with these services (the variable SERVICES of LocalStack restricts them).",
            )

    def stop(self) -> None:
        """Nothing was started, nothing is stopped."""

    def is_up(self) -> bool:
        """Whether anything compatible answers."""
        try:
            self.find()
        except LocaldevError:
            return False
        return True

    def log_tail(self, lines: int) -> str:
        """Its log is where it was started."""
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
