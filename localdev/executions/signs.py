"""Signs that stand beside every colour: one table for the terminal, the console and the reports."""

from __future__ import annotations

from typing import Final

RUNNING: Final = "…"
SUCCEEDED: Final = "✓"
RETRIED: Final = "↻"
WARNING: Final = "⚠"
"""Also an error that was caught."""
FAILED: Final = "✗"
TIMED_OUT: Final = "⏱"
ABORTED: Final = "■"
