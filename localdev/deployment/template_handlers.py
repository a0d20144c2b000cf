"""Find the folders that a template's deployed functions were made from, for ``watch``."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from localdev.deployment.handlers import FUNCTION, HandlerFolder, modules_of
from localdev.deployment.hot_code import HotFunction
from localdev.deployment.package_files import left_out_of
from localdev.deployment.resources import resources_of
from localdev.deployment.template_records import sources_of
from localdev.system.project import STATE

if TYPE_CHECKING:
    from pathlib import Path

    from localdev.engines import Engine

_FUNCTIONS: Final = frozenset({FUNCTION, "AWS::Serverless::Function"})


def template_folders(engine: Engine, stack: str) -> list[HandlerFolder]:
    """Return each folder that the template of a stack names as code, with the functions that run it.

    None for code in a single file or of another language than Python and JavaScript, for a folder that the project's
    own state is in, or where functions of two nested stacks have one logical id: a deployment makes that live.

    :raises LocaldevError: the stack is not deployed.
    """
    clients = engine.clients()
    api = clients.client("lambda")
    there = [each for each in resources_of(clients, stack) if each.type == FUNCTION]
    times = Counter(each.logical_id for each in there)
    names = {each.logical_id: each.name for each in there if times[each.logical_id] == 1}
    found: dict[Path, list[HotFunction]] = {}
    for source in sources_of(stack):
        folder = source.place
        if source.type in _FUNCTIONS and (name := names.get(source.logical_id)) and _can_be_run_from(folder):
            configuration = api.get_function_configuration(FunctionName=name)
            if any((folder / module).is_file() for module in modules_of(configuration)):
                found.setdefault(folder, []).append(HotFunction(name, api))
    return [
        HandlerFolder(folder, tuple(functions), left_out=left_out_of(_names(folder)))
        for folder, functions in found.items()
    ]


def _can_be_run_from(folder: Path) -> bool:
    return folder.is_dir() and not STATE.resolve().is_relative_to(folder)


def _names(folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
