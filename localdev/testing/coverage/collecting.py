"""Collects the executions of the stacks' machines since they were deployed, however they were started."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
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
_SKEW: Final = timedelta(seconds=1)
"""How far the clocks of the emulator and of the tests may be apart."""


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


class Collector:
    """Reads what was executed on one deployment of the stacks."""

    def __init__(self, stacks: Stacks, *, alone: bool) -> None:
        self._stacks = stacks
        self._alone = alone
        self._where = stacks.engine.where
        self._machines = [(machine, self._described(machine)) for machine in stacks.machines()]
        self._began = datetime.now(UTC) - _SKEW

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

    def _executions(self, machine: Resource, kind: str) -> Iterator[_Listed]:
        """Yield those since this object was made; lists begin with the newest."""
        if kind == "EXPRESS":
            for summary, _ in self._stacks.reader_of(machine).express_executions(machine.physical_id).rows:
                if summary.started >= self._began:
                    yield _Listed(summary.arn, summary.started)
            return
        lister = self._client(machine.physical_id).get_paginator("list_executions")
        pages = lister.paginate(stateMachineArn=machine.physical_id)
        for each in (each for page in pages for each in page["executions"]):
            if each["startDate"] < self._began:
                return
            yield _Listed(each["executionArn"], each["startDate"], bool(each.get("redriveCount")))

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
