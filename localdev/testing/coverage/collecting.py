"""Collects the executions of the stacks' machines since they were deployed, however they were started."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from localdev.executions.coverage_counts import counts_of
from localdev.executions.definition import DefinitionError
from localdev.executions.errors import NotFoundError
from localdev.testing.coverage.data import NO_TEST, CoverageData, Covered

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mypy_boto3_stepfunctions import SFNClient

    from localdev.deployment.resources import Resource
    from localdev.executions.history import History
    from localdev.testing.stacks import Stacks

_SILENT: Final = (
    "is an Express state machine that does not log everything: nothing of its executions is known. "
    "Let it log with the level ALL and with execution data."
)

_KNOWN: Final = 1000
"""Executions in a page, which is as many as AWS gives."""


@dataclass(frozen=True)
class _Window:
    """The time of one test."""

    nodeid: str
    began: datetime
    ended: datetime


class Tests:
    """Test that started an execution."""

    __test__ = False

    def __init__(self) -> None:
        self._of: dict[str, str] = {}
        self._windows: list[_Window] = []

    def take_executions(self, nodeid: str, arns: Iterable[str]) -> None:
        """Take the executions that a test has started itself."""
        self._of.update(dict.fromkeys(arns, nodeid))

    def take_time(self, nodeid: str, began: datetime) -> None:
        """Take the time of a test that has just ended."""
        self._windows.append(_Window(nodeid, began, datetime.now(UTC)))

    def of(self, arn: str, started: datetime, *, alone: bool) -> str:
        """Return the id of the test, or :data:`NO_TEST`.

        Where these tests are ``alone`` on their emulator, the time says what nothing else does.
        """
        if arn in self._of or not alone:
            return self._of.get(arn, NO_TEST)
        within = [each.nodeid for each in self._windows if each.began <= started <= each.ended]
        return within[0] if len(within) == 1 else NO_TEST


@dataclass(frozen=True)
class _Listed:
    """An execution, as the list of its machine has it."""

    arn: str
    started: datetime
    was_redriven: bool = False


@dataclass(frozen=True)
class _Before:
    """What a machine had executed when the collector was made: no clock tells that, for there may be several."""

    arns: frozenset[str]
    """Of the newest executions."""
    oldest: datetime | None
    """When the first of them started, where it had more."""


class Collector:
    """Reads what was executed on one deployment of the stacks."""

    def __init__(self, stacks: Stacks, *, alone: bool) -> None:
        self._stacks = stacks
        self._alone = alone
        self._where = stacks.engine.where
        self._machines = [(machine, self._described(machine)) for machine in stacks.machines()]
        self._before = {machine.physical_id: self._executed(machine, kind["type"]) for machine, kind in self._machines}

    def collect(self, tests: Tests) -> CoverageData:
        """Return what was reached of each machine since this object was made."""
        data = CoverageData()
        for machine, before in self._machines:
            try:
                self._collect(machine, before, tests, data)
            except (ClientError, DefinitionError) as error:
                data.remarks.append(f"{machine.label()} could not be counted: {error}")
        return data

    def _collect(self, machine: Resource, before: dict[str, Any], tests: Tests, data: CoverageData) -> None:
        now = self._described(machine)
        is_updated = _revision(now) != _revision(before)
        covered = data.of(Covered(machine.label(), before["definition"]))
        if is_updated:
            data.of(Covered(machine.label(), now["definition"]))
        if before["type"] == "EXPRESS" and not _logs_everything(before):
            data.remarks.append(f"{machine.label()} {_SILENT}")
        for listed in self._executions(machine, before["type"]):
            if is_updated:
                covered = data.of(Covered(machine.label(), self._document_of(listed.arn, now["definition"])))
            self._count(listed, covered, tests.of(listed.arn, listed.started, alone=self._alone), data)

    def _count(self, listed: _Listed, covered: Covered, test: str, data: CoverageData) -> None:
        reader = self._stacks.reader_at(listed.arn)
        try:
            history = reader.history(listed.arn) if listed.was_redriven else reader.ended_history(listed.arn)
            items = self._items(history, covered, test)
        except (ClientError, NotFoundError) as error:
            data.remarks.append(f"The execution {listed.arn} could not be read: {error}")
            return
        covered.add(f"{self._where} {listed.arn}", test, counts_of(covered.definition, history, items))

    def _items(self, history: History, covered: Covered, test: str) -> dict[str, int]:
        """Count the executions of distributed Maps' items, and return the number of items by Map Run."""
        found = {}
        for arn in {visit.map_run_arn for visit in history.visits if visit.map_run_arn}:
            found[arn] = self._client(arn).describe_map_run(mapRunArn=arn)["itemCounts"]["total"]
            for child in self._children(arn):
                counts = counts_of(covered.definition, self._stacks.reader_at(child).ended_history(child))
                covered.add(f"{self._where} {child}", test, counts, is_item=True)
        return found

    def _children(self, map_run: str) -> Iterator[str]:
        for page in self._client(map_run).get_paginator("list_executions").paginate(mapRunArn=map_run):
            yield from (each["executionArn"] for each in page["executions"] if ":express:" not in each["executionArn"])

    def _executed(self, machine: Resource, kind: str) -> _Before:
        """Return what was executed so far, of which the newest thousand are known by name."""
        if kind == "EXPRESS":
            return _Before(frozenset(each.arn for each in self._express(machine)), None)
        first = next(iter(self._pages(machine)), None)
        listed = first["executions"] if first else []
        oldest = listed[-1]["startDate"] if first and listed and first.get("nextToken") else None
        return _Before(frozenset(each["executionArn"] for each in listed), oldest)

    def _executions(self, machine: Resource, kind: str) -> Iterator[_Listed]:
        """Yield those since this object was made; lists begin with the newest."""
        before = self._before[machine.physical_id]
        if kind == "EXPRESS":
            yield from (each for each in self._express(machine) if each.arn not in before.arns)
            return
        for each in (each for page in self._pages(machine) for each in page["executions"]):
            if before.oldest is not None and each["startDate"] < before.oldest:
                return
            if each["executionArn"] not in before.arns:
                yield _Listed(each["executionArn"], each["startDate"], bool(each.get("redriveCount")))

    def _express(self, machine: Resource) -> Iterator[_Listed]:
        for summary, _ in self._stacks.reader_of(machine).express_executions(machine.physical_id).rows:
            yield _Listed(summary.arn, summary.started)

    def _pages(self, machine: Resource) -> Iterable[Any]:
        lister = self._client(machine.physical_id).get_paginator("list_executions")
        return lister.paginate(stateMachineArn=machine.physical_id, PaginationConfig={"PageSize": _KNOWN})

    def _described(self, machine: Resource) -> dict[str, Any]:
        return dict(self._client(machine.physical_id).describe_state_machine(stateMachineArn=machine.physical_id))

    def _client(self, arn: str) -> SFNClient:
        return self._stacks.reader_at(arn).clients.client("stepfunctions")

    def _document_of(self, arn: str, otherwise: str) -> str:
        if ":express:" in arn:
            return otherwise
        return self._client(arn).describe_state_machine_for_execution(executionArn=arn)["definition"]


def _revision(described: dict[str, Any]) -> tuple[str, object, object]:
    return described["definition"], described.get("revisionId"), described.get("updateDate")


def _logs_everything(described: dict[str, Any]) -> bool:
    logging = described.get("loggingConfiguration", {})
    return logging.get("level") == "ALL" and bool(logging.get("includeExecutionData"))
