"""Checks a deployment before it is called one: every API answers, and what is not emulated is said."""

from __future__ import annotations

import http.client
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit
from xml.etree import ElementTree as ET

from localdev.deployment.stack import reachable_api_url
from localdev.system.errors import LocaldevError
from localdev.system.project import DEFAULT_ACCOUNT, REGION, typed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_API = re.compile(r"^https?://[^/]*\.(execute-api|lambda-url)\.")
_FUNCTION_URL = re.compile(r"^https?://[^/]*\.lambda-url\.")
_OF_AWS = re.compile(r"^https?://[^/]*\.amazonaws\.com(?![^/:])")
"""Written so by a template; nothing of a local deployment is asked there."""
_SECONDS = 30.0
_NO_ROUTE = "MissingAuthenticationTokenException"
_FALLBACK = re.compile(
    r"not supported but was deployed as a fallback|in place is not emulated|Not emulated and ignored"
)
# the emulator tells accounts, regions and services apart by the scope of a signature, and checks none
_SCOPE = "AWS4-HMAC-SHA256 Credential={}/20260101/{}/cloudformation/aws4_request"


@dataclass(frozen=True)
class Shortfall:
    """A resource that is not what it would be on AWS."""

    logical_id: str
    type_: str
    reason: str

    def __str__(self) -> str:
        return f"{self.logical_id} ({self.type_}): {self.reason}"


def require_answers(outputs: Mapping[str, str], endpoint_url: str) -> None:
    """Ask each API and function URL among a stack's outputs for a method that none takes: nothing of the app runs.

    :raises LocaldevError: one does not answer, with its answer.
    """
    addresses = sorted({value for value in outputs.values() if _API.match(value) and not _OF_AWS.match(value)})
    if problems := [f"  {address}: {what}" for address in addresses if (what := _problem(address, endpoint_url))]:
        silent = "\n".join(problems)
        raise LocaldevError(
            f"CloudFormation has deployed the stack, but not every API of it answers:\n{silent}",
            f"{typed('down')} and {typed('up')} deploy it anew.",
        )


def _problem(address: str, endpoint_url: str) -> str | None:
    """Return what is wrong with an API, or None: one that is deployed knows no such method and says so."""
    parts = urlsplit(reachable_api_url(address, endpoint_url))
    headers = {}
    if _FUNCTION_URL.match(address):
        # the emulator knows a function's URL by the name of its host, which needs no DNS this way
        headers = {"Host": parts.netloc}
        parts = parts._replace(netloc=urlsplit(endpoint_url).netloc)
    connection = http.client.HTTPConnection(parts.netloc, timeout=_SECONDS)
    try:
        connection.request("TRACE", f"{parts.path.rstrip('/')}/", headers=headers)
        response = connection.getresponse()
        body = response.read().decode(errors="replace").strip()
    except (OSError, http.client.HTTPException) as error:
        return f"no answer ({error})"
    finally:
        connection.close()
    if response.headers.get("x-amzn-ErrorType") == _NO_ROUTE or response.status in (200, 405):
        return None
    return f"{response.status} {body}"


def shortfalls(
    endpoint_url: str, stack_name: str, place: tuple[str, str] = (DEFAULT_ACCOUNT, REGION)
) -> list[Shortfall]:
    """Return the resources of a stack that the emulator does not emulate, or could not update in place.

    ``place`` is the account and region that the stack is in. Asked without boto3: loading it for this one question
    takes a tenth of a second of every deployment.
    """
    query = urlencode({"Action": "DescribeStackResources", "StackName": stack_name, "Version": "2010-05-15"})
    headers = {"Authorization": _SCOPE.format(*place), "Content-Type": "application/x-www-form-urlencoded"}
    connection = http.client.HTTPConnection(urlsplit(endpoint_url).netloc, timeout=_SECONDS)
    try:
        connection.request("POST", "/", query, headers)
        response = connection.getresponse()
        body = response.read()
    except (OSError, http.client.HTTPException):
        return []
    finally:
        connection.close()
    return _read(body) if response.status == http.client.OK else []


def _read(body: bytes) -> list[Shortfall]:
    # the emulator's own answer, and no stranger's document
    root = ET.fromstring(body)  # noqa: S314
    space = root.tag.partition("}")[0] + "}" if root.tag.startswith("{") else ""
    found = []
    for member in root.iter(f"{space}member"):
        reason = member.findtext(f"{space}ResourceStatusReason") or ""
        if _FALLBACK.search(reason):
            logical_id = member.findtext(f"{space}LogicalResourceId") or ""
            found.append(Shortfall(logical_id, member.findtext(f"{space}ResourceType") or "", reason))
    return found


class NotEmulatedError(LocaldevError):
    """A strict deployment is done, and not everything of it is emulated."""


def refuse(found: Sequence[Shortfall]) -> None:
    """Raise the error of a strict deployment with shortfalls.

    :raises NotEmulatedError: there is one.
    """
    if found:
        lines = "\n".join(f"  {each}" for each in found)
        raise NotEmulatedError(
            f"Not everything of the stack is emulated:\n{lines}", "deploy without --strict to go on without it."
        )
