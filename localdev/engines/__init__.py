"""What an order can run on."""

from localdev.engines.base import Engine
from localdev.engines.embedded import EmbeddedEngine
from localdev.engines.external import ExternalEngine
from localdev.engines.for_tests import start_for_tests

__all__ = ["ENGINES", "EmbeddedEngine", "Engine", "ExternalEngine", "start_for_tests"]

ENGINES = {
    "embedded": "LocalStack as a process of this machine",
    "container": "the same LocalStack in a container, no Docker socket in it",
    "external": "an emulator that is up already, at --endpoint-url",
    "aws": "your AWS account",
}
"""Every engine's name, and what it is in a few words."""
