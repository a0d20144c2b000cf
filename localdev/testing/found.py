"""The emulator that is up already, with this very app on it: its tests have nothing to start and nothing to deploy."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from localdev.deployment import assemblies
from localdev.deployment.manifest import stacks_of
from localdev.engines.base import say_nothing
from localdev.engines.embedded import known_engines
from localdev.engines.external import ExternalEngine
from localdev.system.processes import named_owner

if TYPE_CHECKING:
    from collections.abc import Callable


class FoundEngine(ExternalEngine):
    """Somebody's emulator with somebody's stack: used, and left as it is."""

    def start(self, _say: Callable[[str], None] = say_nothing) -> None:
        """Do nothing: it is up, with the stack on it."""


def was_found(engine: object) -> bool:
    """Return whether the engine and the stack on it are somebody's."""
    return isinstance(engine, FoundEngine)


def find() -> FoundEngine | None:
    """Return one of this checkout that ``up`` has deployed to and nothing has changed for since."""
    assembly = assemblies.FOLDER / assemblies.fingerprint()
    if not (assembly / "manifest.json").exists():
        return None
    stacks = stacks_of(assembly)
    for engine in known_engines():
        if engine.is_up() and engine.instance().owner in {None, named_owner()}:  # not another test run's
            found = FoundEngine(engine.endpoint_url)
            if all(_deployed_template(found, stack.name) == stack.template for stack in stacks):
                return found
    return None


def _deployed_template(engine: ExternalEngine, stack_name: str) -> object:
    try:
        found = engine.clients().client("cloudformation").get_template(StackName=stack_name, TemplateStage="Original")
    except (BotoCoreError, ClientError):
        # another run's may be about to start, or to end
        return None
    body: object = found["TemplateBody"]
    return json.loads(body) if isinstance(body, str) else body
