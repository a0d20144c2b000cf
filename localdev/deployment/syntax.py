"""Check that Python can compile a module before a function is given it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mistake:
    """Why a module cannot run."""

    name: str
    """The module's path, as it was given."""
    line: int
    """0 where no line is to blame."""
    what: str
    text: str = ""
    """The line itself."""


def mistake(name: str, code: bytes) -> Mistake | None:
    """Return why Python cannot compile a module; ``None`` where it can."""
    try:
        compile(code, name, "exec", dont_inherit=True)
    except SyntaxError as error:
        return Mistake(name, error.lineno or 0, error.msg, (error.text or "").rstrip())
    except ValueError as error:  # a null byte
        return Mistake(name, 0, str(error))
    return None
