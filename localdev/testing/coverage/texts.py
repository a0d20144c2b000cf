"""The coverage as text: for the terminal, as Markdown, as JSON and as Cobertura's XML."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree as ET

from localdev.executions import signs
from localdev.executions.coverage_points import Kind
from localdev.executions.diagram import coverage_mermaid
from localdev.executions.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from localdev.executions.coverage import Coverage
    from localdev.executions.coverage_points import Point
    from localdev.testing.coverage.data import CoverageData, Covered

NOTHING: Final = "No execution of a state machine of the stacks was seen."
_COLUMNS: Final = (
    ("states", (Kind.STATE,)),
    ("steps", (Kind.NEXT,)),
    ("choices", (Kind.CHOICE, Kind.DEFAULT)),
    ("catches", (Kind.CATCH,)),
    ("retries", (Kind.RETRY,)),
    ("maps", (Kind.ITEMS,)),
    ("branches", (Kind.BRANCH,)),
    ("time-outs", (Kind.TIMEOUT,)),
)
_MOST_TESTS: Final = 20


def percent_text(percent: float | None) -> str:
    """Return a percentage as a person reads it."""
    return "—" if percent is None else f"{percent:g} %"


def summary_line(data: CoverageData) -> str:
    """Return the coverage of all machines on one line."""
    executions = sum(each.executions for each in data)
    if not executions:
        return NOTHING
    machines = len({each.machine for each in data})
    return (
        f"State machine coverage {percent_text(data.percent())}: {_many(executions, 'execution')} "
        f"of {_many(machines, 'machine')}."
    )


def _many(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def table(data: CoverageData) -> list[list[str]]:
    """Return a heading and a row for each machine; columns that no machine has anything in are left out."""
    coverages = [each.coverage() for each in data]
    columns = [(name, kinds) for name, kinds in _COLUMNS if any(_cell(each, kinds) for each in coverages)]
    rows = [["machine", "executions", *(name for name, _ in columns), "total"]]
    for title, coverage in zip(data.titles().values(), coverages, strict=True):
        cells = [_cell(coverage, kinds) or "-" for _, kinds in columns]
        rows.append([one_line(title), str(coverage.executions), *cells, percent_text(coverage.percent)])
    return rows


def _cell(coverage: Coverage, kinds: Iterable[Kind]) -> str:
    found = [coverage.by_kind()[kind] for kind in kinds if kind in coverage.by_kind()]
    return f"{sum(reached for reached, _ in found)}/{sum(there for _, there in found)}" if found else ""


def terminal_lines(data: CoverageData, *, context: bool = False) -> Iterator[str]:
    """Yield the lines of the report at the end of a run; with ``context``, the tests of each point as well."""
    if not len(data):
        yield NOTHING
        yield from data.remarks
        return
    rows = table(data)
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        first, *others = (cell.ljust(width) if not column else cell.rjust(width)
                          for column, (cell, width) in enumerate(zip(row, widths, strict=True)))  # fmt: skip
        yield "  ".join([first, *others])
    for title, covered in zip(data.titles().values(), data, strict=True):
        coverage = covered.coverage()
        if coverage.missed:
            yield ""
            yield f"{one_line(title)}: not reached"
            yield from _aligned((point.label, point.place) for point in coverage.missed)
        if context:
            yield ""
            yield f"{one_line(title)}: reached by"
            yield from _by_test(covered)
    yield from data.remarks


def _aligned(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    found = [(one_line(left), one_line(right)) for left, right in pairs]
    width = max(len(left) for left, _ in found)
    yield from (f"  {signs.FAILED} {left:<{width}}  {right}" for left, right in found)


def _by_test(covered: Covered) -> Iterator[str]:
    tests = covered.tests()
    for point in covered.points:
        found = tests.get(point.key, [])
        if found:
            yield f"  {signs.SUCCEEDED} {one_line(point.label)}"
            yield from (f"      {test}" for test in found[:_MOST_TESTS])
            if len(found) > _MOST_TESTS:
                yield f"      and {len(found) - _MOST_TESTS} more"


def markdown(data: CoverageData, *, context: bool = False) -> str:
    """Return the coverage as Markdown: a line, a table, and each machine drawn."""
    lines = ["## State machine coverage", "", summary_line(data), ""]
    if len(data):
        heading, *rows = table(data)
        lines += [_row(heading), _row("--:" if column else "---" for column in range(len(heading)))]
        lines += [_row(map(_plain, row)) for row in rows]
    for title, covered in zip(data.titles().values(), data, strict=True):
        coverage = covered.coverage()
        lines += ["", f"### {_plain(title)}", "", f"```mermaid\n{coverage_mermaid(coverage.counted_graph())}```"]
        lines += [
            "",
            *(f"- {signs.FAILED} {_plain(point.label)} — `{one_line(point.place)}`" for point in coverage.missed),
        ]
        if context:
            lines += _markdown_by_test(covered)
    lines += [f"\n{_plain(remark)}" for remark in data.remarks]
    return "\n".join(lines) + "\n"


def _markdown_by_test(covered: Covered) -> Iterator[str]:
    tests = covered.tests()
    for point in covered.points:
        if found := tests.get(point.key):
            more = f" and {len(found) - _MOST_TESTS} more" if len(found) > _MOST_TESTS else ""
            listed = ", ".join(f"`{test}`" for test in found[:_MOST_TESTS])
            yield f"- {signs.SUCCEEDED} {_plain(point.label)} — {listed}{more}"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _plain(text: str) -> str:
    """Return text that is no markup, whatever a state is called."""
    line = one_line(text)
    return "".join(f"\\{character}" if character in "\\`*_[]<>|#" else character for character in line)


def as_json(data: CoverageData) -> str:
    """Return the coverage as JSON: every point of every machine, its count and its tests."""
    machines = []
    for title, covered in zip(data.titles().values(), data, strict=True):
        coverage, tests = covered.coverage(), covered.tests()
        machines.append(
            {
                "machine": title,
                "executions": coverage.executions,
                "percent": coverage.percent,
                "points": [_point(point, coverage, tests) for point in coverage.points],
            }
        )
    document = {"percent": data.percent(), "machines": machines, "remarks": data.remarks}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _point(point: Point, coverage: Coverage, tests: dict[str, list[str]]) -> dict[str, Any]:
    return {
        "kind": point.kind,
        "state": point.state,
        "place": point.place,
        "label": point.label,
        "count": coverage.count(point),
        "tests": tests.get(point.key, []),
    }


def cobertura(data: CoverageData) -> str:
    """Return the coverage as Cobertura's XML: a machine is a class, a point a line.

    https://github.com/cobertura/web/blob/master/htdocs/xml/coverage-04.dtd
    """
    coverages = [each.coverage() for each in data]
    there = sum(len(each.points) for each in coverages)
    covered = there - sum(len(each.missed) for each in coverages)
    root = ET.Element(
        "coverage",
        {
            "line-rate": _rate(covered, there),
            "branch-rate": "0",
            "lines-covered": str(covered),
            "lines-valid": str(there),
            "branches-covered": "0",
            "branches-valid": "0",
            "complexity": "0",
            "version": "1",
            "timestamp": "0",
        },
    )
    ET.SubElement(ET.SubElement(root, "sources"), "source").text = "."
    packages = ET.SubElement(root, "packages")
    rates = {"line-rate": _rate(covered, there), "branch-rate": "0", "complexity": "0"}
    package = ET.SubElement(packages, "package", {"name": "state machines", **rates})
    classes = ET.SubElement(package, "classes")
    for title, coverage in zip(data.titles().values(), coverages, strict=True):
        _add_class(classes, title, coverage)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _add_class(classes: ET.Element, title: str, coverage: Coverage) -> None:
    rates = {
        "line-rate": _rate(len(coverage.points) - len(coverage.missed), len(coverage.points)),
        "branch-rate": "0",
        "complexity": "0",
    }
    name = one_line(title)
    element = ET.SubElement(classes, "class", {"name": name, "filename": f"{name}.asl.json", **rates})
    ET.SubElement(element, "methods")
    lines = ET.SubElement(element, "lines")
    for number, point in enumerate(coverage.points, start=1):
        ET.SubElement(lines, "line", {"number": str(number), "hits": str(coverage.count(point))})


def _rate(reached: int, there: int) -> str:
    return f"{reached / there:.4f}" if there else "1"
