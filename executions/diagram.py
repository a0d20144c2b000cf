"""A graph as Mermaid text, which GitHub, GitLab and many editors draw.

The syntax: https://mermaid.js.org/syntax/flowchart.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from executions.graph import Graph, graph_of
from executions.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from executions.definition import Definition
    from executions.graph import Edge, Node

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


def mermaid(definition: Definition) -> str:
    """A definition as a Mermaid flowchart, ending with a newline.

    Whatever a state or a condition is called, it is text in the drawing and never markup or syntax.
    """
    graph = graph_of(definition)
    ids = {node.name: f"s{index}" for index, node in enumerate(graph.nodes)}
    lines = [
        "flowchart TD",
        f"    {_START}((start))",
        *_nodes(graph, ids, None, "    "),
        *_end(graph),
        *(f"    {_edge(edge, ids)}" for edge in graph.edges),
    ]
    return "\n".join(lines) + "\n"


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
            yield f"{indent}{ids[node.name]}{opening}{_quoted(node.name)}{closing}"


def _title(node: Node) -> str:
    return f"{node.name} ({node.type})"


def _end(graph: Graph) -> list[str]:
    return [f"    {_END}((end))"] if any(edge.target is None for edge in graph.edges) else []


def _edge(edge: Edge, ids: dict[str, str]) -> str:
    source = _START if edge.source is None else ids[edge.source]
    target = _END if edge.target is None else ids[edge.target]
    arrow = "-.->" if edge.is_catch else "-->"
    label = f"|{_quoted(edge.label)}|" if edge.label else ""
    return f"{source} {arrow}{label} {target}"


def _quoted(text: str) -> str:
    line = one_line(text, _LONGEST_LABEL)
    return f'"{"".join(map(_escaped, line))}"'


def _escaped(character: str) -> str:
    if character.isascii() and not character.isalnum() and character not in _PLAIN:
        return f"#{ord(character)};"
    return character
