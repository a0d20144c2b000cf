"""``watch --template``: make what a template names live, and deploy it when it is saved."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from watchfiles import DefaultFilter

from localdev.commands.templates import deploy_again
from localdev.commands.watch import Watch, bursts
from localdev.deployment.stack import stack_exists
from localdev.deployment.template import stack_name_for
from localdev.deployment.template_handlers import template_folders
from localdev.deployment.template_records import sources_of
from localdev.engines.naming import typed_for
from localdev.system.errors import LocaldevError
from localdev.system.project import ROOT, STATE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from watchfiles import Change

    from localdev.commands.templates import Template
    from localdev.engines import Engine

_PROJECT = ROOT.resolve()
_is_file = DefaultFilter()


class TemplateWatch(Watch):
    """The same for a template without the CDK, and what it is made from."""

    what = "the template"

    def __init__(self, engine: Engine, template: Template) -> None:
        """Watch a deployed template. :raises LocaldevError: it is not deployed."""
        self._template = template
        self._stack = stack_name_for(template.file)
        if not stack_exists(engine.clients(), self._stack):
            raise LocaldevError(
                f"The stack {self._stack} of {template.file} is not deployed.",
                f"deploy it with {typed_for(engine, 'up')} --template {shlex.quote(str(template.file))}.",
            )
        if not sources_of(self._stack):
            # it was not deployed from here: which files it is made from is known when they are packaged
            deploy_again(engine, template)
        super().__init__(engine, lambda engine: template_folders(engine, self._stack))

    def _deploy(self) -> None:
        deploy_again(self._engine, self._template)

    def _asset_files(self) -> frozenset[str]:
        return frozenset()

    def _all_saves(self, handlers: Sequence[Path]) -> Iterator[set[Path]]:
        # what the template names later is seen as well, where it is in the project
        sources = [each.place for each in sources_of(self._stack)]
        places = [self._template.file.parent.resolve(), *handlers, *(_folder_of(each) for each in sources)]
        outside = {place for place in places if not place.is_relative_to(_PROJECT)}
        return bursts([_PROJECT, *sorted(outside)], self._is_wanted, self._look_at_emulator)

    def _is_wanted(self, change: Change, path: str) -> bool:
        """Return whether a file that was saved is the template, or one that it names or a folder of which has it."""
        saved = Path(path)
        return _is_file(change, path) and not saved.is_relative_to(STATE.resolve()) and self._is_needed(saved)

    def _is_needed(self, path: Path) -> bool:
        if self._is_in_folder(path):
            return super()._is_needed(path)
        return any(path == each.place or path.is_relative_to(each.place) for each in sources_of(self._stack))


def _folder_of(place: Path) -> Path:
    return place if place.is_dir() else place.parent
