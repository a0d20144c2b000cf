"""Engines that a stack can be deployed to: LocalStack in several forms, and AWS."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from localdev.engines.base import Engine
from localdev.engines.registry import ENGINES

if TYPE_CHECKING:
    from localdev.engines.embedded import EmbeddedEngine
    from localdev.engines.external import ExternalEngine

__all__ = ["ENGINES", "EmbeddedEngine", "Engine", "ExternalEngine"]

_IMPORTED_WHEN_USED = {"EmbeddedEngine": "embedded", "ExternalEngine": "external"}
"""What takes a fifth of a second to import, and pytest's plugin needs only where a test uses an engine."""


def __getattr__(name: str) -> Any:
    """Import an engine when it is used."""
    if name in _IMPORTED_WHEN_USED:
        return getattr(import_module(f"{__name__}.{_IMPORTED_WHEN_USED[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
