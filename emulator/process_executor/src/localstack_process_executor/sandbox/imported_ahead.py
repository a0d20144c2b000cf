"""Hide modules that the fork server has imported ahead, until a function imports them.

A function has to find ``sys.modules``, the loggers and ``sys.meta_path`` as in an interpreter that has only just
started, and has to get the module that its own ``sys.path`` leads to. So a module that was imported ahead is put aside
before the function's code runs. When it is imported, and where ``sys.path`` leads to the very same one, it is put back,
with whatever its own import would have imported; where not, it is forgotten, and Python imports what it finds. All of
them are forgotten where the function changes how modules are imported, or what they would have found: then each import
is a real one.

Imported by :mod:`fork_server`; with the standard library only, on any Python that AWS has a runtime for.
"""

from __future__ import annotations

import _thread
import builtins
import logging
import os
import sys

# the name itself: what it is an attribute of may be hidden, too
from importlib.machinery import ModuleSpec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import types
    from collections.abc import Iterable, Sequence
    from typing import Any

    from localstack_process_executor.sandbox.import_trace import ImportTrace

_ALWAYS_THERE = ("built-in", "frozen")
_ALIAS_OF_MAIN = "__mp_main__"
"""Made by the import of ``multiprocessing``."""
_PATCHED = (
    "_thread",
    "http.client",
    "os",
    "queue",
    "select",
    "selectors",
    "signal",
    "socket",
    "ssl",
    "subprocess",
    "threading",
    "time",
    "urllib.parse",
)
"""Whose functions and classes others are put in the place of, by gevent, say: who imports them later has these."""


class _Loads:
    """Loader of a module that was put aside."""

    ahead: ImportedAhead

    def create_module(self, spec: ModuleSpec) -> types.ModuleType | None:
        """Put it back; a new one where another loader has taken ours to use it in its own way."""
        ours: object = self
        return self.ahead.put_back(spec.name) if spec.loader is ours else None

    def exec_module(self, module: types.ModuleType) -> None:
        """Do nothing: the module was executed ahead, and is as it was then."""
        if not self.ahead.was_put_back(module):
            super().exec_module(module)  # type: ignore[misc]


class ImportedAhead:
    """A finder of the modules that were put aside.

    ``trace`` says which module has imported which; ``always`` names those that stay.
    """

    def __init__(self, trace: ImportTrace, always: Iterable[str]) -> None:
        self._imported, self._missing = trace.imported, trace.missing
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
        self._put_back_now: set[str] = set()
        for module in self._originals.values():
            module.__spec__ = _spec(module, self)
        self._finders = [finder for finder in sys.meta_path if type(finder).__module__ in self._aside]
        self._loggers = self._made_by()
        self._places = {_home(module) for name, module in self._originals.items() if "." not in name}
        self._machinery = _machinery()
        self._unpatched = {name: _functions(sys.modules[name]) for name in _PATCHED if name in sys.modules}

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
            self._hide_attribute(name, module)
        for name in self._companions:
            del sys.modules[name]
        sys.meta_path.insert(0, self)

    def _hide_attribute(self, name: str, module: types.ModuleType) -> None:
        """Remove a module from its package, unless the package imported it or set it, and so uses it."""
        package, _, attribute = name.rpartition(".")
        parent = self._originals.get(package) or sys.modules.get(package)
        if not parent or name in self._imported.get(package, ()) or not _is_from_a_file(module):
            return
        if vars(parent).get(attribute) is module:
            delattr(parent, attribute)

    def find_spec(
        self, name: str, _path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find the spec of a module that was put aside, where the function would get the same one."""
        with self._lock:
            module = self._aside.get(name)
            if module is None or target is not None:
                return None
            if self._is_unusual():
                self._aside.clear()
                return None
            if not self._is_what_would_be_found(self._with_it(name)):
                del self._aside[name]
                return None
            return module.__spec__

    def put_back(self, name: str) -> types.ModuleType | None:
        """Put back a module, and all that its import would have imported; none where it is forgotten."""
        with self._lock:
            if name not in self._aside and sys.modules.get(name) is not self._originals[name]:
                return None
            names = self._with_it(name)
            wanted = [each for each in self._originals if each in names and each in self._aside]
            # whoever finds a module finds it whole: other threads do not wait for this one
            for each in wanted:
                self._make_attribute(each)
            for each in wanted:
                self._put_back(each)
            self._put_back_now.add(name)
        return self._originals[name]

    def was_put_back(self, module: types.ModuleType) -> bool:
        """Return whether that has happened to it just now."""
        name = module.__name__
        if self._originals.get(name) is not module or name not in self._put_back_now:
            return False
        self._put_back_now.discard(name)
        return True

    def _made_by(self) -> dict[str, list[logging.Logger]]:
        """Return the loggers that each module has made."""
        made: dict[str, list[logging.Logger]] = {}
        for name, module in self._originals.items():
            values = [logging.root.manager.loggerDict.get(name), *vars(module).values()]
            made[name] = list({value.name: value for value in values if type(value) is logging.Logger}.values())
        return made

    def _is_unusual(self) -> bool:
        """Return whether the function has changed how modules are imported, or what most of them are made of."""
        if sys.meta_path[:1] != [self] or _machinery() != self._machinery or sys.gettrace() or sys.getprofile():
            return True
        for entry in sys.path:
            # something optional, which was not there ahead
            if entry not in self._places and not self._missing.isdisjoint(_importable(entry) or ()):
                return True
        return any(
            _functions(sys.modules[name]) != functions
            for name, functions in self._unpatched.items()
            if name not in self._aside and name in sys.modules
        )

    def _make_attribute(self, name: str) -> None:
        """Make a module an attribute of its package."""
        package, _, attribute = name.rpartition(".")
        parent = self._originals.get(package) or sys.modules.get(package)
        if parent is not None and attribute not in vars(parent):
            setattr(parent, attribute, self._originals[name])

    def _put_back(self, name: str) -> None:
        module = self._aside.pop(name)
        for companion in [companion for companion in self._companions if companion.rpartition(".")[0] == name]:
            sys.modules[companion] = self._companions.pop(companion)
        if name == "multiprocessing":
            sys.modules[_ALIAS_OF_MAIN] = sys.modules["__main__"]
        if name == "multiprocessing.process":
            # made of random bytes when it was imported
            config = module.current_process()._config  # noqa: SLF001
            config["authkey"] = type(config["authkey"])(os.urandom(len(config["authkey"])))
        sys.meta_path += [finder for finder in self._finders if type(finder).__module__ == name]
        for logger in self._loggers[name]:
            existing = logging.root.manager.loggerDict.get(logger.name)
            if not isinstance(existing, logging.Logger):
                _register(logger)
            elif existing is not logger:
                _replace(logger, existing, module)
        sys.modules[name] = module

    def _with_it(self, name: str) -> set[str]:
        """Return the module, its packages, and all that these have imported in turn."""
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
        """Return whether each of them is there already, or is the first of its name on the function's import path."""
        if not all(self._is_as_it_was(name) for name in names):
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

    def _is_as_it_was(self, name: str) -> bool:
        """Return whether it is aside, or is back: the function may have put another one in its place."""
        if name in self._aside:
            return name not in sys.modules
        if name not in sys.modules:
            # a thread that loads it takes it out for a moment, and puts it in again
            return getattr(self._originals[name].__spec__, "_initializing", False)
        return sys.modules[name] is self._originals[name]


_LOADERS: dict[type, Any] = {}
"""Of those that can put back what they load, by those that these are otherwise like."""


def _spec(module: types.ModuleType, ahead: ImportedAhead) -> ModuleSpec:
    """Return a module's spec with a loader that puts the module back, otherwise the one it had."""
    its_own = module.__spec__
    assert its_own
    loader = its_own.loader
    kind = loader if isinstance(loader, type) else type(loader)
    if kind not in _LOADERS:
        _LOADERS[kind] = type(kind.__name__, (_Loads, kind), {"__module__": kind.__module__, "ahead": ahead})
    loads = _LOADERS[kind]
    ours = loads.__new__(loads)
    if not isinstance(loader, type):
        vars(ours).update(vars(loader))
    spec = ModuleSpec(its_own.name, ours, origin=its_own.origin, loader_state=its_own.loader_state)
    spec.submodule_search_locations = its_own.submodule_search_locations
    spec.cached, spec.has_location = its_own.cached, its_own.has_location
    return spec


def _machinery() -> tuple[object, ...]:
    """Return what imports modules, and makes loggers."""
    return (builtins.__import__, *sys.path_hooks, logging.getLoggerClass())


def _functions(module: types.ModuleType) -> dict[str, object]:
    """Return a module's functions and classes, by name."""
    return {name: value for name, value in vars(module).items() if callable(value)}


def _is_from_a_file(module: types.ModuleType) -> bool:
    """Return whether Python's import system made it an attribute of its package; six, e.g., does it itself."""
    spec = module.__spec__
    return spec is not None and spec.has_location


def _is_found_by_its_name(name: str, module: types.ModuleType) -> bool:
    """Return whether it is, and has no other; what is not has been made by another module."""
    spec = getattr(module, "__spec__", None)
    return spec is not None and spec.name == name and (spec.origin is not None or "." in name)


def _home(module: types.ModuleType) -> str:
    """Return the import path entry of a top-level module, or none where it is built in."""
    spec = module.__spec__
    assert spec
    assert spec.origin
    if spec.origin in _ALWAYS_THERE:
        return ""
    folder, _, file = spec.origin.rpartition("/")
    return folder.rpartition("/")[0] if file.startswith("__init__.") else folder


def _importable(entry: object) -> set[str] | None:
    """Return the top-level modules and packages of an entry of the import path; ``None`` where it is no folder."""
    if not isinstance(entry, str):
        return set()  # Python passes it over
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


def _replace(logger: logging.Logger, by: logging.Logger, module: types.ModuleType) -> None:
    """Replace a module that the function has asked for before: there is one of each name, with what it was given."""
    for handler in logger.handlers:
        by.addHandler(handler)
    for attribute in [key for key, value in vars(module).items() if value is logger]:
        setattr(module, attribute, by)
