"""The emulator's control API: mocks, faults and a clock of single executions. See ``emulator/rehearsals``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import requests

from localdev.system.errors import LocaldevError

if TYPE_CHECKING:
    from collections.abc import Mapping

PATH: Final = "/_localdev/rehearsals"
_SECONDS: Final = 90.0
_OF_AWS: Final = ".amazonaws.com"


class Control:
    """What sends requests to the control API of one emulator."""

    def __init__(self, endpoint_url: str) -> None:
        """Take an endpoint. :raises LocaldevError: it is AWS's, which has no such thing."""
        if _OF_AWS in endpoint_url:
            raise LocaldevError(
                "Mocks, faults and clocks need an emulator; this test runs on an AWS account.",
                "run it with --engine embedded, or skip it on AWS.",
            )
        self._endpoint_url = endpoint_url
        self._url = f"{endpoint_url.rstrip('/')}{PATH}"
        self._session = requests.Session()
        self._session.trust_env = False

    def another(self) -> Control:
        """Return one for another thread."""
        return Control(self._endpoint_url)

    def get(self, path: str = "", **parameters: str) -> dict[str, Any]:
        """Read something."""
        return self._send("GET", path, params=parameters)

    def post(self, document: Mapping[str, Any], path: str = "") -> dict[str, Any]:
        """Send something."""
        return self._send("POST", path, json=document)

    def delete(self, document: Mapping[str, Any], path: str = "") -> dict[str, Any]:
        """Remove something, and return its report."""
        return self._send("DELETE", path, json=document)

    def _send(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        response = self._session.request(method, f"{self._url}{path}", timeout=_SECONDS, **options)
        if response.ok:
            document: dict[str, Any] = response.json()
            return document
        if "json" not in response.headers.get("Content-Type", "") or "message" not in response.json():
            raise LocaldevError(
                f"The emulator at {self._url.removesuffix(PATH)} takes no mocks, faults and clocks.",
                "start it with this project's plugins (--engine embedded or container).",
            )
        raise LocaldevError(str(response.json()["message"]))
