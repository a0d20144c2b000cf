"""What the fork server has imported ahead, hidden from a function until it imports it.

A function has to find ``sys.modules``, the loggers and ``sys.meta_path`` as in an interpreter that has only just
started, and has to get the module that its own ``sys.path`` leads to. So a module that was imported ahead is put aside
before the function's code runs. When it is imported, and where ``sys.path`` leads to the very same one, it is put back,
with whatever its own import would have imported; where not, it is forgotten, and Python imports what it finds.

Imported by :mod:`fork_server`; with the standard library only, on any Python that AWS has a runtime for.
"""

from __future__ import annotations

import _thread
import logging
import os
import sys

# the name itself: what it is an attribute of may be hidden, too
from importlib.machinery import ModuleSpec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import types
    from collections.abc import Iterable, Mapping, Sequence

_ALWAYS_THERE = ("built-in", "frozen")
_ALIAS_OF_MAIN = "__mp_main__"
"""Made by the import of ``multiprocessing``."""


class ImportedAhead:
    """A finder, and the loader of what it finds: the modules that were put aside.

    ``imported`` says which module has imported which; ``always`` names those that stay.
    """

    def __init__(self, imported: Mapping[str, set[str]], always: Iterable[str]) -> None:
        self._imported = imported
        self._lock = _thread.RLock()
        stays = set(always)
        self._originals = {
            name: module
            for name, module in sys.modules.items()
            if name not in stays and _is_found_by_its_name(name, module)
        }
        self._companions = {
            name: module
            for name, module in sys.modules.items()
            if name not in self._originals and name.rpartition(".")[0] in self._originals
        }
        self._aside = dict(self._originals)
        self._finders = [finder for finder in sys.meta_path if type(finder).__module__ in self._aside]
        self._loggers = self._made_by()

    def hide(self) -> None:
        """Put all of them aside, with what they have registered."""
        manager = logging.root.manager
        made_ahead = {logger.name for loggers in self._loggers.values() for logger in loggers}
        kept = [logger for name, logger in manager.loggerDict.items() if name not in made_ahead]
        manager.loggerDict.clear()
        for logger in kept:
            if isinstance(logger, logging.Logger):
                _register(logger)
        for finder in self._finders:
            sys.meta_path.remove(finder)
        sys.modules.pop(_ALIAS_OF_MAIN, None)
        for name, module in self._aside.items():
            del sys.modules[name]
            package, _, attribute = name.rpartition(".")
            parent = self._originals.get(package) or sys.modules.get(package)
            # its own code uses what it has imported itself
            if parent and name not in self._imported.get(package, ()) and vars(parent).get(attribute) is module:
                delattr(parent, attribute)
        for name in self._companions:
            del sys.modules[name]
        sys.meta_path.insert(0, self)

    def find_spec(
        self, name: str, _path: Sequence[str] | None = None, _target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        """Of a module that was put aside, where the function would get the same one."""
        with self._lock:
            module = self._aside.get(name)
            if module is None:
                return None
            if not self._is_what_would_be_found(self._with_it(name)):
                del self._aside[name]
                return None
        original = module.__spec__
        assert original
        spec = ModuleSpec(name, self, origin=original.origin, loader_state=original)  # type: ignore[arg-type]
        spec.submodule_search_locations = original.submodule_search_locations
        spec.cached, spec.has_location = original.cached, original.has_location
        return spec

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        """Put it back, with all that its import would have imported."""
        with self._lock:
            names = self._with_it(spec.name)
            wanted = [name for name in self._originals if name in names and name in self._aside]
            for name in wanted:
                self._put_back(name)
            for name in wanted:
                self._make_attribute(name)
        return self._originals[spec.name]

    def exec_module(self, module: types.ModuleType) -> None:
        """It has been executed ahead, and is as it was then."""
        spec = module.__spec__
        assert spec
        module.__spec__ = spec.loader_state

    def _made_by(self) -> dict[str, list[logging.Logger]]:
        """The loggers that each module has made."""
        made: dict[str, list[logging.Logger]] = {}
        for name, module in self._originals.items():
            values = [logging.root.manager.loggerDict.get(name), *vars(module).values()]
            made[name] = list({value.name: value for value in values if type(value) is logging.Logger}.values())
        return made

    def _put_back(self, name: str) -> None:
        module = self._aside.pop(name)
        sys.modules[name] = module
        for companion in [companion for companion in self._companions if companion.rpartition(".")[0] == name]:
            sys.modules[companion] = self._companions.pop(companion)
        if name == "multiprocessing":
            sys.modules[_ALIAS_OF_MAIN] = sys.modules["__main__"]
        sys.meta_path += [finder for finder in self._finders if type(finder).__module__ == name]
        for logger in self._loggers[name]:
            existing = logging.root.manager.loggerDict.get(logger.name)
            if not isinstance(existing, logging.Logger):
                _register(logger)
            elif existing is not logger:
                # the function has asked for it before: there is one of each name
                for attribute in [key for key, value in vars(module).items() if value is logger]:
                    setattr(module, attribute, existing)

    def _make_attribute(self, name: str) -> None:
        """A module is one of its package's."""
        package, _, attribute = name.rpartition(".")
        parent = sys.modules.get(package)
        if parent is not None and attribute not in vars(parent):
            setattr(parent, attribute, sys.modules[name])

    def _with_it(self, name: str) -> set[str]:
        """The module, its packages, and all that these have imported in turn."""
        found: set[str] = set()
        todo = [name]
        while todo:
            name = todo.pop()
            if name in found or name not in self._originals:
                continue
            found.add(name)
            todo.append(name.rpartition(".")[0])
            todo += self._imported.get(name, ())
        return found

    def _is_what_would_be_found(self, names: set[str]) -> bool:
        """Whether each of them is there already, or is the first of its name on the function's import path."""
        for name in names:
            if name not in self._aside and sys.modules.get(name) is not self._originals[name]:
                return False
        homes: dict[str, set[str]] = {}
        for name in names & self._aside.keys():
            if "." not in name and (home := _home(self._originals[name])):
                homes.setdefault(home, set()).add(name)
        for entry in sys.path:
            homes.pop(entry, None)
            if not homes:
                break
            there = _importable(entry)
            if there is None or any(not there.isdisjoint(tops) for tops in homes.values()):
                return False
        return not homes


def _is_found_by_its_name(name: str, module: types.ModuleType) -> bool:
    """Whether it is, and has no other; what is not has been made by another module."""
    spec = getattr(module, "__spec__", None)
    return spec is not None and spec.name == name and (spec.origin is not None or "." in name)


def _home(module: types.ModuleType) -> str:
    """The entry of the import path that a module of the top level was found in; none where Python has it built in."""
    spec = module.__spec__
    assert spec
    assert spec.origin
    if spec.origin in _ALWAYS_THERE:
        return ""
    folder, _, file = spec.origin.rpartition("/")
    return folder.rpartition("/")[0] if file.startswith("__init__.") else folder


def _importable(entry: str) -> set[str] | None:
    """The top-level modules and packages of an entry of the import path; ``None`` where it is no folder."""
    try:
        return {name.partition(".")[0] for name in os.listdir(entry or ".")}  # noqa: PTH208
    except FileNotFoundError:
        return set()
    except OSError:
        return None


def _register(logger: logging.Logger) -> None:
    """Make it the one of its name, as if it were made now."""
    manager = logger.manager
    existing = manager.loggerDict.get(logger.name)
    manager.loggerDict[logger.name] = logger
    if isinstance(existing, logging.PlaceHolder):
        manager._fixupChildren(existing, logger)  # type: ignore[attr-defined] # noqa: SLF001
    manager._fixupParents(logger)  # type: ignore[attr-defined] # noqa: SLF001
    logger._cache.clear()  # type: ignore[attr-defined] # noqa: SLF001
