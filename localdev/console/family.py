"""An execution's relatives: what started it, and, as a tree, what it started."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from localdev.executions.errors import NotFoundError
from localdev.executions.family import map_runs_of, named_parent, started_by
from localdev.executions.records import ExecutionSummary

if TYPE_CHECKING:
    from localdev.executions.client import ExecutionsClient
    from localdev.executions.history import History
    from localdev.executions.records import Execution

_DEEPEST: Final = 3
_MOST_OF_A_RUN: Final = 100


@dataclass(frozen=True)
class Relative:
    """An execution, with those that it started."""

    summary: ExecutionSummary | None
    """``None`` where the engine does not know it any more."""
    arn: str
    children: tuple[Relative, ...] = ()
    is_cut: bool = False
    """Whether it started more than are listed."""

    @property
    def machine(self) -> str:
        """The state machine's name, as the ARN has it."""
        return self.arn.split(":")[6]


@dataclass(frozen=True)
class Family:
    """Parent of an execution, where that is known, and its children."""

    parent: Relative | None
    children: tuple[Relative, ...]
    is_cut: bool = False


def has_family(execution: Execution, history: History) -> bool:
    """Return whether an execution was started by another, or started some."""
    is_child = execution.map_run_arn is not None or named_parent(execution.input) is not None
    return is_child or bool(started_by(history) or map_runs_of(history))


def family_of(client: ExecutionsClient, arn: str) -> Family:
    """Return an execution's relatives, children of children included as far as three levels down."""
    tree = _tree(client, arn, 0)
    return Family(_parent(client, client.execution(arn)), tree.children, tree.is_cut)


def _parent(client: ExecutionsClient, execution: Execution) -> Relative | None:
    parent = named_parent(execution.input)
    if parent is None and execution.map_run_arn is not None:
        try:
            parent = client.parent_of_map_run(execution.map_run_arn)
        except NotFoundError:
            return None
    return None if parent is None else Relative(_summary(client, parent), parent)


def _tree(client: ExecutionsClient, arn: str, depth: int) -> Relative:
    summary = _summary(client, arn)
    if summary is None or depth == _DEEPEST:
        return Relative(summary, arn)
    history = client.history(arn)
    children = [_tree(client, child, depth + 1) for child in started_by(history)]
    is_cut = False
    for run in map_runs_of(history):
        page = client.executions_of_map_run(run, size=_MOST_OF_A_RUN)
        is_cut = is_cut or page.next is not None
        children += [Relative(each, each.arn) for each in page.items]
    return Relative(summary, arn, tuple(children), is_cut)


def _summary(client: ExecutionsClient, arn: str) -> ExecutionSummary | None:
    try:
        found = client.execution(arn)
    except NotFoundError:
        return None
    return ExecutionSummary(found.arn, found.name, found.status, found.started, found.stopped)
