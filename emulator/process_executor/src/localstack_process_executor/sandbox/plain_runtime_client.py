"""Do what ``runtime_client``, awslambdaric's native half, does, for a Python that it was not built for.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html. Stands in ``/var/runtime`` as ``runtime_client.py``.
"""

from __future__ import annotations

import http.client
import os
import time
from typing import Any

_PREFIX = "/2018-06-01/runtime/invocation"
_BAD_REQUEST = 400
_JSON = {"Content-Type": "application/json"}


class _Client:
    """One connection, kept open: a process has one runtime."""

    user_agent = ""
    connection: http.client.HTTPConnection | None = None

    def request(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> http.client.HTTPResponse:
        if self.connection is None:
            self.connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
        self.connection.request(method, path, body, {"User-Agent": self.user_agent, **(headers or {})})
        return self.connection.getresponse()


_CLIENT = _Client()


def initialize_client(user_agent: str) -> None:
    """Called once, before anything else."""
    _CLIENT.user_agent = user_agent


def next() -> tuple[bytes, dict[str, Any]]:  # noqa: A001 - the native module's name for it
    """Wait for an invocation: its event and its headers, the deadline a number."""
    response = _CLIENT.request("GET", f"{_PREFIX}/next")
    headers: dict[str, Any] = dict(response.getheaders())
    headers["Lambda-Runtime-Deadline-Ms"] = int(headers["Lambda-Runtime-Deadline-Ms"])
    return response.read(), headers


def post_invocation_result(invoke_id: str, result: bytes, content_type: str, _invocation_id: str | None = None) -> None:
    """Answer an invocation."""
    response = _CLIENT.request("POST", f"{_PREFIX}/{invoke_id}/response", result, {"Content-Type": content_type})
    body = response.read().decode()
    if response.status >= _BAD_REQUEST:
        about = f"Failed to post handler success response. Http response code: {response.status}. {body}"
        print(f"[ERROR] [{time.time_ns() // 1_000_000}] LAMBDA_RUNTIME {about}", flush=True)
        raise RuntimeError("Failed to post invocation response")


def post_error(invoke_id: str, error: str, _xray_cause: str, _invocation_id: str | None = None) -> None:
    """Answer an invocation with the function's error."""
    _CLIENT.request("POST", f"{_PREFIX}/{invoke_id}/error", error.encode(), _JSON).read()
