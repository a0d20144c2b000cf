"""Keep what one test has started, what is to be undone, and what its report is to say."""

from __future__ import annotations

import secrets
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from localdev.testing.rehearsals import Rehearsals
    from localdev.testing.running import Execution

_HAS_ENDED: Final = "The test that started it has ended."


class Case:
    """One test. The fixtures of the kit share it; what extends the kit registers here."""

    def __init__(self, nodeid: str, seed: int = 0) -> None:
        self.nodeid = nodeid
        self.seed = seed
        """Of the run: what is left to chance is the same in a run with the same."""
        self.has_failed = False
        """Whether the test itself has failed; what it left undone is then no error of its own."""
        self.trace = f"1-{int(time.time()):08x}-{secrets.token_hex(12)}"
        """The root of the trace that the test's requests are part of."""
        self.rehearsals: Rehearsals | None = None
        """Mocks, faults and the clock, of a test that has them."""
        self.began = datetime.now(UTC)
        self.executions: dict[str, Execution] = {}
        """Those that the test started, by their ARNs, the oldest first; of an API's, those that its answers name."""
        self.notes: list[tuple[str, str]] = []
        """Sections of the test's report: title and text."""
        self.shown: list[tuple[str, str]] = []
        """Those to be said at the end of the run."""
        self._at_end = ExitStack()

    def at_end(self, callback: Callable[[], object]) -> None:
        """Call ``callback`` when the test has ended, the last one first; an error that it raises is the test's."""
        self._at_end.callback(callback)

    def note(self, title: str, text: str, *, shown: bool = False) -> None:
        """Add a section to the test's report; with ``shown``, say it at the end of the run though the test passes."""
        self.notes.append((title, text))
        if shown:
            self.shown.append((title, text))

    def started(self, execution: Execution) -> Execution:
        """Take an execution of this test, and return the one that is known by its ARN."""
        return self.executions.setdefault(execution.arn, execution)

    def traced(self) -> dict[str, str]:
        """Return the headers that say which test a request is part of, where that matters: mocks, faults, a clock."""
        return {} if self.rehearsals is None else {"X-Amzn-Trace-Id": f"Root={self.trace}"}

    def end(self) -> None:
        """Stop what still runs, say so in the report, and undo the rest.

        :raises Exception: what a callback has raised.
        """
        try:
            running = [each for each in list(self.executions.values()) if each.stop(_HAS_ENDED, self.began)]
            if running:
                names = "\n".join(each.name for each in running)
                self.note("executions that were still running, and were stopped", names, shown=True)
        finally:
            self._at_end.close()
