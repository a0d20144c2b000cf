"""Make the parts of the set-up side by side, each with a stamp of what it was made from, and show how far it is."""

import contextlib
import hashlib
import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from localdev.setup.errors import SetupError, said_of

STAMP = ".made-from"
_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


@dataclass
class Part:
    """One of the things to be made: a folder, what it depends on, and how it is made."""

    title: str
    folder: Path
    inputs: Sequence[Path]
    make: Callable[[], None]
    after: Sequence["Part"] = ()
    """The parts it is made with."""
    program: Path | None = None
    """What is run of it: an environment's Python, which goes when the Python that it was made with is removed."""
    state: str = "waiting"
    seconds: float = 0.0
    error: str = ""
    ended: threading.Event = field(default_factory=threading.Event)
    fingerprint: str = field(init=False)

    def __post_init__(self) -> None:
        digest = hashlib.sha256(f"{sys.version} {self.folder}".encode())
        for path in self.inputs:
            digest.update(path.read_bytes())
        self.fingerprint = digest.hexdigest()

    def is_current(self) -> bool:
        """Return whether it was made to its end, from these very inputs, by this Python, and can still be run."""
        stamp = self.folder / STAMP
        is_made = stamp.is_file() and stamp.read_text(encoding="utf-8") == self.fingerprint
        return is_made and (self.program is None or os.access(self.program, os.X_OK))

    def run(self) -> None:
        """Make it from nothing; what goes wrong is kept in ``error``."""
        for part in self.after:
            part.ended.wait()
        if all(part.state != "failed" for part in self.after):
            self._make()
        else:
            self.state = "left out"
        self.ended.set()

    def _make(self) -> None:
        self.state, started = "running", time.monotonic()
        try:
            remove(self.folder)
            self.make()
            (self.folder / STAMP).write_text(self.fingerprint, encoding="utf-8")
            self.state = "done"
        except (SetupError, OSError) as error:
            self.state, self.error = "failed", said_of(error)
        finally:
            self.seconds = time.monotonic() - started


def remove(folder: Path) -> None:
    """Remove a folder. :raises OSError: something in it stays."""

    def let_go(function: Callable[..., object], path: str, error: BaseException) -> None:
        if not isinstance(error, FileNotFoundError):
            Path(path).parent.chmod(0o700)
            function(path)

    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(folder, onexc=let_go)


def make(todo: Sequence[Part]) -> None:
    """Make the parts side by side, saying how far each is."""
    threads = [threading.Thread(target=part.run, daemon=True) for part in todo]
    for thread in threads:
        thread.start()
    show_progress(todo, threads)


def show_progress(todo: Sequence[Part], threads: Sequence[threading.Thread]) -> None:
    """Show one line that changes on a terminal; elsewhere a line for each part that is done."""
    live = sys.stderr.isatty()
    said: set[str] = set()
    started, tick = time.monotonic(), 0
    while any(thread.is_alive() for thread in threads) or len(said) < len(todo):
        for part in todo:
            if part.state in {"done", "failed", "left out"} and part.title not in said:
                said.add(part.title)
                if part.state != "left out":
                    # as in localdev.executions.signs, which the set-up may not import
                    mark = "✓" if part.state == "done" else "✗"
                    say(f"{mark} {part.title} ({part.seconds:.0f} s)", live=live)
        running = ", ".join(part.title for part in todo if part.state == "running")
        if live and running:
            spinner = _SPINNER[tick % len(_SPINNER)]
            elapsed = time.monotonic() - started
            print(
                f"\r\x1b[K{spinner} {running} … {elapsed:.0f} s",
                end="",
                file=sys.stderr,
                flush=True,
            )
        tick += 1
        for thread in threads:
            thread.join(0.1 / len(threads))


def say(text: str, *, live: bool) -> None:
    """Print a line on the standard error; on a terminal, in the place of the one that shows the progress."""
    print(f"\r\x1b[K{text}" if live else text, file=sys.stderr, flush=True)
