"""The last campaign that was kept, as a table."""

from __future__ import annotations

import json
from typing import Any, Final

from localdev.system.project import ROOT

RESULTS: Final = ROOT / "benchmarks" / "results" / "campaign.json"


def table() -> str:
    """Return a row for each part."""
    outcomes = json.loads(RESULTS.read_text(encoding="utf-8"))
    rows = [_row(outcome) for outcome in outcomes]
    return "\n".join(
        ["| part | executions | lost | doubled | wrong | left behind | |", "|---|--:|--:|--:|--:|---|---|", *rows]
    )


def _row(outcome: dict[str, Any]) -> str:
    counts = " | ".join(str(outcome[key]) for key in ("started", "lost", "doubled", "wrong"))
    return f"| {outcome['part']} | {counts} | {', '.join(outcome['left']) or 'nothing'} | {_notes(outcome['notes'])} |"


def _notes(notes: dict[str, Any]) -> str:
    said = []
    if "disturbed" in notes:
        said.append(f"disturbed {notes['disturbed']} times")
    if "answers" in notes:
        said.append(f"answers {', '.join(f'{status}: {count}' for status, count in notes['answers'].items())}")
    if "MB" in notes:
        said.append(f"LocalStack's memory {notes['MB'][0]:.0f} to {notes['MB'][-1]:.0f} MB")
    if "MB per 1,000 executions" in notes:
        said.append(f"{notes['MB per 1,000 executions']} MB for 1,000 executions once everything has reached its bound")
    return "; ".join(said)
