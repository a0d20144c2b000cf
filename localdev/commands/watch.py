"""``watch``: make what is saved live for the next request."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from localdev.commands.deploying import EVERYTHING, Selection, deploy, require_up
from localdev.commands.terminal import DONE, FAILED, out
from localdev.deployment import assemblies
from localdev.deployment.app import NEVER, App
from localdev.deployment.checked import NotEmulatedError
from localdev.deployment.handlers import HandlerFolder, handler_folders
from localdev.deployment.hot_code import HotCode, HotFunctions
from localdev.deployment.package_files import is_packaged
from localdev.engines.naming import typed_for
from localdev.system.endpoints import endpoint_port
from localdev.system.errors import LocaldevError
from localdev.system.folders import remove_folder
from localdev.system.project import ROOT, hot_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from watchfiles import Change

    from localdev.deployment.hot_code import Changes
    from localdev.engines import Engine

_GATHER_MS = 60
"""Two saves within this time are one."""
_LOOK_MS = 15
_LOOK_AT_FILES_MS = 100
_LOOK_AT_EMULATOR_SECONDS = 1.0
_SUFFIXES = (".json", ".ts", ".js", ".mjs", ".cjs", ".yaml", ".yml")
"""What an app is written in, beside Python; editors write other files beside those they save."""
_DEPENDENCY_LISTS = frozenset({
    "Pipfile", "Pipfile.lock", "poetry.lock", "pyproject.toml", "requirements.txt", "uv.lock", "yarn.lock",
})  # fmt: skip
"""Files that say which packages bundling installs, wherever they are."""


class _Hot:
    """A folder of handlers, its copies, and the functions that run them."""

    def __init__(self, engine: Engine, handlers: HandlerFolder) -> None:
        copies = hot_folder(_port(engine)) / _name_of(handlers)
        self.code = HotCode(handlers.folder, copies, handlers.asset, handlers.left_out)
        self.functions = HotFunctions(handlers.functions)

    def shown(self, name: str) -> str:
        """Return a module's path, for a person."""
        return f"{self.code.source.name}/{name}"


class Watch:
    """An engine whose functions run the code as it is saved, from :meth:`begin` to :meth:`end`."""

    what = "the app"
    """What is deployed when a part of it is saved, for a person."""

    def __init__(
        self,
        engine: Engine,
        find: Callable[[Engine], list[HandlerFolder]] = handler_folders,
        selection: Selection = EVERYTHING,
    ) -> None:
        """Watch with ``find``, which returns the folders of handlers, and the deployed functions of each.

        ``selection`` says what is deployed when the app is saved.
        """
        self._engine = engine
        self._selection = selection
        self._find = find
        self._hot = self._folders()
        self._in_assets = self._asset_files()
        self._saves: Iterator[set[Path]] = iter(())
        self._looked = time.time()
        self._next_look = 0.0
        self._is_switched = False

    @property
    def folders(self) -> str:
        """The folders of handlers and the app, for a person."""
        return " and ".join(
            [*([", ".join(f"{hot.code.source.name}/" for hot in self._hot)] if self._hot else []), self.what]
        )

    def begin(self) -> None:
        """Switch the functions over, to what can be run of the code as it is. No save is missed from then on."""
        self._saves = self._all_saves([hot.code.source for hot in self._hot])
        next(self._saves)
        self._looked = time.time()
        for hot in self._hot:
            hot.code.remove()
        if any(self._say_mistakes(hot, hot.code.changes(), "mend it and start again") for hot in self._hot):
            raise LocaldevError("The functions' code cannot run as it is.", "mend it and start again.")
        for hot in self._hot:
            hot.code.begin()
        self._is_switched = True
        for hot in self._hot:
            hot.functions.run_from(hot.code.copies)

    def follow(self) -> None:
        """Do what each burst of saves asks for, until interrupted.

        :raises LocaldevError: nothing is up any more.
        """
        for saved in self._saves:
            app = {path for path in saved if path.name in _DEPENDENCY_LISTS or not self._is_in_folder(path)}
            since = self._saved_at(app)
            # the functions first: a deployment takes a hundred times as long
            self.code_changed()
            if app:
                self.app_changed(sorted({_part(path) for path in app}), since)

    def _all_saves(self, handlers: Sequence[Path]) -> Iterator[set[Path]]:
        """Yield the paths of each burst of saves, in folders of handlers and in what is deployed."""
        return saves(handlers, self._look_at_emulator, self._is_needed)

    def _deploy(self) -> None:
        """Deploy what has been saved. :raises LocaldevError: with what failed."""
        deploy(self._engine, self._selection)

    def _asset_files(self) -> frozenset[str]:
        """Return the names of the files that are deployed as they are."""
        return assemblies.asset_files()

    def _is_in_folder(self, path: Path) -> bool:
        return any(path.is_relative_to(hot.code.source) for hot in self._hot)

    def _is_needed(self, path: Path) -> bool:
        """Return whether functions depend on a file that no app is written in: data of theirs, or of a layer."""
        if path.name in _DEPENDENCY_LISTS:
            return True
        if self._is_in_folder(path):
            return any(hot.code.has(path) for hot in self._hot)
        return path.name in self._in_assets

    def _look_at_emulator(self) -> None:
        """Check, once a second, that there is something to watch for.

        :raises LocaldevError: the emulator has ended.
        """
        if time.monotonic() < self._next_look:
            return
        self._next_look = time.monotonic() + _LOOK_AT_EMULATOR_SECONDS
        if not self._engine.is_up():
            raise LocaldevError(
                f"The emulator at {self._engine.where} has ended, and this watch with it.",
                f"start it with {typed_for(self._engine, 'up')}, and watch again.",
            )

    def code_changed(self) -> None:
        """Make what was saved live, or say why it cannot be.

        :raises LocaldevError: nothing is up any more.
        """
        now = time.time()
        for hot in self._hot:
            self._take(hot)
        self._looked = now

    def _take(self, hot: _Hot) -> None:
        changes = hot.code.changes()
        since = self._saved_at(hot.code.source / name for name in changes.written)
        if not changes or self._say_mistakes(hot, changes, "the functions go on with what they have"):
            return
        hot.code.take(changes)
        self._stay_switched()
        _say(f"{DONE} {', '.join(map(hot.shown, changes.names))} live", since)

    def app_changed(self, names: list[str], since: float) -> None:
        """Deploy what was saved at ``since``, and switch over whatever functions there are then.

        :raises LocaldevError: nothing is up any more.
        """
        require_up(self._engine)  # the CDK would try for minutes
        out.print(f"[dim]{_now()}[/]   {', '.join(names)} changed: deploying", highlight=False)
        try:
            self._deploy()
            self._switch()
        except NotEmulatedError as error:
            self._switch()
            _say(f"{FAILED} deployed, but: {error.message}", since, markup_safe=False)
            return
        except LocaldevError as error:
            _say(f"{FAILED} not deployed; what was there goes on. {error.message}", since, markup_safe=False)
            return
        _say(f"{DONE} deployed", since)

    def _stay_switched(self) -> None:
        """Switch the functions again where they have been deployed from elsewhere: they would not see what is saved."""
        require_up(self._engine)
        if not all(hot.functions.all_run_from(hot.code.copies) for hot in self._hot):
            self._switch()

    def _switch(self) -> None:
        before = {hot.code.copies for hot in self._hot}
        self._hot = self._folders()
        self._in_assets = self._asset_files()
        for hot in self._hot:
            if hot.code.copies not in before:
                hot.code.begin()
            hot.functions.run_from(hot.code.copies)

    def _folders(self) -> list[_Hot]:
        return [_Hot(self._engine, handlers) for handlers in self._find(self._engine)]

    def _saved_at(self, paths: Iterable[Path]) -> float:
        """Return when these were modified last; now, where none was since we looked, e.g. one that was moved."""
        modified = [path.stat().st_mtime for path in paths if path.exists()]
        return max((at for at in modified if at > self._looked), default=time.time())

    def end(self) -> None:
        """Let the functions run packages again, of the code as it is now, and leave nothing behind."""
        is_up = self._is_switched and self._engine.is_up()
        for hot in self._hot:
            if is_up:
                hot.functions.run_package(hot.code.package())
        # not where a second Ctrl-C has kept them from it: they would have no code
        remove_folder(hot_folder(_port(self._engine)))

    @staticmethod
    def _say_mistakes(hot: _Hot, changes: Changes, what_then: str) -> bool:
        """Print why changed modules cannot run, and return whether any cannot."""
        mistakes = hot.code.mistakes(changes)
        for mistake in mistakes:
            where = f"{hot.shown(mistake.name)}:{mistake.line}"
            out.print(f"[dim]{_now()}[/] {FAILED} {where}: ", end="", highlight=False)
            out.print(f"{mistake.what}; {what_then}", markup=False, highlight=False)
            if mistake.text:
                out.print(f"           {mistake.text.strip()}", markup=False, highlight=False)
        return bool(mistakes)


def _nothing() -> None:
    """Do nothing while nothing is saved."""


def _is_source_alone(_path: Path) -> bool:
    """Find no other file of the app needed than those that it is written in."""
    return False


def saves(
    folders: Sequence[Path],
    meanwhile: Callable[[], None] = _nothing,
    is_needed: Callable[[Path], bool] = _is_source_alone,
) -> Iterator[set[Path]]:
    """Yield the paths of each burst of saves, in folders of handlers and in the app.

    First comes an empty set: every save from then on is seen. ``meanwhile`` is called when nothing was saved for a
    moment; ``is_needed`` says which files count beside the app's sources.
    """
    import watchfiles

    app = App(ROOT)
    is_source = watchfiles.PythonFilter(extra_extensions=_SUFFIXES)
    is_file = watchfiles.DefaultFilter()
    return bursts(
        [*folders, *(folder for folder in app.folders() if folder not in folders)],
        lambda change, path: (
            (is_source(change, path) and _is_of_app(path, app))
            or _is_of_handlers(path, folders)
            or (is_file(change, path) and _is_of_app(path, app) and is_needed(Path(path)))
        ),
        meanwhile,
        app.single_files(),
    )


def bursts(
    folders: Sequence[Path],
    is_wanted: Callable[[Change, str], bool],
    meanwhile: Callable[[], None] = _nothing,
    single_files: Sequence[Path] = (),
) -> Iterator[set[Path]]:
    """Yield the paths of each burst of saves of wanted files in folders, and of single files.

    First comes an empty set: every save from then on is seen. ``meanwhile`` is called when nothing was saved for a
    moment.
    """
    import watchfiles

    files = _SingleFiles(single_files)
    is_first = True
    for changes in watchfiles.watch(
        *folders,
        watch_filter=is_wanted,
        debounce=_GATHER_MS,
        step=_LOOK_MS,
        raise_interrupt=True,
        rust_timeout=_LOOK_AT_FILES_MS,
        yield_on_timeout=True,
    ):
        if is_first:
            yield set()
            is_first = False
        if saved := _saved(changes) | files.saved():
            yield saved
        else:
            meanwhile()


def _saved(changes: set[tuple[Change, str]]) -> set[Path]:
    """Return the paths of changes, without files that came and went: an editor writes those, and renames them."""
    from watchfiles import Change

    came_and_went = {path for _, path in changes if {(Change.added, path), (Change.deleted, path)} <= changes}
    paths = {path: Path(path) for _, path in changes}
    return {path for name, path in paths.items() if name not in came_and_went or path.exists()}


def _is_of_handlers(path: str, folders: Sequence[Path]) -> bool:
    """Return whether a function gets a file that was saved."""
    saved = Path(path)
    return any(saved.is_relative_to(folder) and is_packaged(saved.relative_to(folder).as_posix()) for folder in folders)


def _is_of_app(path: str, app: App) -> bool:
    """Return whether the app is made from a file that was saved: not from what is excluded, hidden or generated."""
    relative = PurePath(path).relative_to(app.root)
    return not app.is_excluded(relative) and not any(
        part in NEVER or part.startswith(".") for part in relative.parts[:-1]
    )


class _SingleFiles:
    """Files that are looked at one by one: the system tells nothing more of a file once an editor has replaced it."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = paths
        self._seen = self._look()

    def saved(self) -> set[Path]:
        """Return those that were saved since the last time."""
        before, self._seen = self._seen, self._look()
        return {path for path, state in self._seen.items() if state != before[path]}

    def _look(self) -> dict[Path, tuple[int, int] | None]:
        found: dict[Path, tuple[int, int] | None] = {}
        for path in self._paths:
            try:
                status = path.stat()
            except FileNotFoundError:
                found[path] = None
            else:
                found[path] = (status.st_ino, status.st_mtime_ns)
        return found


def _port(engine: Engine) -> int:
    """Return the port that names the emulator: what is watched has an endpoint."""
    return endpoint_port(str(engine.endpoint_url))


def _name_of(handlers: HandlerFolder) -> str:
    """Return a name for a folder's copies: two folders may be called the same, and one be packaged in two ways."""
    of = f"{handlers.folder}\0{handlers.asset.name if handlers.asset else ''}\0{handlers.left_out}"
    return f"{handlers.folder.name}-{hashlib.sha256(of.encode()).hexdigest()[:8]}"


def _part(path: Path) -> str:
    """Return the part of the app that a file belongs to."""
    return path.relative_to(ROOT).parts[0] if path.is_relative_to(ROOT) else str(path)


def _say(what: str, since: float, *, markup_safe: bool = True) -> None:
    seconds = max(time.time() - since, 0)
    text = f"[dim]{_now()}[/] {what}"
    out.print(f"{text} ({seconds:.2f} s)" if markup_safe else text, highlight=False, soft_wrap=True)


def _now() -> str:
    return time.strftime("%H:%M:%S")
