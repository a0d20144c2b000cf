"""A graph as Mermaid text, which GitHub, GitLab and many editors draw.

The syntax: https://mermaid.js.org/syntax/flowchart.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from localdev.executions.graph import SIGNS, Graph, Mark, graph_of
from localdev.executions.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from localdev.executions.definition import Definition
    from localdev.executions.graph import Edge, Node
    from localdev.executions.history import History

_SHAPES: Final = {
    "Choice": ("{", "}"),
    "Wait": ("([", "])"),
    "Succeed": ("([", "])"),
    "Fail": ("([", "])"),
    "Pass": ("(", ")"),
}
_LONGEST_LABEL: Final = 80
_PLAIN: Final = frozenset(" ,.?!:$-+*/=()'_")
_START: Final = "start"
_END: Final = "done"
_COLOURS: Final = {
    Mark.RUNNING: "fill:#dbeafe,stroke:#1d4ed8,color:#172554,stroke-width:2px",
    Mark.SUCCEEDED: "fill:#dcfce7,stroke:#15803d,color:#052e16,stroke-width:2px",
    Mark.RETRIED: "fill:#ecfccb,stroke:#4d7c0f,color:#1a2e05,stroke-width:2px",
    Mark.CAUGHT: "fill:#fef3c7,stroke:#b45309,color:#451a03,stroke-width:2px",
    Mark.FAILED: "fill:#fee2e2,stroke:#b91c1c,color:#450a0a,stroke-width:4px",
    Mark.TIMED_OUT: "fill:#fee2e2,stroke:#b91c1c,color:#450a0a,stroke-width:4px",
    Mark.ABORTED: "fill:#e5e7eb,stroke:#4b5563,color:#111827,stroke-width:2px",
}
_MISSED_STATE: Final = "fill:#fee2e2,stroke:#b91c1c,color:#450a0a,stroke-width:2px,stroke-dasharray:5 4"
_MISSED_STEP: Final = "stroke:#b91c1c,stroke-dasharray:5 4"
_TAKEN: Final = "stroke-width:3px"


def mermaid(definition: Definition, history: History | None = None) -> str:
    """Return a definition as a Mermaid flowchart, ending with a newline; with a history, coloured by what happened.

    Every mark has a sign beside its colour, and the steps taken are drawn bold. Whatever a state or a condition is
    called, it is text in the drawing and never markup or syntax.
    """
    graph = graph_of(definition, history)
    return _flowchart(graph, _styles)


def coverage_mermaid(graph: Graph) -> str:
    """Return a graph with the counts of many executions: what none of them has reached is red and dashed."""
    return _flowchart(graph, _missed_styles)


def _flowchart(graph: Graph, styles: Callable[[Graph, dict[str, str]], Iterable[str]]) -> str:
    ids = {node.name: f"s{index}" for index, node in enumerate(graph.nodes)}
    lines = [
        "flowchart TD",
        f"    {_START}((start))",
        *_nodes(graph, ids, None, "    "),
        *_end(graph),
        *(f"    {_edge(edge, ids)}" for edge in graph.edges),
        *(f"    {line}" for line in styles(graph, ids)),
    ]
    return "\n".join(lines) + "\n"


def _missed_styles(graph: Graph, ids: dict[str, str]) -> Iterator[str]:
    missed = [ids[node.name] for node in graph.nodes if node.mark is Mark.NOT_REACHED]
    if missed:
        yield f"classDef missed {_MISSED_STATE}"
        yield f"class {','.join(missed)} missed"
    untaken = [str(index) for index, edge in enumerate(graph.edges) if not edge.taken]
    if untaken:
        yield f"linkStyle {','.join(untaken)} {_MISSED_STEP}"


def _nodes(graph: Graph, ids: dict[str, str], container: str | None, indent: str) -> Iterator[str]:
    for node in graph.nodes:
        if node.container != container:
            continue
        if node.is_container:
            yield f"{indent}subgraph {ids[node.name]}[{_quoted(_title(node))}]"
            yield from _nodes(graph, ids, node.name, f"{indent}    ")
            yield f"{indent}end"
        else:
            opening, closing = _SHAPES.get(node.type, ("[", "]"))
            yield f"{indent}{ids[node.name]}{opening}{_quoted(_title(node))}{closing}"


def _title(node: Node) -> str:
    kind = f" ({node.type})" if node.is_container else ""
    times = f" ×{node.visits}" if node.visits > 1 else ""
    injected = f" ({node.injected})" if node.injected else ""
    return f"{SIGNS[node.mark]} {node.name}{kind}{times}{injected}".lstrip()


def _end(graph: Graph) -> list[str]:
    return [f"    {_END}((end))"] if any(edge.target is None for edge in graph.edges) else []


def _edge(edge: Edge, ids: dict[str, str]) -> str:
    source = _START if edge.source is None else ids[edge.source]
    target = _END if edge.target is None else ids[edge.target]
    arrow = "-.->" if edge.is_catch else "-->"
    label = f"|{_quoted(edge.label)}|" if edge.label else ""
    return f"{source} {arrow}{label} {target}"


def _styles(graph: Graph, ids: dict[str, str]) -> Iterator[str]:
    for mark, colours in _COLOURS.items():
        marked = [ids[node.name] for node in graph.nodes if node.mark is mark]
        if marked:
            name = mark.replace(" ", "_")
            yield f"classDef {name} {colours}"
            yield f"class {','.join(marked)} {name}"
    taken = [str(index) for index, edge in enumerate(graph.edges) if edge.taken]
    if taken:
        yield f"linkStyle {','.join(taken)} {_TAKEN}"


def _quoted(text: str) -> str:
    line = one_line(text, _LONGEST_LABEL)
    return f'"{"".join(map(_escaped, line))}"'


def _escaped(character: str) -> str:
    if character.isascii() and not character.isalnum() and character not in _PLAIN:
        return f"#{ord(character)};"
    return character
