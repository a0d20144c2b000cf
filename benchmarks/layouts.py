"""Compare the graph's layout with that of elkjs, on ten definitions: ``python -m benchmarks.layouts ELK_BUNDLED_JS``.

The file is ``lib/elk.bundled.js`` of the npm package ``elkjs``, which is installed for this comparison alone. Prints a
table, and writes the pictures of all ten, ours to the left, to ``docs/images/layouts.png``.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.sync_api import sync_playwright

from localdev.executions.definition import read_definition
from localdev.executions.graph import graph_of
from localdev.system.project import ROOT
from tests.console.browsers import BROWSERS
from tests.console.conftest import ARGUMENTS
from tests.console.workflows import WORKFLOWS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from tests.console.workflows import Workflow

_STATIC = ROOT / "localdev" / "console" / "static"
_PICTURE = ROOT / "docs" / "images" / "layouts.png"
_WIDTH, _HEIGHT = 1500, 5 * 300
_STYLE = """
  body { margin: 0; background: white; font: 12px system-ui, sans-serif; color: #1b1f27 }
  .sheet { display: grid; grid-template-columns: repeat(4, 1fr); gap: 8px; padding: 8px }
  figure { margin: 0; border: 1px solid #d9dde5; height: 284px; display: flex; flex-direction: column }
  figcaption { padding: 2px 6px; font-weight: 600 } figure svg { flex: 1; min-height: 0; width: 100% }
  .theirs rect.card { fill: #f5f6f8; stroke: #99a2b2 } .theirs rect.box { fill: none; stroke: #99a2b2 }
  .theirs path { fill: none; stroke: #566072; stroke-width: 1.3 }
  .theirs text { font: 600 12px system-ui, sans-serif } .theirs .label { font-weight: 400; font-size: 11px }
"""


def main() -> None:
    """Compare, and print a row for each definition."""
    parser = argparse.ArgumentParser(prog="benchmarks.layouts", description=__doc__)
    parser.add_argument("elk", type=Path, metavar="ELK_BUNDLED_JS")
    elk: Path = parser.parse_args().elk
    browser_path = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    print("| definition | states | crossings | size | off the line | layout |\n|---|--:|---|---|---|---|")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": _WIDTH, "height": _HEIGHT})
        page.set_content(f"<style>{_STYLE}</style><div id='own'></div><div id='elk'></div><div class='sheet'></div>")
        page.add_style_tag(path=_STATIC / "graph.css")
        for script in (_STATIC / "vendor" / "dagre.min.js", elk, _STATIC / "layout.js", _STATIC / "graph.js"):
            page.add_script_tag(path=script)
        page.add_script_tag(path=Path(__file__).with_suffix(".js"))
        for workflow in WORKFLOWS:
            print(_row(workflow, _compared(page, workflow)), flush=True)
        page.evaluate("['own', 'elk'].forEach((id) => document.getElementById(id).remove())")
        page.screenshot(path=_PICTURE, full_page=True)
        browser.close()


def _compared(page: Page, workflow: Workflow) -> dict[str, dict[str, float]]:
    graph = graph_of(read_definition(workflow.definition())).as_data()
    found: dict[str, dict[str, float]] = page.evaluate(
        "(graph) => layouts.both(graph)", {**graph, "spine": list(_spine(workflow))}
    )
    page.evaluate(
        """([name, graph]) => {
            const own = document.createElement("execution-graph");
            own.dataset.plain = "";
            own.dataset.graph = graph;
            document.getElementById("own").replaceChildren(own);
            for (const [title, holder] of [["dagre", own], ["elkjs", document.getElementById("elk")]]) {
                const figure = document.createElement("figure");
                figure.className = title === "elkjs" ? "theirs" : "ours";
                const caption = document.createElement("figcaption");
                caption.textContent = `${name}, ${title}`;
                figure.append(caption, holder.querySelector("svg").cloneNode(true));
                document.querySelector(".sheet").append(figure);
            }
        }""",
        [workflow.name, json.dumps(graph)],
    )
    return found


def _spine(workflow: Workflow) -> Iterator[str]:
    """Yield the states of the way without errors: by Next, and of a decision by what is not a failure."""
    name: str | None = next(iter(workflow.states))
    seen: set[str] = set()
    while name is not None and name not in seen:
        seen.add(name)
        yield name
        name = _next(workflow.states, workflow.states[name])


def _next(states: dict[str, dict[str, Any]], state: dict[str, Any]) -> str | None:
    targets = [state.get("Next"), state.get("Default"), *(rule["Next"] for rule in state.get("Choices", ()))]
    return next((target for target in targets if target and _succeeds(states, target, frozenset())), None)


def _succeeds(states: dict[str, dict[str, Any]], name: str, seen: frozenset[str]) -> bool:
    """Return whether a state leads to the end of a way that is no failure."""
    state = states[name]
    if name in seen or state["Type"] in {"Succeed", "Fail"} or state.get("End"):
        return name not in seen and state["Type"] != "Fail"
    targets = [state.get("Next"), state.get("Default"), *(rule["Next"] for rule in state.get("Choices", ()))]
    return any(_succeeds(states, target, seen | {name}) for target in targets if target)


def _row(workflow: Workflow, found: dict[str, dict[str, float]]) -> str:
    def both(text: str) -> str:
        return " / ".join(text.format(**found[name]) for name in ("dagre", "elk"))

    states = sum(1 for _ in read_definition(workflow.definition()).walk())
    cells = (
        both("{crossings:.0f}"),
        both("{width:.0f} × {height:.0f}"),
        both("{bend:.0f} px"),
        both("{ms:.0f} ms"),
    )
    return f"| {workflow.name} | {states} | {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
