"""What an order can run on."""

from localdev.engines.base import Engine
from localdev.engines.embedded import EmbeddedEngine
from localdev.engines.external import ExternalEngine

__all__ = ["ENGINES", "EmbeddedEngine", "Engine", "ExternalEngine"]

ENGINES = {
    "embedded": "LocalStack as a process of this machine",
    "container": "the same LocalStack in a container, no Docker socket in it",
    "external": "an emulator that is up already, at --endpoint-url",
    "aws": "your AWS account",
}
"""Every engine's name, and what it is in a few words."""
