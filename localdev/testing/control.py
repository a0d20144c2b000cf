"""The emulator's control API: mocks, faults and a clock of single executions. See ``emulator/rehearsals``."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import urllib3

from localdev.system.errors import LocaldevError

if TYPE_CHECKING:
    from collections.abc import Mapping


PATH: Final = "/_localdev/rehearsals"
_SECONDS: Final = 90.0
_CONNECTIONS: Final = 8
_LEAST_ERROR: Final = 400
_OF_AWS: Final = ".amazonaws.com"


class Control:
    """Client of one emulator's control API, for any thread."""

    def __init__(self, endpoint_url: str) -> None:
        """Take an endpoint. :raises LocaldevError: it is AWS's, which has no such thing."""
        if _OF_AWS in endpoint_url:
            raise LocaldevError(
                "Mocks, faults and clocks need an emulator; this test runs on an AWS account.",
                "run it with --engine embedded, or skip it on AWS.",
            )
        self._url = f"{endpoint_url.rstrip('/')}{PATH}"

    def get(self, path: str = "", **parameters: str) -> dict[str, Any]:
        """Read something."""
        return self._send("GET", path, fields=parameters)

    def post(self, document: Mapping[str, Any], path: str = "") -> dict[str, Any]:
        """Send something."""
        return self._send("POST", path, json=document)

    def delete(self, document: Mapping[str, Any], path: str = "") -> dict[str, Any]:
        """Remove something, and return its report."""
        return self._send("DELETE", path, json=document)

    def _send(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        try:
            response = _pool().request(method, f"{self._url}{path}", timeout=_SECONDS, **options)
        except urllib3.exceptions.HTTPError as error:
            raise LocaldevError(f"The emulator at {self._url.removesuffix(PATH)} does not answer: {error}.") from None
        document = _document(response.data)
        if document is not None and response.status < _LEAST_ERROR:
            return document
        if document is None or "message" not in document:
            raise LocaldevError(
                f"The emulator at {self._url.removesuffix(PATH)} takes no mocks, faults and clocks.",
                "start it with this project's plugins (--engine embedded or container).",
            )
        raise LocaldevError(str(document["message"]))


@cache
def _pool() -> urllib3.PoolManager:
    """Return the connections of this process: one for each test would take longer than its requests."""
    return urllib3.PoolManager(maxsize=_CONNECTIONS, retries=False)


def _document(body: bytes) -> dict[str, Any] | None:
    try:
        document = json.loads(body)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None
