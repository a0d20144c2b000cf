"""Track how far a state machine has come, so that a redrive goes on where it failed."""

from __future__ import annotations

from typing import Any


class Progress:
    """Progress of one state machine: an execution's own, a branch's, or that of an item of a Map."""

    __slots__ = (
        "begins_at",
        "document",
        "done",
        "map_run",
        "output",
        "parts",
        "previous",
        "previous_map_run",
        "resumed",
        "state",
        "variables",
    )

    def __init__(self) -> None:
        self.state: str | None = None
        """The state that was entered last."""
        self.document = "null"
        """Its input, as JSON."""
        self.variables: Any = None
        self.done = False
        self.output: Any = None
        """Of one that is done."""
        self.parts: dict[int, Progress] = {}
        """Of the branches of a Parallel state, or the items of a Map state, that was entered last."""
        self.previous: dict[int, Progress] = {}
        """Parts of the attempt before a redrive, for the first attempt after it."""
        self.resumed: dict[int, Progress] = {}
        """Parts that the attempt of now goes on with."""
        self.map_run: Any = None
        """Of the distributed Map that was entered last."""
        self.previous_map_run: Any = None
        """That of before a redrive, for the first attempt after it."""
        self.begins_at: str | None = None
        """The state at which a redrive goes on."""

    def enter(self, state: str, document: str, variables: Any) -> None:
        """Note that a state was entered."""
        again, self.begins_at = self.begins_at == state, None
        self.state, self.document, self.variables = state, document, variables
        self.parts, self.map_run = {}, None
        if not again:
            self.previous, self.previous_map_run = {}, None

    def begin_attempt(self) -> None:
        """Begin an attempt of a Parallel or Map state. A retry runs all parts, also after a redrive."""
        previous, self.previous = self.previous, {}
        unfinished = any(not part.done for part in previous.values())
        self.parts, self.resumed = {}, previous if unfinished else {}

    def take_map_run(self) -> Any:
        """Return the Map Run that a redrive goes on with, once."""
        run, self.previous_map_run = self.previous_map_run, None
        return run

    def begin_again(self) -> Progress:
        """Return the progress with which a redrive begins."""
        again = Progress()
        again.state = again.begins_at = self.state
        again.document, again.variables = self.document, self.variables
        again.previous = self.parts or self.previous
        again.previous_map_run = self.map_run or self.previous_map_run
        return again
