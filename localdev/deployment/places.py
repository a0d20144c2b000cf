"""The accounts and regions that stacks of the app may be in, each with its clients."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Final

from localdev.deployment.clients_at import clients_at
from localdev.system.project import DEFAULT_ACCOUNT, REGION

if TYPE_CHECKING:
    from localdev.engines import Engine
    from localdev.engines.clients import Clients

_DEFAULT: Final = (DEFAULT_ACCOUNT, REGION)
_PARTS_OF_AN_ARN: Final = 6


class Places:
    """Clients of every account and region of one engine, made once for each; safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._here = engine.clients()
        self._made: dict[tuple[str, str], Clients] = {_DEFAULT: self._here}
        self._making = Lock()

    def all(self) -> list[Clients]:
        """Return clients of every account and region that stacks of the app may be in, the default's first."""
        return [self._here, *(self.at(account, region) for account, region in self._others())]

    def of(self, arn: str) -> Clients:
        """Return clients of the account and region that an ARN names; the default's for one of nowhere known."""
        parts = arn.split(":")
        named = (parts[4], parts[3]) if len(parts) >= _PARTS_OF_AN_ARN else _DEFAULT
        return self.at(*named) if named in self._made or named in self._others() else self._here

    def at(self, account: str, region: str) -> Clients:
        """Return clients of an account and region; in a person's account there is one of each."""
        with self._making:
            if (account, region) not in self._made:
                self._made[account, region] = clients_at(self._engine, account, region)
            return self._made[account, region]

    def _others(self) -> list[tuple[str, str]]:
        if self._engine.endpoint_url is None or self._engine.kind.is_account:
            return []
        from localdev.deployment import assemblies

        return assemblies.environments()
