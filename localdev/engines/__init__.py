"""Engines that a stack can be deployed to: LocalStack in several forms, and AWS."""

from localdev.engines.base import Engine
from localdev.engines.embedded import EmbeddedEngine
from localdev.engines.external import ExternalEngine
from localdev.engines.registry import ENGINES

__all__ = ["ENGINES", "EmbeddedEngine", "Engine", "ExternalEngine"]
