"""Record which module imports which, from the very beginning of the fork server on.

Imports next to nothing itself: what is imported before it is begun is not seen.
"""

from __future__ import annotations

import builtins
import sys

AT_THE_START = frozenset(sys.modules)

TYPE_CHECKING = False
if TYPE_CHECKING:
    import types
    from collections.abc import Sequence
    from typing import Any


class ImportTrace:
    """Stands in the place of ``__import__``, and remembers what each module's own import has led to."""

    def __init__(self) -> None:
        self._import = builtins.__import__
        self.imported: dict[str, set[str]] = {}
        """By the name of the module that has imported them."""
        self.missing: set[str] = set()
        """What was asked for at the top level and is not there: something optional."""

    def __call__(
        self,
        name: str,
        globals: Any = None,  # noqa: A002 - its name in Python
        locals: Any = None,  # noqa: A002
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> Any:
        """Import, as the statement does; what could not be found may have been looked for in a package."""
        absolute = _absolute(name, globals or {}, level)
        names = [absolute, absolute.rpartition(".")[0], *(f"{absolute}.{attribute}" for attribute in fromlist or ())]
        try:
            return self._import(name, globals, locals, fromlist, level)
        except ModuleNotFoundError as error:
            if error.name:
                self.missing.add(error.name.partition(".")[0])
            raise
        finally:
            self.imported.setdefault(_importer(), set()).update(name for name in names if name in sys.modules)

    def begin(self) -> None:
        """See every import from now on."""
        builtins.__import__ = self

    def end(self) -> None:
        """See no more."""
        builtins.__import__ = self._import
        self.missing -= {name.partition(".")[0] for name in sys.modules}


def _absolute(name: str, importer: dict[str, Any], level: int) -> str:
    """Return what a relative import means."""
    if not level:
        return name
    package = importer.get("__package__") or importer["__name__"].rpartition(".")[0]
    return ".".join(part for part in (package.rsplit(".", level - 1)[0], name) if part)


def _importer() -> str:
    """Return the innermost module that is being executed for the first time; "" where there is none.

    Not always the one the statement is in: a function may import something when a module calls it.
    """
    frame: types.FrameType | None = sys._getframe(2)  # noqa: SLF001 - there is no other way
    while frame:
        if getattr(frame.f_globals.get("__spec__"), "_initializing", False):
            return str(frame.f_globals["__name__"])
        frame = frame.f_back
    return ""


TRACE = ImportTrace()
