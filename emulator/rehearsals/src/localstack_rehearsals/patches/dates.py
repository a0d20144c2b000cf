"""The dates that an execution with a clock sees and leaves: its own time, not the machine's."""

from __future__ import annotations

import datetime as dt
from functools import wraps
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from localstack_rehearsals.clock import current
from localstack_rehearsals.patches.asl import CORRECTIONS, ITERATION, SERVICE, STATE

if TYPE_CHECKING:
    from types import ModuleType


class _Now(dt.datetime):
    """Dates, of which "now" is that of the execution which the thread belongs to."""

    @classmethod
    def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:  # type: ignore[override]
        worker = current()
        return dt.datetime.now(tz) if worker is None else dt.datetime.fromtimestamp(worker.clock.now(), tz)


class _WholeSeconds(_Now):
    """The same, rounded down: LocalStack waits for whole seconds, and would wake up before a timestamp."""

    @classmethod
    def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:  # type: ignore[override]
        worker = current()
        if worker is None:
            return dt.datetime.now(tz)
        seconds, worker.fraction = divmod(worker.clock.now(), 1)
        return dt.datetime.fromtimestamp(seconds, tz)


def _in_module(dates: type[dt.datetime]) -> Any:
    def patch(module: ModuleType) -> None:
        if isinstance(module.datetime, type):
            module.datetime = dates  # type: ignore[attr-defined]
        else:
            module.datetime = SimpleNamespace(**{**vars(dt), "datetime": dates})  # type: ignore[attr-defined]

    patch.__qualname__ = f"_in_module.{dates.__name__}"
    return patch


def _in_expressions(module: ModuleType) -> None:
    evaluator = module.Evaluator
    init = evaluator.__init__

    @wraps(init)
    def begin(self: Any, *arguments: Any, **options: Any) -> None:
        init(self, *arguments, **options)
        if (worker := current()) is not None:
            self.millis = int(worker.clock.now() * 1000)

    evaluator.__init__ = begin


PATCHES = (
    (f"{STATE}.state", _in_module(_Now)),
    (f"{STATE}.state_wait.wait_function.timestamp", _in_module(_WholeSeconds)),
    (f"{SERVICE}.backend.execution", _in_module(_Now)),
    (f"{ITERATION}.itemprocessor.map_run_record", _in_module(_Now)),
    (f"{CORRECTIONS}.stepfunctions.ends", _in_module(_Now)),
    (f"{CORRECTIONS}.jsonata.evaluator", _in_expressions),
)
