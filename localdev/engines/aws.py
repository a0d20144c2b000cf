"""A real account, through the person's own AWS settings. Only ever when it is named."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as UnreachableError

from localdev.engines.base import say_nothing
from localdev.engines.clients import AccountClients, Clients, no_region
from localdev.engines.registry import ENGINES, Options
from localdev.system import project
from localdev.system.errors import LocaldevError
from localdev.system.settings import unique_stack_name

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@dataclass(frozen=True)
class Account:
    """Account and region of a stack."""

    account: str
    region: str
    caller: str
    """Who acts: the ARN of the user or role."""

    def __str__(self) -> str:
        """Name account and region, for a person."""
        return f"account {self.account} in {self.region}"


class AwsEngine:
    """AWS, by way of ``cdk`` and the person's credentials."""

    kind = ENGINES["aws"]

    def __init__(self, stack_name: str | None = None) -> None:
        """Name the stack; without a name it is the one deployed last from this checkout, or else a new one."""
        self.stack_name = stack_name or recorded_stack() or unique_stack_name()
        self._account: Account | None = None

    @classmethod
    def of(cls, options: Options) -> AwsEngine:
        """Return the engine that the options name."""
        return cls(options.stack_name)

    @staticmethod
    def known() -> list[AwsEngine]:
        """Return nothing: an account was not started here."""
        return []

    @property
    def endpoint_url(self) -> str | None:
        """AWS's own, unless the person's settings say otherwise, e.g. for an interface endpoint or a stand-in."""
        return os.environ.get("AWS_ENDPOINT_URL") or None

    @property
    def where(self) -> str:
        """Account and region, and what the calls go through if it is not AWS's own addresses."""
        through = f", through {self.endpoint_url}" if self.endpoint_url else ""
        return f"{self.account()}{through}"

    def account(self) -> Account:
        """Return where the person's settings lead.

        :raises LocaldevError: they name no region, or hold no credentials that AWS accepts.
        """
        if not self._account:
            self._account = _find_account(self.clients())
        return self._account

    def tool_environment(self) -> dict[str, str]:
        """Return the person's own environment, with the region that was found in it."""
        region = self.account().region
        return {**os.environ, "AWS_REGION": region, "AWS_DEFAULT_REGION": region}

    def clients(self) -> Clients:
        """Return boto3 clients with the person's credentials."""
        return AccountClients()

    def start(self, _say: Callable[[str], None] = say_nothing) -> None:
        """Check that the person's settings lead to an account.

        :raises LocaldevError: no credentials, or no region.
        """
        self.account()

    def stop(self) -> None:
        """Do nothing: nothing was started."""

    def services(self) -> frozenset[str] | None:
        """Return ``None``: AWS has every service."""
        return None

    def is_up(self) -> bool:
        """Return whether the person's settings lead to an account. :raises LocaldevError: why they do not."""
        return bool(self.account())

    def log_tail(self, lines: int) -> str:
        """Return nothing: AWS has no log of its own to read."""
        del lines
        return ""

    def remember(self) -> None:
        """Write down the stack, so that the next command means the same one."""
        if not self.stack_name:
            return
        file = _record_of(self.stack_name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(asdict(self.account())), encoding="utf-8")

    def forget(self) -> None:
        """Remove what was written down: the stack has been destroyed."""
        if self.stack_name:
            _record_of(self.stack_name).unlink(missing_ok=True)


def recorded_stack() -> str | None:
    """Return the stack that was deployed last from this checkout, of those that have not been destroyed."""
    records = sorted(_records().glob("*.json"), key=lambda file: file.stat().st_mtime)
    return records[-1].stem if records else None


def _records() -> Path:
    return project.STATE / "aws-stacks"


def _record_of(stack_name: str) -> Path:
    return _records() / f"{stack_name}.json"


def _find_account(clients: Clients) -> Account:
    if not clients.region:
        raise no_region()
    try:
        identity = clients.client("sts").get_caller_identity()
    except (UnreachableError, HTTPClientError) as error:
        raise LocaldevError(
            f"AWS does not answer: {error}.",
            "look at the network, the proxy (HTTPS_PROXY) and AWS_ENDPOINT_URL, or use an engine of this machine: "
            "--engine embedded.",
        ) from error
    except (BotoCoreError, ClientError) as error:
        raise LocaldevError(
            f"AWS does not accept the credentials of this environment: {error}.",
            "sign in ('aws sso login', AWS_PROFILE), or use an engine of this machine: --engine embedded.",
        ) from error
    return Account(identity["Account"], clients.region, identity["Arn"])
