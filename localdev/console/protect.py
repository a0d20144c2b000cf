"""Keep other sites out of a server on the person's own machine."""

from __future__ import annotations

import hmac
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from localdev.console.settings import Settings

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
_LONGEST_BODY: Final = 4_000_000
"""Bytes of a form: an input of 256 KB, laid out with a number a line, is one of 2 MB."""
_WRITES: Final = {"POST", "PUT", "PATCH", "DELETE"}


class Protected:
    """Answers only to its own names, and to writes only from its own pages; puts the security headers on everything.

    A page of another site can make a browser send requests here: under a name that resolves to this machine (refused by
    ``Host``), or as a form post (refused by ``Origin`` and ``Sec-Fetch-Site``, and by the token that forms carry).
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._hosts = settings.hosts
        self._answers_to_addresses = settings.answers_to_addresses

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request of ASGI, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        refusal = self._refusal(scope["method"], Headers(scope=scope))
        app = PlainTextResponse(f"{refusal}\n", status_code=403) if refusal else self._app
        await app(scope, receive, send_protected)

    def _refusal(self, method: str, headers: Headers) -> str | None:
        host = headers.get("host", "")
        if not self._is_ours(_name(host)):
            names = ", ".join(sorted(self._hosts))
            return f"This console does not answer to the name {host!r}, only to {names}."
        if method not in _WRITES:
            return None
        if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
            return "Only this console's own pages may change anything."
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != host:
            return "Only this console's own pages may change anything."
        return None

    def _is_ours(self, name: str) -> bool:
        return name in self._hosts or (self._answers_to_addresses and _is_address(name))


def _is_address(name: str) -> bool:
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def _name(host: str) -> str:
    return host if host.endswith("]") else host.rpartition(":")[0] or host


async def form_of(request: Request, settings: Settings, longest: int = _LONGEST_BODY) -> Mapping[str, str] | None:
    """Return the fields of a posted form; ``None`` where it does not carry our token, is too large or breaks off."""
    body = b""
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > longest:
                return None
    except ClientDisconnect:
        return None
    try:
        fields = {name: values[-1] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}
    except UnicodeDecodeError:
        return None
    return fields if hmac.compare_digest(fields.get("token", "").encode(), settings.token.encode()) else None
