"""The code of all our Lambda functions: one folder, one asset."""

from dataclasses import dataclass
from pathlib import Path

CODE = Path(__file__).parent.parent / "lambdas"


@dataclass(frozen=True)
class Mistake:
    """Why a module cannot run."""

    name: str
    """The module's path, as it was given."""
    line: int
    """0 where it is not the matter of one."""
    what: str
    text: str = ""
    """The line itself."""


def mistake(name: str, code: bytes) -> Mistake | None:
    """Why Python cannot compile a module; ``None`` where it can."""
    try:
        compile(code, name, "exec", dont_inherit=True)
    except SyntaxError as error:
        return Mistake(name, error.lineno or 0, error.msg, (error.text or "").rstrip())
    except ValueError as error:  # a null byte
        return Mistake(name, 0, str(error))
    return None


def mistakes(folder: Path = CODE) -> list[str]:
    """A sentence for each module that Python cannot compile: it would deploy, and fail every order."""
    modules = sorted(folder.rglob("*.py"))
    found = [mistake(path.relative_to(folder.parent).as_posix(), path.read_bytes()) for path in modules]
    return [f"{each.name}{f', line {each.line}' if each.line else ''}: {each.what}." for each in found if each]
