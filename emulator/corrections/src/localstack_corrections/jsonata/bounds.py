"""Bounds of an evaluation: time, depth, memory. An expression that exceeds one ends with an error.

Measured on AWS in 2026 by the authors of floci (floci-io/floci#2667, #2737): nesting of 100 is accepted and 101
refused, ``[1..873782]`` and a string of 2^22 characters are accepted, and one element or one doubling more refused.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from localstack_corrections.jsonata.errors import JSONataError

_TICKS_BETWEEN_LOOKS = 256


@dataclass(frozen=True)
class Bounds:
    """Bounds of an evaluation; None is without bound."""

    seconds: float | None = None
    """Of processor time of the evaluating thread, so that a busy machine fails no expression."""
    depth: int | None = None
    """Nested evaluations."""
    size: int | None = None
    """Of one value, in bytes: a character counts as one, every other value as eight."""


STEP_FUNCTIONS = Bounds(seconds=10, depth=100, size=6_990_256)


class Budget:
    """Use of its bounds by one evaluation."""

    __slots__ = ("_deadline", "_depth", "_size", "_ticks", "depth")

    def __init__(self, bounds: Bounds) -> None:
        self.depth = 0
        self._depth = bounds.depth or 0
        self._size = bounds.size or 0
        self._ticks = 0
        self._deadline = time.thread_time() + bounds.seconds if bounds.seconds else None

    def enter(self) -> None:
        """Count one nested evaluation more."""
        self.depth += 1
        if self._depth and self.depth > self._depth:
            raise JSONataError(
                "U1001",
                "Stack overflow error: Check for non-terminating recursive function. "
                "Consider rewriting as tail-recursive",
            )
        self.tick()

    def tick(self) -> None:
        """Count one step, and look at the time now and then."""
        self._ticks += 1
        if self._ticks % _TICKS_BETWEEN_LOOKS == 0 and self._deadline and time.thread_time() > self._deadline:
            raise JSONataError("U1001", "Expression evaluation timeout: Check for infinite loop")

    def fits(self, items: int, each: int = 8) -> None:
        """Raise an error when a value of that many items would be too large."""
        if self._size and items * each > self._size:
            raise JSONataError("U1001", "Expression evaluation memory limit exceeded: Check for excessive memory usage")

    def remaining(self) -> float | None:
        """Return the seconds left, at least a hundredth."""
        return max(self._deadline - time.thread_time(), 0.01) if self._deadline else None
