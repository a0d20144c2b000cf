"""Tell which app or templates this folder has, and which of their stacks are deployed, for ``doctor``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localdev.deployment import app, assemblies, template_records
from localdev.engines import registry
from localdev.engines.local import is_ready
from localdev.system import project
from localdev.system.errors import LocaldevError

if TYPE_CHECKING:
    from localdev.engines import Engine


def app_here() -> str:
    """Return the app's command, its stacks as they were synthesised last, and the stacks of templates.

    :raises LocaldevError: its ``cdk.json`` cannot be read, or names no command.
    """
    found = []
    if (project.ROOT / "cdk.json").is_file():
        stacks = ", ".join(assemblies.newest_stacks())
        found.append(f"{app.current().command}; {f'stacks: {stacks}' if stacks else 'not synthesised yet'}")
    if templates := sorted(template_records.stack_names()):
        found.append(f"deployed from a template: {', '.join(templates)}")
    return "; ".join(found) or (
        f"none in {project.ROOT} (no cdk.json): '{project.typed('init')}' writes one, "
        f"'{project.typed('up')} --template FILE' takes a template"
    )


def deployed_here() -> str:
    """Return the stacks on each of this project's emulators that is up, the project's own first."""
    said = [f"at {engine.where}: {_on(engine)}" for engine in registry.running() if engine.is_up()]
    return "; ".join(said) or "nothing: no emulator of this project is up"


def _on(engine: Engine) -> str:
    # one that hangs is not waited for as long as boto3 would
    if not _answers(engine):
        return "no answer"
    from localdev.deployment.deployed import stacks_on
    from localdev.deployment.own_stacks import own_stacks

    there = stacks_on(engine)
    own = own_stacks(there)
    others = [each.name for each in there if each not in own]
    names = ", ".join(each.name for each in own) or "nothing"
    return f"{names}; of other projects: {', '.join(others)}" if others else names


def _answers(engine: Engine) -> bool:
    try:
        return bool(is_ready(str(engine.endpoint_url)))
    except LocaldevError:
        return False
