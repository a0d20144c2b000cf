"""Hot reload from folders that the person has allowed, and from no other."""

from __future__ import annotations

import os
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import ModuleType

VARIABLE = "LAMBDA_HOT_RELOAD_FOLDERS"
"""Folders, separated as in ``PATH``; what is below them is allowed as well."""


def is_allowed(folder: str, environ: Mapping[str, str]) -> bool:
    """Return whether a folder, its links followed, is one of the allowed folders or below one."""
    allowed = [Path(entry).resolve() for entry in environ.get(VARIABLE, "").split(os.pathsep) if entry]
    place = Path(os.path.expandvars(folder)).resolve()
    return any(place.is_relative_to(entry) for entry in allowed)


def _refuse_other_folders(module: ModuleType) -> None:
    create: Callable[[str], Any] = module.create_hot_reloading_code

    @wraps(create)
    def create_where_allowed(path: str) -> Any:
        # the path is checked first: a relative one has an answer of its own
        code = create(path)
        if not is_allowed(path, os.environ):
            raise module.InvalidParameterValueException(
                f"Hot reload from {path} is not allowed. "
                f"Hint: start the emulator with {VARIABLE}={path}, or use ./scripts/watch.",
                Type="User",
            )
        return code

    module.create_hot_reloading_code = create_where_allowed  # type: ignore[attr-defined]


HOT_RELOAD_FOLDERS = Correction(
    "hot-reload-folders",
    "Shows any folder of the machine to a function whose creator, perhaps another function, names it.",
    "Has no hot reload; only folders named in LAMBDA_HOT_RELOAD_FOLDERS can be shown.",
    "SECURITY.md",
    {"localstack.services.lambda_.invocation.lambda_service": _refuse_other_folders},
)
