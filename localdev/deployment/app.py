"""The CDK app of this checkout: its command, its files, its context."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from localdev.system import project, settings
from localdev.system.errors import LocaldevError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_ALSO = ("cdk.json", "requirements.txt", "package-lock.json")
"""What an app depends on beside the files that ``cdk watch`` looks at."""

_EVERYTHING = ("**",)
NEVER = frozenset({"__pycache__", "node_modules", "cdk.out"})
_WILDCARDS = frozenset("*?[")


@dataclass(frozen=True)
class App:
    """The app in ``root``. Its files are those that ``watch`` in its ``cdk.json`` includes, as for ``cdk watch``.

    https://docs.aws.amazon.com/cdk/v2/guide/cli-cmd-watch.html. What it excludes is asked for with :meth:`is_excluded`:
    ``cdk init`` excludes ``__init__.py`` and ``*.js``, and an app is made from those, too.
    """

    root: Path

    @cached_property
    def cdk_json(self) -> dict[str, Any]:
        """The CDK's settings of the app.

        :raises LocaldevError: there is no ``cdk.json``, or it holds no JSON object.
        """
        file = self.root / "cdk.json"
        try:
            document = json.loads(file.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise LocaldevError(
                f"There is no cdk.json in {self.root}: expected a CDK app there.",
                f"run it in the app's folder, or make an app with '{project.typed('init')}'; "
                "a template without one is named with --template FILE.",
            ) from error
        except ValueError as error:
            raise LocaldevError(f"{file} holds no JSON: {error}.", "mend its syntax.") from error
        if not isinstance(document, dict):
            raise LocaldevError(f"{file} holds {document!r}: expected an object.", "see 'npx cdk init'.")
        return document

    @property
    def command(self) -> str:
        """The command that synthesises the app.

        :raises LocaldevError: neither the settings nor ``cdk.json`` name one.
        """
        command = settings.current().app or self.cdk_json.get("app")
        if not isinstance(command, str) or not command:
            found = f"'app' is {command!r}" if command else "there is no 'app'"
            raise LocaldevError(
                f"In {self.root / 'cdk.json'} {found}: expected the command that synthesises the app.",
                'give one, e.g. "app": "python3 app.py".',
            )
        return command

    def require(self) -> None:
        """Check that there is an app, before anything is started for it. :raises LocaldevError: there is none."""
        _ = self.command

    def files(self) -> Iterator[Path]:
        """Yield every file that the app is made from, in order."""
        for pattern in self._include:
            for path in sorted(_walk(_literal(self.root, pattern))):
                relative = path.relative_to(self.root)
                if relative.full_match(pattern):
                    yield path
        for name in _ALSO:
            if (path := self.root / name).is_file():
                yield path

    def folders(self) -> list[Path]:
        """Return the folders that the app's files are in, none of them within another."""
        found: list[Path] = []
        for folder in sorted(path for path in map(self._top, self._include) if path.is_dir()):
            if not any(folder.is_relative_to(each) for each in found):
                found.append(folder)
        return found

    def single_files(self) -> list[Path]:
        """Return the app's files that are named one by one."""
        return [*(path for path in map(self._top, self._include) if not path.is_dir()), self.root / "cdk.json"]

    def _top(self, pattern: str) -> Path:
        return _literal(self.root, pattern)

    @cached_property
    def _include(self) -> tuple[str, ...]:
        return self._patterns("include") or _EVERYTHING

    @cached_property
    def _exclude(self) -> tuple[str, ...]:
        return self._patterns("exclude")

    def _patterns(self, key: str) -> tuple[str, ...]:
        found = self.cdk_json.get("watch", {}).get(key, ())
        return (found,) if isinstance(found, str) else tuple(found)

    def is_excluded(self, relative: PurePath) -> bool:
        """Return whether ``watch`` in ``cdk.json`` excludes a file, given its path in the app."""
        places = [relative, *relative.parents[:-1]]
        return any(place.full_match(pattern) for pattern in self._exclude for place in places)


def current() -> App:
    """Return the app of this checkout."""
    return App(project.ROOT)


def context_options(context: Sequence[str]) -> list[str]:
    """Return the CDK's options for context values, each ``KEY=VALUE``."""
    return [part for each in context for part in ("--context", each)]


def _literal(root: Path, pattern: str) -> Path:
    """Return the place that a pattern names before its first wildcard."""
    path = root
    for part in Path(pattern).parts:
        if _WILDCARDS & set(part):
            break
        path /= part
    return path


def _walk(top: Path) -> Iterator[Path]:
    """Yield the files below a place, without what is hidden, installed or generated there."""
    if top.is_file():
        yield top
    for folder, folders, files in os.walk(top):
        folders[:] = [name for name in folders if not _is_made(Path(folder, name))]
        yield from (Path(folder, name) for name in files)


def _is_made(folder: Path) -> bool:
    """Return whether a folder holds what was installed or generated, a virtual environment of any name included."""
    return folder.name in NEVER or folder.name.startswith(".") or (folder / "pyvenv.cfg").exists()
