"""The emulator that is up already, with this very app on it: its tests have nothing to start and nothing to deploy."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from localdev.deployment import assemblies
from localdev.engines.base import say_nothing
from localdev.engines.embedded import known_engines
from localdev.engines.external import ExternalEngine
from localdev.system.processes import named_owner
from localdev.system.project import STACK_NAME

if TYPE_CHECKING:
    from collections.abc import Callable


class FoundEngine(ExternalEngine):
    """Somebody's emulator with somebody's stack: used, and left as it is."""

    def start(self, _say: Callable[[str], None] = say_nothing) -> None:
        """It is up, and bootstrapped: the stack is on it."""


def was_found(engine: object) -> bool:
    """Whether the engine and the stack on it are somebody's."""
    return isinstance(engine, FoundEngine)


def find() -> FoundEngine | None:
    """One of this checkout that ``./scripts/up`` has deployed to and nothing has changed for since."""
    template = assemblies.FOLDER / assemblies.fingerprint() / f"{STACK_NAME}.template.json"
    if not template.exists():
        return None
    expected = json.loads(template.read_text())
    for engine in known_engines():
        if engine.is_up() and engine.instance().owner in {None, named_owner()}:  # not another test run's
            found = FoundEngine(engine.endpoint_url)
            if _deployed_template(found) == expected:
                return found
    return None


def _deployed_template(engine: ExternalEngine) -> object:
    try:
        found = engine.clients().client("cloudformation").get_template(StackName=STACK_NAME, TemplateStage="Original")
    except ClientError:
        return None
    body: object = found["TemplateBody"]
    return json.loads(body) if isinstance(body, str) else body
