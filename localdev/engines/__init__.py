"""What an order can run on."""

from localdev.engines.base import Engine
from localdev.engines.embedded import EmbeddedEngine

__all__ = ["EmbeddedEngine", "Engine"]
