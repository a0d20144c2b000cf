"""Find the folders in the app that deployed Lambda functions were made from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from localdev.deployment import assemblies, context
from localdev.deployment.app import App
from localdev.deployment.hot_code import HotFunction
from localdev.deployment.manifest import Stack, stacks_of
from localdev.deployment.package_files import LEFT_OUT, left_out_of
from localdev.deployment.places import Places
from localdev.deployment.stack import resource_ids, stack_exists
from localdev.system import project, settings
from localdev.system.errors import LocaldevError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from localdev.engines import Engine

FUNCTION = "AWS::Lambda::Function"
_SUFFIXES = (".py", ".js", ".mjs", ".cjs")


@dataclass(frozen=True)
class HandlerFolder:
    """A folder of Lambda code, and the functions that run it."""

    folder: Path
    functions: tuple[HotFunction, ...]
    asset: Path | None = None
    """What was deployed, where bundling has added files to those of the folder."""
    left_out: tuple[str, ...] = LEFT_OUT
    """Patterns of the folder's files that are not deployed."""


@dataclass(frozen=True)
class FunctionFolder:
    """A folder of the app that a function's code is from."""

    folder: Path
    asset: Path | None = None
    left_out: tuple[str, ...] = LEFT_OUT


def handler_folders(engine: Engine) -> list[HandlerFolder]:
    """Return the app's folders of Lambda code with the functions on the engine that run them.

    A function's folder is the one of the app with its handler's module and most of its asset's files, unless the
    setting ``handlers`` names the folders to choose from.

    None for a function whose code was bundled from other files or written anew by bundling, or is a layer's: a
    deployment makes that live.

    :raises LocaldevError: none of the stacks is deployed.
    """
    assembly = assemblies.latest(engine, context=context.remembered(engine))
    places = Places(engine)
    stacks = [(stack, places.at(*stack.place)) for stack in stacks_of(assembly)]
    # some of them may have been chosen; where none is there, the first one's error says so
    there = [(stack, clients) for stack, clients in stacks if stack_exists(clients, stack.name)]
    found: dict[FunctionFolder, list[HotFunction]] = {}
    for stack, clients in there or stacks:
        names = resource_ids(clients, stack.name, FUNCTION)
        for logical_id, folder in function_folders(stack, candidates()).items():
            if logical_id in names:
                found.setdefault(folder, []).append(HotFunction(names[logical_id], clients.client("lambda")))
    return [HandlerFolder(of.folder, tuple(functions), of.asset, of.left_out) for of, functions in found.items()]


def candidates() -> list[Path]:
    """Return the folders that Lambda code may be in: those of the setting, or all that the app's files are in.

    :raises LocaldevError: a folder of the setting is not there.
    """
    named = [project.ROOT / name for name in settings.current().handlers]
    for folder in named:
        if not folder.is_dir():
            raise LocaldevError(
                f"There is no folder {folder.relative_to(project.ROOT)}, which handlers in pyproject.toml names.",
                "correct the setting (docs/settings.md).",
            )
    return named or sorted({path.parent for path in App(project.ROOT).files()} - {project.ROOT})


def function_folders(stack: Stack, folders: Sequence[Path]) -> dict[str, FunctionFolder]:
    """Return the folder of each function of a stack by its logical id; none for code that is from elsewhere."""
    assets = _assets(stack)
    found: dict[str, FunctionFolder] = {}
    for logical_id, resource in stack.template.get("Resources", {}).items():
        if resource["Type"] == FUNCTION and (asset := assets.get(_asset_hash(resource["Properties"]))):
            files = frozenset(_files(asset))
            modules = modules_of(resource["Properties"])
            shares = [
                (_share(files, folder), folder)
                for folder in folders
                if any((folder / module).is_file() for module in modules if module in files)
            ]
            if not shares:
                continue
            folder = max(shares, key=lambda each: each[0])[1]
            if not _is_bundled(resource):
                found[logical_id] = FunctionFolder(folder, left_out=left_out_of(files))
            elif not _is_rewritten(files, asset, folder):
                found[logical_id] = FunctionFolder(folder, asset)
    return found


def _is_bundled(resource: dict[str, Any]) -> bool:
    """Return whether a function's code was made from its source, as the CDK notes it beside the function."""
    return resource.get("Metadata", {}).get("aws:asset:is-bundled") is True


def _is_rewritten(files: Iterable[str], asset: Path, folder: Path) -> bool:
    """Return whether a module differs from the folder's: it was compiled or minified, or has been saved since."""
    modules = (name for name in files if name.endswith(_SUFFIXES) and (folder / name).is_file())
    return any((asset / name).read_bytes() != (folder / name).read_bytes() for name in modules)


def _assets(stack: Stack) -> dict[str, Path]:
    """Return each folder that a stack's functions may be made from, by the asset's hash."""
    manifest = stack.template_file.with_name(stack.template_file.name.replace(".template.json", ".assets.json"))
    if not manifest.exists():
        return {}
    files = json.loads(manifest.read_text(encoding="utf-8")).get("files", {})
    places = {key: manifest.parent / asset["source"].get("path", "") for key, asset in files.items()}
    return {key: place for key, place in places.items() if place.is_dir()}


def _files(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*"):
        if path.is_file():
            yield path.relative_to(folder).as_posix()


def _asset_hash(properties: dict[str, Any]) -> str:
    key = properties.get("Code", {}).get("S3Key", "")
    return Path(key).stem if isinstance(key, str) else ""


def modules_of(properties: Mapping[str, Any]) -> list[str]:
    """Return the files that a function's handler may be in: ``orders/start.handler`` is in ``orders/start.py``."""
    handler = properties.get("Handler", "")
    module = handler.rpartition(".")[0] if isinstance(handler, str) else ""
    return [f"{module.replace('.', '/')}{suffix}" for suffix in _SUFFIXES]


def _share(files: frozenset[str], folder: Path) -> float:
    return sum((folder / name).is_file() for name in files) / len(files) if files else 0.0
