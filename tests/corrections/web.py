"""Functions and requests for the tests of API Gateway."""

from __future__ import annotations

import io
import json
import textwrap
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import urllib3

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from localdev.engines.clients import Clients

SECONDS = 90.0
"""How long something may take on a machine with much else to do."""
ROLE = "arn:aws:iam::000000000000:role/api"
SAY_WHAT_IS_ASKED = """
import json, base64

def handler(event, context):
    body = event.get("body") or ""
    if event.get("isBase64Encoded"):
        body = base64.b64decode(body).decode()
    return json.loads(body)["result"]
"""
"""A function whose result is in the request's body."""
SAY_THE_EVENT = """
import json

def handler(event, context):
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps(event)}
"""
_http = urllib3.PoolManager(maxsize=20, retries=False)


@dataclass(frozen=True)
class Reply:
    """A response, read to its end."""

    status: int
    headers: urllib3.HTTPHeaderDict
    body: bytes

    @property
    def json(self) -> Any:
        """Return the body's document."""
        return json.loads(self.body)


def name(prefix: str) -> str:
    """Return a name that nothing else has."""
    return f"{prefix}-{uuid4().hex[:12]}"


def in_one_day[T](act: Callable[[], T]) -> tuple[str, T]:
    """Return the day of UTC that an act began and ended on, and its result; acts again where midnight came between.

    A daily quota begins again with the day.
    """
    while True:
        day = datetime.now(UTC).date()
        result = act()
        if datetime.now(UTC).date() == day:
            return str(day), result


def request(
    url: str,
    method: str = "GET",
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | str | None = None,
    document: object = None,
) -> Reply:
    """Send a request; ``document`` is sent as JSON."""
    sent = dict(headers or {})
    if document is not None:
        body = json.dumps(document)
        sent.setdefault("Content-Type", "application/json")
    response = _http.request(method, url, headers=sent, body=body, redirect=False, timeout=SECONDS)
    return Reply(response.status, response.headers, response.data)


def function(clients: Clients, code: str, **options: Any) -> str:
    """Make a function and return its ARN."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("index.py", textwrap.dedent(code))
    client = clients.client("lambda")
    made = client.create_function(
        FunctionName=name("function"),
        Runtime="python3.13",
        Role=ROLE,
        Handler="index.handler",
        Code={"ZipFile": archive.getvalue()},
        **options,
    )
    client.get_waiter("function_active_v2").wait(FunctionName=made["FunctionName"], WaiterConfig={"Delay": 1})
    return made["FunctionArn"]
