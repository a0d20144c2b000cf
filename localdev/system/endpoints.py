"""Endpoints of emulators: this machine's, and no other's."""

import ipaddress
from urllib.parse import urlsplit

from localdev.system.errors import LocaldevError


def loopback_endpoint(url: str) -> str:
    """Return ``url`` as ``http://127.0.0.1:4566``, without a slash at its end, where it is one of this machine.

    :raises LocaldevError: it is no URL of an endpoint, or it leads off this machine.
    """
    parts = urlsplit(url)
    if not _is_endpoint(url):
        raise LocaldevError(
            f"Expected an endpoint such as http://127.0.0.1:4566, found {url!r}.",
            "give scheme, host and port, and nothing after them.",
        )
    if not _is_loopback(parts.hostname or ""):
        raise LocaldevError(
            f"{url} is not on this machine: local work never leaves it.",
            "use an endpoint on 127.0.0.1 or localhost; a real account is only ever used with --engine aws.",
        )
    return url.rstrip("/")


def is_on_this_machine(url: str) -> bool:
    """Return whether an endpoint is one of this machine: an emulator's, or a stand-in for an account."""
    return _is_loopback(urlsplit(url).hostname or "")


def endpoint_port(url: str) -> int:
    """Return the port that an endpoint is at, also where it is the usual one of its scheme."""
    parts = urlsplit(url)
    return parts.port or (443 if parts.scheme == "https" else 80)


def _is_endpoint(url: str) -> bool:
    parts = urlsplit(url)
    try:
        has_port = parts.port != 0
    except ValueError:
        return False
    plain = parts.path in {"", "/"} and not parts.query and not parts.fragment and "@" not in parts.netloc
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and has_port and plain


def _is_loopback(host: str) -> bool:
    """Return a literal address or ``localhost``: what another name means is for a name server to say."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
