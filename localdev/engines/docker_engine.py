"""The Docker Engine of this machine."""

from __future__ import annotations

import os
import socket
import sys
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import docker
from docker import DockerClient
from docker.context import ContextAPI
from docker.errors import DockerException

from localdev.system.errors import LocaldevError

if TYPE_CHECKING:
    from urllib.parse import SplitResult

_SECONDS = 60
_USUAL_SOCKET = "/var/run/docker.sock"
_LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


def connect() -> DockerClient:
    """Return a client of the engine that the ``docker`` command would use, too.

    :raises LocaldevError: none answers, or it is on another machine.
    """
    url = _engine_url()
    parts = urlsplit(url or "")
    if parts.scheme in {"tcp", "http", "https", "ssh"} and parts.hostname not in _LOCAL_HOSTS:
        raise LocaldevError(
            f"The Docker Engine is on another machine: {url}.",
            "the emulator's port would be there, too; use the engine of this machine, or --engine embedded.",
        )
    client = None
    try:
        _try_socket(parts)
        client = DockerClient(base_url=url, timeout=_SECONDS) if url else docker.from_env(timeout=_SECONDS)
        # an engine on this machine: requests would send even what goes to its socket to ALL_PROXY
        client.api.trust_env = False
        client.ping()
    except (DockerException, OSError) as error:
        if client:
            client.close()
        raise LocaldevError(
            f"No Docker Engine answers{f' at {url}' if url else ''}: {error}.",
            "start it (Docker Desktop, or 'sudo systemctl start docker'), or use --engine embedded, which needs none.",
        ) from error
    return client


def _try_socket(url: SplitResult) -> None:
    """Connect to the socket first: Docker's SDK leaves one open that nobody answers, e.g. of a killed engine.

    :raises OSError: nobody does.
    """
    if url.scheme in {"", "unix", "http+unix"} and sys.platform != "win32":
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(_SECONDS)
            probe.connect(url.path or _USUAL_SOCKET)


def _engine_url() -> str | None:
    """Return where the ``docker`` command would look; ``None``: where everybody does."""
    if url := os.environ.get("DOCKER_HOST"):
        return url
    context = ContextAPI.get_current_context()
    return str(context.Host) if context and context.Name != "default" else None
