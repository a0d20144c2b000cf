"""Client of the API that this project's plugins serve on an emulator's own endpoint, below ``/_localdev``."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import urllib3

if TYPE_CHECKING:
    from collections.abc import Mapping

REHEARSALS: Final = "/_localdev/rehearsals"
"""Mocks, faults and clocks: see ``emulator/rehearsals``."""
TRACES: Final = "/_localdev/traces"
"""The record of requests, invocations, calls and deliveries."""
_HEALTH: Final = "/_localstack/health"
_LONGEST_SILENCE: Final = 60.0
_OF_AWS: Final = ".amazonaws.com"
_CONNECTIONS: Final = 8
_LEAST_ERROR: Final = 400


class EmulatorApiError(Exception):
    """The emulator has not done what was asked for."""


class UnansweredError(EmulatorApiError):
    """The emulator does not answer."""


class UnservedError(EmulatorApiError):
    """Whatever answers has no such API: an AWS account, or an emulator without this project's plugins."""


class RefusedError(EmulatorApiError):
    """The API refuses what was asked for, with its reason as the message."""


class EmulatorApi:
    """One part of one emulator's API, for any thread."""

    def __init__(self, endpoint_url: str, path: str, *, seconds: float) -> None:
        self.endpoint_url = endpoint_url.rstrip("/")
        self._path = path
        self._seconds = seconds

    @property
    def is_account(self) -> bool:
        """Return whether the endpoint is AWS's, which is never asked."""
        return is_of_aws(self.endpoint_url)

    def get(self, path: str = "", **parameters: str) -> dict[str, Any]:
        """Read something.

        :raises EmulatorApiError: as one of its three kinds.
        """
        return self._send("GET", path, fields=parameters)

    def send(self, method: str, document: Mapping[str, Any], path: str = "") -> dict[str, Any]:
        """Send a document, and return what comes back.

        :raises EmulatorApiError: as one of its three kinds.
        """
        return self._send(method, path, json=document)

    def _send(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        if self.is_account:
            raise UnservedError(self.endpoint_url)
        url = f"{self.endpoint_url}{self._path}{path}"
        try:
            response = _pool().request(method, url, timeout=self._seconds, **options)
        except urllib3.exceptions.HTTPError as error:
            raise UnansweredError(str(error)) from error
        document = _document(response.data)
        if document is not None and response.status < _LEAST_ERROR:
            return document
        if document is None or "message" not in document:
            raise UnservedError(url)
        raise RefusedError(str(document["message"]))


def wait_for_an_answer(endpoint_url: str) -> None:
    """Ask an emulator for next to nothing, once, and return when it answers, whatever it says.

    :raises UnansweredError: it is not there, or does not answer for very long.
    """
    try:
        _pool().request("GET", f"{endpoint_url.rstrip('/')}{_HEALTH}", timeout=_LONGEST_SILENCE)
    except urllib3.exceptions.HTTPError as error:
        raise UnansweredError(str(error)) from error


def is_of_aws(endpoint_url: str) -> bool:
    """Return whether an endpoint is AWS's."""
    return _OF_AWS in endpoint_url


@cache
def _pool() -> urllib3.PoolManager:
    """Return the connections of this process: one for each test would take longer than its requests."""
    return urllib3.PoolManager(maxsize=_CONNECTIONS, retries=False)


def _document(body: bytes) -> dict[str, Any] | None:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None
