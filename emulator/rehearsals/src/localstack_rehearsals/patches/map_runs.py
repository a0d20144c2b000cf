"""Child executions of a Map Run: they share the rehearsal of their parent, its clock included."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from localstack_rehearsals.clock import current
from localstack_rehearsals.patches.asl import CORRECTIONS
from localstack_rehearsals.rehearsal import REHEARSALS

if TYPE_CHECKING:
    import threading
    from types import ModuleType


def _share(module: ModuleType) -> None:
    new_child, run = module.new_child, module.MapRun

    @wraps(new_child)
    def new_child_in_rehearsal(family: Any, document: Any) -> Any:
        child = new_child(family, document)
        rehearsal = REHEARSALS.of(family.parent.exec_arn)
        if rehearsal is not None:
            REHEARSALS.share(rehearsal, child.exec_arn)
        return child

    module.new_child = new_child_in_rehearsal  # type: ignore[attr-defined]
    _count_threads(run)


def _count_threads(run: Any) -> None:
    """Count the threads of a Map Run, and have the one that looks after them wait for them alone."""
    look_after, add_threads, work = run._look_after, run._add_threads, run._work

    @wraps(look_after)
    def watch(self: Any, env: Any) -> None:
        worker = current()
        if worker is None:
            look_after(self, env)
            return
        self.clock, self.counted = worker.clock, []
        attended = worker.clock.attend(worker, lambda: _has_work(self))
        with attended:
            look_after(self, env)

    @wraps(add_threads)
    def add_counted(self: Any) -> None:
        add_threads(self)
        if getattr(self, "clock", None) is not None:
            self.clock.look_again()

    @wraps(work)
    def work_counted(self: Any, changed: threading.Condition) -> None:
        work(self, changed)
        if getattr(self, "clock", None) is not None:
            self.clock.look_again()

    run._look_after, run._add_threads, run._work = watch, add_counted, work_counted


def _has_work(run: Any) -> bool:
    """Return whether a Map Run does something else than waiting for children that wait themselves."""
    begun = sum(
        1
        for number in tuple(run._running)
        if (child := run.children[number]) is not None
        and child.exec_worker is not None
        and child.exec_worker.rehearsed is not None
        and child.exec_worker.rehearsed.is_counted
    )
    may_begin_more = bool(run._pending) and run._threads < run._limit()
    return not run._running or begun < len(run._running) or may_begin_more


PATCHES = ((f"{CORRECTIONS}.stepfunctions.distributed_map.map_run", _share),)
