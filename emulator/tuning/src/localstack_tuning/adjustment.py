"""Define an adjustment, and when it applies."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import ModuleType

LOCALSTACK_VERSION = "4.14.0"
"""The only version any of this was written for; it is the last of its kind."""
_OFF = frozenset({"0", "false", "off", "no"})


@dataclass(frozen=True)
class Adjustment:
    """A change to modules of LocalStack, made right after each is imported, so that nothing is imported for it."""

    name: str
    changes: Mapping[str, Callable[[ModuleType], None]]
    """By the name of the module that is changed."""
    begin: Callable[[], None] | None = None
    """Runs once when the adjustment is applied, for what is not a change of one module."""
    when_loaded: Callable[[], None] | None = None
    """Runs once LocalStack is ready and has stopped importing."""

    @property
    def switch(self) -> str:
        """The environment variable that turns it off: ``TUNING_JSONPATH_CACHE=0``."""
        return f"TUNING_{self.name.upper().replace('-', '_')}"

    def is_on(self, environ: Mapping[str, str]) -> bool:
        """Return whether neither its own switch nor ``TUNING``, the switch of all, is off."""
        return not any(environ.get(switch, "").strip().lower() in _OFF for switch in ("TUNING", self.switch))

    def apply(self) -> None:
        """Make the changes, now or when the modules are imported."""
        import wrapt  # type: ignore[import-not-found]  # it is in LocalStack's environment

        if self.begin:
            self.begin()
        for module, change in self.changes.items():
            wrapt.register_post_import_hook(change, module)


def switched_on(adjustments: Iterable[Adjustment]) -> list[Adjustment]:
    """Those that no variable of this process switches off."""
    return [adjustment for adjustment in adjustments if adjustment.is_on(os.environ)]


def is_the_version() -> bool:
    """Return whether this LocalStack is the one the adjustments were written for."""
    return version("localstack-core") == LOCALSTACK_VERSION
