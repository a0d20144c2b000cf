"""Read the app's settings: the table ``[tool.localdev]`` of the app's ``pyproject.toml``."""

from __future__ import annotations

import re
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from localdev.system import project
from localdev.system.errors import LocaldevError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_TABLE = "[tool.localdev]"
_REFERENCE = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")


class Settings(NamedTuple):
    """One table of settings; every key may be left out."""

    # no dataclass: to import those takes a tenth of "localdev --help"

    name: str = ""
    """What the app is called: the beginning of every stack name made for it. Default: the folder's name."""
    app: str | None = None
    """The command that synthesises the app. Default: ``app`` in ``cdk.json``."""
    handlers: tuple[str, ...] = ()
    """Folders of Lambda code that ``watch`` keeps live. Default: those the assembly's functions were made from."""
    stack_name_context: str | None = None
    """The context key by which the app gives its one stack another name. Default: none, the names are fixed."""
    console_form: str | None = None
    """``module:Class`` of the console's form that starts an execution. Default: no form."""
    commands: Mapping[str, str] = MappingProxyType({})
    """Commands of the app's own: name to ``module:ATTRIBUTE`` of a :class:`localdev.commands.base.Command`."""
    next_steps: tuple[str, ...] = ()
    """Lines that ``up`` prints in the end; ``{Output}`` is an output of a stack, ``{options}`` names the engine."""


def read(root: Path) -> Settings:
    """Return the settings of the app in ``root``; all defaults where its ``pyproject.toml`` has none, or is not there.

    :raises LocaldevError: the file is no TOML, has a key the tool does not know, or a value of another type.
    """
    file = root / "pyproject.toml"
    try:
        text = file.read_text(encoding="utf-8")
        document = _parsed(text) if "localdev" in text else {}
    except FileNotFoundError:
        document = {}
    except ValueError as error:
        raise LocaldevError(f"{file.name} cannot be read: {error}.", "mend its syntax (toml.io).") from error
    table = document.get("tool", {}).get("localdev", {})
    if not isinstance(table, dict):
        raise _wrong(_TABLE, "a table", table)
    return Settings(**{"name": _default_name(root), **_checked(table)})


def _parsed(text: str) -> dict[str, Any]:
    import tomllib  # a fifth of "localdev --help", and most projects have no settings

    return tomllib.loads(text)


@cache
def current() -> Settings:
    """Return the settings of this checkout's app, read once.

    :raises LocaldevError: see :func:`read`.
    """
    return read(project.ROOT)


def unique_stack_name() -> str | None:
    """Return a name that nobody else's stack has; ``None`` where the app's stacks cannot be named."""
    import secrets

    settings = current()
    return f"{settings.name}-{secrets.token_hex(4)}" if settings.stack_name_context else None


def _checked(table: Mapping[str, object]) -> dict[str, Any]:
    known = {name.replace("_", "-"): name for name in Settings._fields}
    found: dict[str, Any] = {}
    for key, value in table.items():
        if key not in known:
            raise LocaldevError(
                f"pyproject.toml: {_TABLE} has an unknown key {key!r}.", f"the keys are {', '.join(sorted(known))}."
            )
        found[known[key]] = _value(key, value)
    return found


def _value(key: str, value: object) -> object:
    if key in {"handlers", "next-steps"}:
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise _wrong(key, "a list of strings", value)
        return tuple(value)
    if key == "commands":
        if not isinstance(value, dict):
            raise _wrong(key, "a table", value)
        return {name: _reference(f"commands.{name}", place) for name, place in value.items()}
    if key == "console-form":
        return _reference(key, value)
    if not isinstance(value, str) or not value:
        raise _wrong(key, "a string", value)
    if key == "name" and not _NAME.fullmatch(value):
        raise _wrong(key, "letters, digits and hyphens, a letter first", value)
    return value


def _reference(key: str, value: object) -> str:
    if not isinstance(value, str) or not _REFERENCE.fullmatch(value):
        raise _wrong(key, "a reference such as 'package.module:NAME'", value)
    return value


def _wrong(key: str, expected: str, found: object) -> LocaldevError:
    return LocaldevError(
        f"pyproject.toml: {key} in {_TABLE} is not as expected: expected {expected}, found {found!r}.",
        "see docs/settings.md.",
    )


def _default_name(root: Path) -> str:
    """Return the folder's name, as a stack may be called."""
    return re.sub(r"[^A-Za-z0-9]+", "-", root.name).strip("-").lstrip("0123456789-") or "app"
