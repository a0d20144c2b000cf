"""Report a run of ``./scripts/bench`` to a terminal, to the README and as a picture."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from benchmarks import machine

RESULTS = Path(__file__).parent / "results" / "bench.json"
CHART = RESULTS.with_suffix(".svg")


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    key: str
    label: str
    unit: str
    more_is_better: bool = False
    digits: int = 0


FIGURES = (
    Figure("answer_ms", "an order accepted, p50", "ms", digits=1),
    Figure("finish_ms", "an order's execution finished, p50", "ms", digits=1),
    Figure("per_second_1", "orders a second, 1 caller", "", more_is_better=True),
    Figure("per_second_8", "orders a second, 8 callers", "", more_is_better=True),
    Figure("per_second_32", "orders a second, 32 callers", "", more_is_better=True),
    Figure("wrong", "orders lost, doubled or wrongly ended", ""),
    Figure("refused", "orders refused by the stage's throttling (429)", ""),
    Figure("first_order_s", "nothing running → first order, with cdklocal", "s", digits=1),
    Figure("again_s", "the same again, nothing changed", "s", digits=1),
    Figure("save_ms", "a handler saved → its answer over the API", "ms"),
    Figure("one_test_s", "one integration test, the emulator up", "s", digits=1),
    Figure("warm_ms", "a warm invocation", "ms", digits=1),
    Figure("cold_ms", "the first invocation of a new function", "ms"),
    Figure("rest_api_ms", "a REST API's answer, p50", "ms", digits=1),
    Figure("http_api_ms", "an HTTP API's answer, p50", "ms", digits=1),
    Figure("environment_mb", "memory of a warm function", "MB"),
)

_BARS = ("answer_ms", "finish_ms", "per_second_1", "per_second_8", "per_second_32", "first_order_s")
_WIDTH, _BAR, _GAP, _LEFT, _RIGHT = 760, 14, 16, 300, 90
_OURS, _RIVAL = "#2563eb", "#9ca3af"


def read(path: Path = RESULTS) -> dict[str, Any]:
    """Return the results of a run."""
    results: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return results


def rows(results: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """Label, ours, the rival's and the ratio: how many times as good ours is."""
    ours, rival = results["ours"], results.get("rival") or {}
    return [
        (
            figure.label,
            _shown(figure, ours.get(figure.key)),
            _shown(figure, rival.get(figure.key)),
            _times(figure, ours, rival),
        )
        for figure in FIGURES
        if ours.get(figure.key) is not None
    ]


def markdown(results: dict[str, Any]) -> str:
    """Return the README's table and what it was made on."""
    rival = results["versions"].get("rival")
    lines = [f"| | here | {rival or 'the rival'} | |", "|---|--:|--:|--:|"]
    lines += [f"| {' | '.join(row)} |" for row in rows(results)]
    made_on = machine.in_words(results["machine"])
    lines += ["", f"Medians of one run of `./scripts/bench`, both emulators in turn, {results['made']}: {made_on}."]
    return "\n".join(lines)


def svg(results: dict[str, Any]) -> str:
    """Return a bar for each emulator and figure; the longer bar of a pair fills the width."""
    figures = [figure for figure in FIGURES if figure.key in _BARS and results["ours"].get(figure.key)]
    name = results["versions"].get("rival", "the rival")
    height = 46 + len(figures) * (2 * _BAR + _GAP)
    parts = [_legend(8, _OURS, "here"), _legend(90, _RIVAL, name)]
    for index, figure in enumerate(figures):
        parts += _pair(figure, results, 46 + index * (2 * _BAR + _GAP))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" font-family="sans-serif" '
        f'font-size="12" role="img" aria-label="Figures of ./scripts/bench, here and on {escape(name)}">\n'
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def _pair(figure: Figure, results: dict[str, Any], top: int) -> list[str]:
    values = [results["ours"].get(figure.key), (results.get("rival") or {}).get(figure.key)]
    longest = max(value for value in values if value is not None) or 1
    better = "more is better" if figure.more_is_better else "less is better"
    parts = [
        f'<text x="{_LEFT - 10}" y="{top + _BAR}" text-anchor="end" fill="#111827">{escape(figure.label)}</text>',
        f'<text x="{_LEFT - 10}" y="{top + 2 * _BAR}" text-anchor="end" fill="#6b7280" font-size="10">{better}</text>',
    ]
    for number, (value, colour) in enumerate(zip(values, (_OURS, _RIVAL), strict=True)):
        if value is None:
            continue
        y, width = top + number * _BAR, round((_WIDTH - _LEFT - _RIGHT) * value / longest, 1)
        parts.append(f'<rect x="{_LEFT}" y="{y}" width="{max(width, 1)}" height="{_BAR - 2}" fill="{colour}"/>')
        parts.append(
            f'<text x="{_LEFT + width + 6}" y="{y + _BAR - 3}" fill="#111827">{escape(_shown(figure, value))}</text>'
        )
    return parts


def _legend(x: int, colour: str, text: str) -> str:
    return (
        f'<rect x="{_LEFT + x}" y="14" width="12" height="12" fill="{colour}"/>'
        f'<text x="{_LEFT + x + 18}" y="24" fill="#111827">{escape(text)}</text>'
    )


def _shown(figure: Figure, value: float | None) -> str:
    return "" if value is None else f"{value:.{figure.digits}f} {figure.unit}".rstrip()


def _times(figure: Figure, ours: dict[str, float], rival: dict[str, float]) -> str:
    mine, theirs = ours.get(figure.key), rival.get(figure.key)
    if not mine or not theirs:
        return ""
    return f"{mine / theirs if figure.more_is_better else theirs / mine:.1f} ×"
