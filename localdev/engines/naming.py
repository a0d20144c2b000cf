"""Name an engine as a person types it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from localdev.engines.registry import DEFAULT
from localdev.system.project import DEFAULT_PORT, typed

if TYPE_CHECKING:
    from localdev.engines.base import Engine


def typed_for(engine: Engine, command: str) -> str:
    """Return a command with the options that mean this engine: ``localdev up --port 4600``."""
    options = "" if engine.kind.name == DEFAULT else f" --engine {engine.kind.name}"
    if "endpoint_url" in engine.kind.options:
        options += f" --endpoint-url {engine.endpoint_url}"
    elif engine.endpoint_url and (port := urlsplit(engine.endpoint_url).port) != DEFAULT_PORT:
        options += f" --port {port}"
    return typed(command) + options
