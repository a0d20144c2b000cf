"""Recorded executions: see ``record.py``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from localdev.executions.definition import Definition, read_definition
from localdev.executions.events import Event, events_of_log, read_events
from localdev.executions.replay import read_history

if TYPE_CHECKING:
    from localdev.executions.history import History

RECORDED = Path(__file__).parent / "recorded"
NAMES = sorted(path.stem for path in RECORDED.glob("*.json"))


@dataclass(frozen=True)
class Recording:
    """One execution as the API describes it, and as it is read."""

    document: dict[str, Any]
    definition: Definition
    events: tuple[Event, ...]
    history: History


@cache
def recording(name: str) -> Recording:
    """Return a recorded execution by its name in ``machines.py``."""
    document = json.loads((RECORDED / f"{name}.json").read_text())
    events = read_events(document["events"]) or events_of_log(document["log"], document["execution"]["executionArn"])
    return Recording(document, read_definition(document["definition"]), events, read_history(events))
