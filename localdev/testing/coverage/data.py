"""Keep what was reached, by machine and by test, as data that processes hand on to each other."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from localdev.executions.coverage import Coverage, percent
from localdev.executions.coverage_points import points_of
from localdev.executions.definition import read_definition

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from localdev.executions.coverage_points import Point
    from localdev.executions.definition import Definition

NO_TEST: Final = ""
"""The test of an execution that nothing says which one started it."""


type Counts = tuple[tuple[str, int], ...]
"""How often an execution reached each point that it reached: the point's key, and a number."""


@dataclass(frozen=True)
class Ran:
    """One execution: the test that started it, and what it reached."""

    test: str
    counts: Counts
    is_item: bool = False
    """Whether it is a child execution of a distributed Map's item, which no one started by itself."""


@dataclass
class Covered:
    """One version of one machine: a version is a definition with other points."""

    machine: str
    """What the app calls it."""
    document: str
    """Its definition."""
    ran: dict[str, Ran] = field(default_factory=dict)
    """By the execution and where it ran, so that what two processes have seen is counted once."""

    @cached_property
    def definition(self) -> Definition:
        """The definition, read."""
        return read_definition(self.document)

    @cached_property
    def points(self) -> tuple[Point, ...]:
        """Everything that there is to reach."""
        return points_of(self.definition)

    @property
    def version(self) -> tuple[str, tuple[Point, ...]]:
        """Key that two versions share if they are one: names of deployed resources may differ."""
        return self.machine, self.points

    @property
    def executions(self) -> int:
        """Return how many there were, without those of a distributed Map's items."""
        return sum(not ran.is_item for ran in self.ran.values())

    def add(self, execution: str, test: str, counts: Counter[str], *, is_item: bool = False) -> None:
        """Add what an execution has reached."""
        self.take(execution, Ran(test, tuple(sorted(counts.items())), is_item))

    def take(self, execution: str, ran: Ran) -> None:
        """Take what is known of an execution; of two that saw it, the one that saw more of it, and its test."""
        known = self.ran.get(execution)
        if known is not None:
            counts = max(known.counts, ran.counts, key=lambda each: sum(number for _, number in each))
            ran = Ran(ran.test or known.test, counts, ran.is_item)
        self.ran[execution] = ran

    def coverage(self) -> Coverage:
        """Return what all executions have reached together."""
        return Coverage(self.definition, self.points, self._total(self.ran.values()), self.executions)

    def tests(self) -> dict[str, list[str]]:
        """Return the tests that reached each point, in order, by the points' keys."""
        found: dict[str, set[str]] = {}
        for ran in self.ran.values():
            for key, _ in ran.counts if ran.test else ():
                found.setdefault(key, set()).add(ran.test)
        return {key: sorted(tests) for key, tests in found.items()}

    @staticmethod
    def _total(ran: Iterable[Ran]) -> Counter[str]:
        total: Counter[str] = Counter()
        for each in ran:
            total.update(dict(each.counts))
        return total


class CoverageData:
    """Every machine's."""

    def __init__(self, covered: Iterable[Covered] = (), remarks: Iterable[str] = ()) -> None:
        self._covered: dict[tuple[str, tuple[Point, ...]], Covered] = {}
        self.remarks = list(remarks)
        """What could not be counted, a sentence each."""
        for each in covered:
            self.of(each)

    def of(self, covered: Covered) -> Covered:
        """Take what was reached of a version, and return all that is known of it."""
        known = self._covered.setdefault(covered.version, covered)
        if known is not covered:
            for execution, ran in covered.ran.items():
                known.take(execution, ran)
        return known

    def merge(self, other: CoverageData) -> None:
        """Add what another process has found."""
        for each in other:
            self.of(each)
        self.remarks += [remark for remark in other.remarks if remark not in self.remarks]

    def percent(self) -> float | None:
        """Return how much was reached of all points of all machines; ``None`` where there are none."""
        all_of_them = [each.coverage() for each in self]
        there = sum(len(each.points) for each in all_of_them)
        missed = sum(len(each.missed) for each in all_of_them)
        return percent(there - missed, there) if there else None

    def titles(self) -> dict[int, str]:
        """Return what each is called in a report, by its place: with a version where a machine has several."""
        names = [each.machine for each in self]
        seen: Counter[str] = Counter()
        found = {}
        for index, name in enumerate(names):
            seen[name] += 1
            found[index] = f"{name} (version {seen[name]})" if names.count(name) > 1 else name
        return found

    def __iter__(self) -> Iterator[Covered]:
        return iter(self._covered.values())

    def __len__(self) -> int:
        return len(self._covered)

    def as_text(self) -> str:
        """Return it as JSON."""
        known: dict[Counts, int] = {}
        machines = [
            {
                "machine": each.machine,
                "document": each.document,
                "ran": {
                    arn: [ran.test, known.setdefault(ran.counts, len(known)), ran.is_item]
                    for arn, ran in each.ran.items()
                },
            }
            for each in self
        ]
        # many executions reach the same
        return json.dumps({"machines": machines, "counts": list(known), "remarks": self.remarks})

    @classmethod
    def of_text(cls, text: str) -> CoverageData:
        """Return it from JSON."""
        data: Mapping[str, Any] = json.loads(text)
        known: list[Counts] = [tuple((key, number) for key, number in counts) for counts in data["counts"]]
        covered = [
            Covered(
                each["machine"],
                each["document"],
                {arn: Ran(test, known[index], is_item) for arn, (test, index, is_item) in each["ran"].items()},
            )
            for each in data["machines"]
        ]
        return cls(covered, data["remarks"])
