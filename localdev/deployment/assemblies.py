"""Keep synthesised apps: an app is synthesised again only when something it is made from has changed."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from typing import TYPE_CHECKING

from localdev.deployment import app, cdk
from localdev.deployment.app_environment import passed_on
from localdev.deployment.manifest import stacks_of
from localdev.system.folders import remove_folder
from localdev.system.project import DEFAULT_ACCOUNT, REGION, ROOT, STATE
from localdev.system.scratch import scratch

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from localdev.engines import Engine

FOLDER = STATE / "assemblies"
_KEPT = 6
_ATTEMPTS = 3
"""An app that is compiled changes its own folder, once; one that does so each time is taken as it is."""
_NAMING = ".named"
"""File in a kept assembly: which variant of the app it is."""


def assembly(engine: Engine | None = None, *, context: Sequence[str] = ()) -> Path:
    """Return the folder of the cloud assembly of the app as it is now, for an engine: any emulator where none is named.

    The engine may have another name for the app's stack; ``context`` are values of the CDK's context, ``KEY=VALUE``.

    :raises LocaldevError: with what the CDK said.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        folder = FOLDER / fingerprint(engine, context=context)
        if (folder / "manifest.json").exists():
            break
        with scratch(FOLDER, "new") as new:
            made = cdk.synthesize(output=new / "cdk.out", engine=engine, context=context)
            (made / _NAMING).write_text(_naming(engine, context), encoding="utf-8")
            # while it was synthesised a file may have been saved: what it was made from is what it is kept as
            is_current = folder.name == fingerprint(engine, context=context)
            if is_current or attempt == _ATTEMPTS:
                _keep(made, folder)
                break
    os.utime(folder)
    _forget_old()
    return folder


def latest(engine: Engine | None = None, *, context: Sequence[str] = ()) -> Path:
    """Return the newest assembly of the app that is there, whatever has changed since; else make one.

    :raises LocaldevError: with what the CDK said.
    """
    wanted = _naming(engine, context)
    for folder in _newest_first():
        file = folder / _NAMING
        if file.exists() and file.read_text(encoding="utf-8") == wanted:
            return folder
    return assembly(engine, context=context)


def asset_files() -> frozenset[str]:
    """Return the names, without their folders, of the files in the newest assembly's assets; none without one."""
    assets = (asset for folder in _newest_first()[:1] for asset in folder.rglob("asset.*"))
    return frozenset(path.name for asset in assets for path in asset.rglob("*") if path.is_file())


def stack_names() -> frozenset[str]:
    """Return the names of the stacks of the kept assemblies."""
    return frozenset(stack.name for folder in _whole() for stack in stacks_of(folder))


def newest_stacks() -> list[str]:
    """Return the ids of the stacks of the assembly that was used last; none without one."""
    return [stack.id for folder in _whole()[:1] for stack in stacks_of(folder)]


def environments() -> list[tuple[str, str]]:
    """Return the accounts and regions, other than the default, that the stacks of the kept assemblies name."""
    found = {stack.place for folder in _whole() for stack in stacks_of(folder)}
    return sorted(found - {(DEFAULT_ACCOUNT, REGION)})


def fingerprint(engine: Engine | None = None, *, context: Sequence[str] = ()) -> str:
    """Return a hash of all that an assembly depends on: the app's files and context, the CDK, this Python, an account.

    Emulators are alike, but for the name that the app's stack has on them.
    """
    account = engine.where if engine and engine.kind.is_account else ""
    digest = hashlib.sha256(f"{sys.version}\0{ROOT}\0{_naming(engine, context)}\0{account}".encode())
    digest.update(app.App(ROOT).command.encode())
    variables, named = passed_on(), set[str]()
    for path in app.App(ROOT).files():
        content = path.read_bytes()
        digest.update(f"\0{path.relative_to(ROOT)}\0{len(content)}\0".encode())
        digest.update(content)
        # a shell's _ is another one for each command
        named |= {name for name in variables.keys() - named if name != "_" and name.encode() in content}
    # what an app may read it names; the rest of the person's variables changes with every terminal
    digest.update(json.dumps({name: variables[name] for name in sorted(named)}).encode())
    return digest.hexdigest()[:32]


def _naming(engine: Engine | None, context: Sequence[str]) -> str:
    return json.dumps([engine.stack_name if engine else None, sorted(context)])


def _keep(made: Path, folder: Path) -> None:
    try:
        made.rename(folder)
    except OSError:
        # another command has made the same one at the same time
        if not (folder / "manifest.json").exists():
            raise


def _newest_first() -> list[Path]:
    return sorted(FOLDER.glob("[0-9a-f]*"), key=lambda path: path.stat().st_mtime, reverse=True)


def _whole() -> list[Path]:
    """Return the assemblies that were made to their end, the newest first."""
    return [folder for folder in _newest_first() if (folder / "manifest.json").exists()]


def _forget_old() -> None:
    for folder in _newest_first()[_KEPT:]:
        remove_folder(folder)
