"""Diagnostics of a definition: AWS's code, message and location."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SCHEMA: Final = "SCHEMA_VALIDATION_FAILED"
TARGET: Final = "MISSING_TRANSITION_TARGET"
NO_END: Final = "MISSING_END_STATE"
JSON: Final = "INVALID_JSON_DESCRIPTION"
DUPLICATE: Final = "DUPLICATE_STATE_NAME"
NAME: Final = "INVALID_STATE_NAME"
LABEL: Final = "INVALID_LABEL_NAME"
DUPLICATE_LABEL: Final = "DUPLICATE_LABEL_NAME"
EXPRESSION: Final = "INVALID_JSONATA_EXPRESSION"
UNSUPPORTED: Final = "UNSUPPORTED_JSONATA_EXPRESSION"


@dataclass(frozen=True)
class Diagnostic:
    """One reason why a definition is rejected."""

    code: str
    message: str
    location: str | None = None
    """A path such as ``/States/A/Choices[0]/Next``."""

    def __str__(self) -> str:
        return f"{self.code}: {self.message} at {self.location or 'null'}"


def rejection(diagnostics: list[Diagnostic]) -> str:
    """Return the message of ``InvalidDefinition``."""
    return f"Invalid State Machine Definition: '{', '.join(map(str, diagnostics))}'"
