"""Every emulator of this checkout, whatever it runs in."""

from contextlib import closing

from localdev.engines import docker_engine
from localdev.engines.base import Engine
from localdev.engines.container import known_containers
from localdev.engines.embedded import known_engines
from localdev.system.errors import LocaldevError


def every_emulator() -> list[Engine]:
    """Those that have left a folder or a container, up or not; no containers where no Docker Engine answers."""
    try:
        client = docker_engine.connect()
    except LocaldevError:
        return [*known_engines()]
    with closing(client):
        return [*known_engines(), *known_containers(client)]
