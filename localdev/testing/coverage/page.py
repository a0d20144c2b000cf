"""The coverage as one HTML page: each machine drawn with its counts; a click on a state shows its points and tests."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING, Final

from localdev.executions import signs
from localdev.testing.coverage.texts import percent_text, summary_line, table
from localdev.testing.drawing import scripts, styles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localdev.executions.coverage import Coverage
    from localdev.executions.coverage_points import Point
    from localdev.testing.coverage.data import CoverageData, Covered

_STYLE: Final = """
body { margin: 2rem auto; max-width: 76rem; padding: 0 1rem; background: var(--surface); color: var(--ink);
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
table { border-collapse: collapse; }
th, td { padding: .3rem .7rem; border-bottom: 1px solid var(--line); text-align: right; }
th:first-child, td:first-child { text-align: left; }
.machine { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 1.5rem; align-items: start; }
@media (max-width: 60rem) { .machine { grid-template-columns: 1fr; } }
.graph .mark-not-reached .face { stroke: var(--bad); stroke-width: 2; stroke-dasharray: 5 4; fill: var(--bad-soft); }
.graph .edge:not(.taken) { stroke: var(--bad); stroke-dasharray: 5 4; }
.graph .edge-label:not(.taken) text { fill: var(--bad); }
.graph .edge-label:not(.taken) rect { stroke: var(--bad); stroke-dasharray: 3 3; }
details { border: 1px solid var(--line); border-radius: 8px; margin: .4rem 0; padding: .35rem .7rem; }
details[open] { border-color: var(--accent); }
summary { cursor: pointer; font-weight: 600; }
.missed { color: var(--bad); }
.point { margin: .4rem 0; }
.point code, .tests { font-size: 12px; color: var(--muted); }
.tests { margin: .1rem 0 .1rem 1.4rem; padding: 0; }
"""
_SCRIPT: Final = """
"use strict";
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-state]");
  if (!link) return;
  event.preventDefault();
  event.stopPropagation();
  const machine = link.closest(".machine");
  for (const each of machine.querySelectorAll("details")) {
    each.open = each.dataset.of === link.dataset.state;
    if (each.open) each.scrollIntoView({ block: "nearest", behavior: "smooth" });
  }
}, true);
"""
_ALL: Final = "the execution"


def page(data: CoverageData) -> str:
    """Return the whole page, which needs no other file and no network."""
    parts = "".join(f"<script>{script}</script>" for script in (*scripts(), _SCRIPT))
    machines = zip(data.titles().values(), data, strict=True)
    body = "".join(_machine(title, covered) for title, covered in machines)
    remarks = "".join(f"<p>{escape(remark)}</p>" for remark in data.remarks)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>State machine coverage</title>'
        f"<style>{styles()}{_STYLE}</style></head><body><h1>State machine coverage</h1>"
        f"<p>{escape(summary_line(data))}</p>{_table(data)}{remarks}{body}{parts}</body></html>\n"
    )


def _table(data: CoverageData) -> str:
    if not len(data):
        return ""
    heading, *rows = table(data)
    head = "".join(f"<th>{escape(cell)}</th>" for cell in heading)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _machine(title: str, covered: Covered) -> str:
    coverage = covered.coverage()
    graph = escape(json.dumps(coverage.counted_graph().as_data()))
    return (
        f"<h2>{escape(title)} {percent_text(coverage.percent)}</h2><div class='machine'>"
        f'<execution-graph data-graph="{graph}" data-page="#" data-live="#"></execution-graph>'
        f"<div>{''.join(_states(covered, coverage))}</div></div>"
    )


def _states(covered: Covered, coverage: Coverage) -> Iterator[str]:
    tests = covered.tests()
    states: dict[str | None, list[Point]] = {}
    for point in coverage.points:
        states.setdefault(point.state, []).append(point)
    for state, points in states.items():
        missed = sum(not coverage.count(point) for point in points)
        count = f'<span class="missed">{missed} not reached</span>' if missed else signs.SUCCEEDED
        inside = "".join(_point(point, coverage, tests.get(point.key, [])) for point in points)
        yield (
            f'<details data-of="{escape(state or "")}"><summary>{escape(state or _ALL)} {count}</summary>'
            f"{inside}</details>"
        )


def _point(point: Point, coverage: Coverage, tests: list[str]) -> str:
    count = coverage.count(point)
    sign = f"{signs.SUCCEEDED} ×{count}" if count else signs.FAILED
    listed = "".join(f"<li>{escape(test)}</li>" for test in tests)
    reached = f'<ul class="tests">{listed}</ul>' if tests else ""
    return (
        f'<div class="point{"" if count else " missed"}">{sign} {escape(point.label)}<br>'
        f"<code>{escape(point.place)}</code>{reached}</div>"
    )
