"""Define a correction, and when it applies."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import ModuleType

LOCALSTACK_VERSION = "4.14.0"
"""The only version the corrections were written for; it is the last of its kind."""
_OFF = frozenset({"0", "false", "off", "no"})


@dataclass(frozen=True)
class Correction:
    """One difference from AWS, and the patches that remove it.

    A patch is a function that changes a module of LocalStack. It runs right after that module is imported, so a
    correction imports nothing of LocalStack by itself: a service that nobody uses is never loaded for it.
    """

    name: str
    """In kebab case, unique among all services."""
    localstack: str
    """What LocalStack does, in one sentence."""
    aws: str
    """What AWS does, and LocalStack with this correction, in one sentence."""
    source: str
    """The AWS page, the measurement or the report that says so."""
    patches: Mapping[str, Callable[[ModuleType], None]] = field(default_factory=dict)
    """By the name of the module that is patched."""
    begin: Callable[[], None] | None = None
    """Runs once when the correction is applied, for what is not a patch of one module."""

    @property
    def switch(self) -> str:
        """Return the environment variable that turns it off, such as ``CORRECTIONS_JSONATA``."""
        return f"CORRECTIONS_{self.name.upper().replace('-', '_')}"

    def is_on(self, environ: Mapping[str, str]) -> bool:
        """Return whether neither its own switch nor ``CORRECTIONS``, the switch of all, is off."""
        return not any(environ.get(switch, "").strip().lower() in _OFF for switch in ("CORRECTIONS", self.switch))

    def apply(self) -> None:
        """Patch each module now, or as soon as it is imported."""
        import wrapt  # type: ignore[import-not-found]  # installed in LocalStack's environment

        if self.begin:
            self.begin()
        for module, patch in self.patches.items():
            wrapt.register_post_import_hook(patch, module)


def switched_on(corrections: Iterable[Correction]) -> list[Correction]:
    """Return the corrections that no variable of this process switches off."""
    return [correction for correction in corrections if correction.is_on(os.environ)]


def is_the_version() -> bool:
    """Return whether this LocalStack is the version that the corrections were written for."""
    return version("localstack-core") == LOCALSTACK_VERSION
