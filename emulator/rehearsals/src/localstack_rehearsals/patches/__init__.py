"""The patches of LocalStack that rehearsals need. They are applied with the first rehearsal, not before."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from localstack_rehearsals.patches import dates, executions, map_runs, tasks, threads, waits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import ModuleType

_ROOMS: Final = (executions, tasks, threads, waits, map_runs, dates)
PATCHES: Final[tuple[tuple[str, Callable[[ModuleType], None]], ...]] = tuple(
    patch for room in _ROOMS for patch in room.PATCHES
)
"""By the name of the module that is patched, in the order in which they apply."""
_lock = threading.Lock()
_applied: set[str] = set()


def patched_modules() -> list[tuple[str, list[str]]]:
    """Return the modules of LocalStack that are patched, by what the patches are about."""
    return [
        (room.__name__.rpartition(".")[2].replace("_", "-"), [module for module, _ in room.PATCHES]) for room in _ROOMS
    ]


def apply_once(patches: Iterable[tuple[str, Callable[[ModuleType], None]]] = PATCHES) -> None:
    """Patch each module now, or as soon as it is imported, unless that was done before."""
    import wrapt  # type: ignore[import-not-found]  # installed in LocalStack's environment

    with _lock:
        for module, patch in patches:
            name = f"{patch.__module__}.{patch.__qualname__} {module}"
            if name not in _applied:
                _applied.add(name)
                wrapt.register_post_import_hook(patch, module)
