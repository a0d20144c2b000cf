"""Put a run of :mod:`benchmarks.adjustments` into the tables of emulator/tuning/README.md."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import machine
from localdev.system.project import EMULATOR

if TYPE_CHECKING:
    from collections.abc import Mapping

RESULTS = Path(__file__).parent / "results" / "adjustments.json"
README = EMULATOR / "tuning" / "README.md"
NOTHING, EVERYTHING = "nothing", "all"
"""The names of two equal emulators, and of one with all adjustments off."""
_ROW = re.compile(r"^\| (?P<name>[`a-z-][a-z `-]+) (?P<text>(?:\| [^|\n]+){3})(?:\| [^|\n]*)*\|$", re.MULTILINE)
_SUMMARY = re.compile(r"(<!-- generated: effects -->\n).*?(<!-- end -->)", re.DOTALL)
_ONE_DIGIT_FROM = 3


def read(path: Path = RESULTS) -> dict[str, Any]:
    """Return the results of a run."""
    results: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return results


def write(results: dict[str, Any]) -> None:
    """Keep them, and put them into the page."""
    RESULTS.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    README.write_text(with_effects(README.read_text(encoding="utf-8"), results), encoding="utf-8")


def with_effects(page: str, results: Mapping[str, Any]) -> str:
    """Return the page with the last cells of each adjustment's row, and the summary, as the results have it.

    :raises KeyError: a row is of an adjustment that was not measured.
    """
    effects = results["effects"]

    def row(match: re.Match[str]) -> str:
        name = match["name"].strip("`").replace(" ", "-")
        if name == "adjustment":  # the head of a table
            return match[0]
        cells = " | ".join(shown(factor) for factor in effects[name].values())
        return f"| {match['name']} {match['text']}| {cells} |"

    return _SUMMARY.sub(lambda match: f"{match[1]}{summary(results)}\n{match[2]}", _ROW.sub(row, page))


def summary(results: Mapping[str, Any]) -> str:
    """Return how much all are worth together, how exact a factor is, and what it was measured on."""
    everything, nothing = results["effects"][EVERYTHING], results["effects"][NOTHING]
    noise = max(abs(factor - 1) for factor in nothing.values())
    return (
        f"With all of them off an order takes {shown(everything['1'])} with one caller, "
        f"{shown(everything['8'])} with eight, "
        f"a start {shown(everything['start'])}.\n"
        f"Two equal emulators differed by up to {noise:.1%}: a factor no further from 1 than that says nothing.\n"
        f"{results['made']}, {machine.in_words(results['machine'])}."
    )


def shown(factor: float) -> str:
    """Return as a page has it."""
    return f"{factor:.{1 if factor >= _ONE_DIGIT_FROM else 2}f} ×"
