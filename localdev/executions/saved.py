"""Read a history that was saved as a file, on this machine or from an AWS account."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from localdev.executions.errors import HistoryError
from localdev.executions.events import read_events
from localdev.executions.replay import read_history

if TYPE_CHECKING:
    from localdev.executions.history import History

HOW = "'aws stepfunctions get-execution-history --execution-arn ARN' and 'history NAME --events' print one."


def read_saved(text: str) -> History:
    """Read the JSON that ``aws stepfunctions get-execution-history`` prints, or its list of events alone.

    :raises HistoryError: it is something else, or has no events.
    """
    try:
        document: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise HistoryError(f"The saved history is not JSON: {error}.", HOW) from None
    events = document.get("events") if isinstance(document, dict) else document
    if not isinstance(events, list) or not all(isinstance(event, dict) for event in events):
        raise HistoryError("The saved history has no list 'events'.", HOW)
    if not events:
        raise HistoryError("The saved history has no events.", HOW)
    return read_history(read_events(events))
