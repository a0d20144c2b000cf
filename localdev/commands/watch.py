"""``watch``: what is saved is live for the next request."""

from __future__ import annotations

import io
import time
import zipfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

from localdev.commands import up
from localdev.commands.base import Command, engine_of, engine_options
from localdev.deployment.hot_code import HotCode, HotFunctions
from localdev.system.endpoints import endpoint_port
from localdev.system.errors import LocaldevError
from localdev.system.file_lock import exclusive
from localdev.system.project import ROOT, STATE
from localdev.system.terminal import out

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from infra.handler_code import Mistake
    from localdev.engines import Engine

_CODE = ROOT / "lambdas"
_APP_FOLDER = "infra"
_APP_FILES = ("app.py", "cdk.json")
_GATHER_MS = 60
"""Two saves within this time are one."""
_LOOK_MS = 15
_LOOK_AT_FILES_MS = 100


class Watch:
    """An engine whose functions run the code as it is saved, from :meth:`begin` to :meth:`end`."""

    def __init__(self, engine: Engine, source: Path = _CODE) -> None:
        self._engine = engine
        self._functions = HotFunctions(engine.clients(), engine.stack_name)
        self._code = HotCode(source, STATE / "hot" / str(_port(engine)))
        self._saves: Iterator[set[Path]] = iter(())
        self._looked = time.time()
        self._is_switched = False

    def begin(self) -> None:
        """Switch the functions over, to what can be run of the code as it is. No save is missed from then on."""
        self._saves = saves(self._code.source)
        next(self._saves)
        self._code.remove()
        self._looked = time.time()
        changes = self._code.changes()
        if mistakes := self._code.mistakes(changes):
            self._say_mistakes(mistakes, "mend it and start again")
            raise LocaldevError("The functions' code cannot run as it is.")
        self._code.copies.mkdir(parents=True)
        self._code.take(changes)
        self._is_switched = True
        self._functions.run_from(self._code.copies)

    def follow(self) -> None:
        """Do what each burst of saves asks for, until interrupted.

        :raises LocaldevError: nothing is up any more.
        """
        for saved in self._saves:
            app = {path for path in saved if not path.is_relative_to(self._code.source)}
            since = self._saved_at(app)
            # the functions first: a deployment takes a hundred times as long
            self.code_changed()
            if app:
                self.app_changed(sorted({_part(path) for path in app}), since)

    def code_changed(self) -> None:
        """Make what was saved live, or say why it cannot be.

        :raises LocaldevError: nothing is up any more.
        """
        now = time.time()
        changes = self._code.changes()
        since = self._saved_at(self._code.source / name for name in changes.written)
        self._looked = now
        if not changes:
            return
        if mistakes := self._code.mistakes(changes):
            self._say_mistakes(mistakes, "the functions go on with what they have")
            return
        self._code.take(changes)
        self._stay_switched()
        _say(f"[green]✓[/] {', '.join(f'lambdas/{name}' for name in changes.names)} live", since)

    def app_changed(self, names: list[str], since: float) -> None:
        """Deploy what was saved at ``since``, and switch over whatever functions there are then.

        :raises LocaldevError: nothing is up any more.
        """
        up.require_up(self._engine)  # the CDK would try for minutes
        out.print(f"[dim]{_now()}[/]   {', '.join(names)} changed: deploying", highlight=False)
        try:
            up.deploy(self._engine)
            self._switch()
        except LocaldevError as error:
            _say(f"[red]✗[/] not deployed; what was there goes on. {error.message}", since, markup_safe=False)
            return
        _say("[green]✓[/] deployed", since)

    def _stay_switched(self) -> None:
        """The functions may have been deployed from elsewhere: they would not see what is saved."""
        up.require_up(self._engine)
        if not self._functions.all_run_from(self._code.copies):
            self._switch()

    def _switch(self) -> None:
        up.order_api(self._engine)  # deployed, or it says how
        self._functions = HotFunctions(self._engine.clients(), self._engine.stack_name)
        self._functions.run_from(self._code.copies)

    def _saved_at(self, paths: Iterable[Path]) -> float:
        """When these were modified last; where none was since we looked last, e.g. one that was moved, it is now."""
        modified = [path.stat().st_mtime for path in paths if path.exists()]
        return max((at for at in modified if at > self._looked), default=time.time())

    def end(self) -> None:
        """The functions run packages again, of the code as it is now, and nothing is left behind."""
        package = io.BytesIO()
        with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(self._code.copies.rglob("*.py")):
                archive.write(path, path.relative_to(self._code.copies))
        if self._is_switched and self._engine.is_up():
            self._functions.run_package(package.getvalue())
        # not where a second Ctrl-C has kept them from it: they would have no code
        self._code.remove()

    @staticmethod
    def _say_mistakes(mistakes: Sequence[Mistake], what_then: str) -> None:
        for mistake in mistakes:
            where = f"lambdas/{mistake.name}:{mistake.line}"
            out.print(f"[dim]{_now()}[/] [red]✗[/] {where}: ", end="", highlight=False)
            out.print(f"{mistake.what}; {what_then}", markup=False, highlight=False)
            if mistake.text:
                out.print(f"           {mistake.text.strip()}", markup=False, highlight=False)


def _run(options: argparse.Namespace) -> int:
    engine = engine_of(options)
    if engine.name in {"aws", "container"}:
        raise LocaldevError(
            f"watch is not for --engine {engine.name}: its functions do not see this machine's files.",
            "use --engine embedded, or let the CDK watch: ./scripts/cdk watch.",
        )
    up.require_up(engine)
    up.order_api(engine)  # deployed, or it says how
    with _alone(engine):
        return watch_until_interrupted(engine, engine_options(options))


@contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    """:raises LocaldevError: the emulator's functions are watched already; the end of either would be that of both."""

    def refuse() -> None:
        raise LocaldevError(
            f"Another ./scripts/watch is running for {engine.where}.", "end it with Ctrl-C, or go on with that one."
        )

    with exclusive(STATE / f"watch-{_port(engine)}.lock", refuse):
        yield


def watch_until_interrupted(engine: Engine, again: str) -> int:
    """The functions run packages again whenever it is interrupted; ``again`` are the options that mean this engine."""
    watch = Watch(engine)
    try:
        watch.begin()
        out.print(
            "Watching lambdas/ and the app; what is saved is live for the next request. Ctrl-C ends it.\n"
            f"Order with  ./scripts/order{again}",
            highlight=False,
            soft_wrap=True,
        )
        watch.follow()
    except KeyboardInterrupt:
        out.print("\nThe functions keep the code as it is.")
    finally:
        watch.end()
    return 0


def saves(code: Path) -> Iterator[set[Path]]:
    """The paths of each burst of saves, in the functions' code and in the app.

    First comes an empty set: every save from then on is seen.
    """
    from pathlib import Path

    import watchfiles

    files = _AppFiles()
    is_first = True
    for changes in watchfiles.watch(
        code,
        ROOT / _APP_FOLDER,
        watch_filter=watchfiles.PythonFilter(extra_extensions=(".json",)),
        debounce=_GATHER_MS,
        step=_LOOK_MS,
        raise_interrupt=True,
        rust_timeout=_LOOK_AT_FILES_MS,
        yield_on_timeout=True,
    ):
        if is_first:
            yield set()
            is_first = False
        if saved := {Path(path) for _, path in changes} | files.saved():
            yield saved


class _AppFiles:
    """The app's single files, looked at: the system tells nothing more of a file once an editor has replaced it."""

    def __init__(self) -> None:
        self._seen = self._look()

    def saved(self) -> set[Path]:
        """Those that were saved since the last time."""
        before, self._seen = self._seen, self._look()
        return {path for path, state in self._seen.items() if state != before[path]}

    @staticmethod
    def _look() -> dict[Path, tuple[int, int] | None]:
        found: dict[Path, tuple[int, int] | None] = {}
        for path in (ROOT / name for name in _APP_FILES):
            try:
                status = path.stat()
            except FileNotFoundError:
                found[path] = None
            else:
                found[path] = (status.st_ino, status.st_mtime_ns)
        return found


def _port(engine: Engine) -> int:
    """Names the emulator: what is watched has an endpoint."""
    return endpoint_port(str(engine.endpoint_url))


def _part(path: Path) -> str:
    """The part of the app that a file belongs to."""
    return path.relative_to(ROOT).parts[0]


def _say(what: str, since: float, *, markup_safe: bool = True) -> None:
    seconds = max(time.time() - since, 0)
    text = f"[dim]{_now()}[/] {what}"
    out.print(f"{text} ({seconds:.2f} s)" if markup_safe else text, highlight=False, soft_wrap=True)


def _now() -> str:
    return time.strftime("%H:%M:%S")


COMMAND = Command(
    "Make what is saved live: the functions' code for the next request, the app by deploying it.\n"
    "A module that cannot be compiled is shown with file and line, and the old code goes on.",
    _run,
)
