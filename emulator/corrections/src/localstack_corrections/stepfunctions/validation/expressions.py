"""JSONata expressions: each parses, and reads nothing that a state does not offer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from localstack_corrections.stepfunctions.validation.diagnostics import EXPRESSION, UNSUPPORTED, Diagnostic
from localstack_corrections.stepfunctions.validation.graph import scopes_of
from localstack_corrections.stepfunctions.validation.values import is_expression

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_IN_CATCHER = re.compile(r"/Catch\[\d+\]/(Output|Assign)")
_ALWAYS = frozenset({"input", "context"})
_WITH_RESULT = ("Task", "Parallel", "Map")
_SCOPES = ("Branches", "ItemProcessor", "Iterator")
_LITERAL = ("Comment", "Type", "Resource", "Next", "Default", "QueryLanguage", "ErrorEquals")


def expressions(scope: dict[str, Any], language: str, location: str = "") -> Iterator[Diagnostic]:
    """Check the expressions of the machine, of a branch or an item processor, and of all within it."""
    for name, state in scope["States"].items():
        place = f"{location}/States/{name}"
        if state.get("QueryLanguage", language) != "JSONPath":
            fields = {key: value for key, value in state.items() if key not in _SCOPES}
            for field, value in fields.items():
                if field not in _LITERAL:
                    yield from _within(value, f"{place}/{field}", _offered(state, field))
        for inner, inside in scopes_of(state):
            yield from expressions(inner, language, place + inside)


def _offered(state: dict[str, Any], field: str) -> frozenset[str]:
    """Return which fields of ``$states`` there are in a field of a state, apart from its catchers."""
    result = state.get("Type") in _WITH_RESULT and field in ("Output", "Assign")
    return _ALWAYS | {"result"} if result else _ALWAYS


def _within(value: Any, location: str, offered: frozenset[str]) -> Iterator[Diagnostic]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key not in _LITERAL:
                yield from _within(item, f"{location}/{key}", offered)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _within(item, f"{location}[{index}]", offered)
    elif is_expression(value):
        caught = _IN_CATCHER.search(location) is not None
        yield from _checked(value[2:-2].strip(), location, offered | {"errorOutput"} if caught else offered)


def _checked(text: str, location: str, offered: frozenset[str]) -> Iterator[Diagnostic]:
    # not before the first expression: a machine that has none shall not load a parser
    from localstack_corrections.jsonata.errors import JSONataError
    from localstack_corrections.jsonata.expression import expression
    from localstack_corrections.jsonata.syntax import nodes

    try:
        tree = expression(text).tree
    except JSONataError as error:
        yield Diagnostic(EXPRESSION, error.text, location)
        return
    for field in dict.fromkeys(_read_of_states(nodes(tree))):
        if field not in offered:
            yield Diagnostic(UNSUPPORTED, f"Field '$states.{field}' does not exist.", location)
    for name in dict.fromkeys(_without_context(tree)):
        yield Diagnostic(UNSUPPORTED, f"Reference to '{name}' at the top level is not supported.", location)


def _read_of_states(nodes: Iterable[Any]) -> Iterator[str]:
    for node in nodes:
        if node.type == "path" and len(node.steps) > 1:
            first, second = node.steps[:2]
            if first.type == "variable" and first.value == "states" and second.type == "name":
                yield str(second.value)


def _without_context(node: Any) -> Iterator[str]:
    """Return what an expression reads of the context, which it does not have outside of a path."""
    if node.type == "path":
        # what follows the first step, and its predicates, have that step for a context
        yield from _without_context(node.steps[0])
    elif node.type in ("name", "wildcard", "descendant", "parent"):
        yield str(node.value)
    elif node.type == "variable" and node.value in ("", "$"):
        yield f"${node.value}"
    else:
        for child in _evaluated_here(node):
            yield from _without_context(child)


def _evaluated_here(node: Any) -> Iterator[Any]:
    if node.type == "transform":
        return
    for name in ("lhs", "rhs", "expression", "procedure", "condition", "then", "_else", "body"):
        child = getattr(node, name)
        if child is not None and hasattr(child, "type") and not (node.type == "bind" and name == "lhs"):
            yield child
    for child in (*(node.expressions or ()), *((node.arguments or ()) if node.type in ("function", "partial") else ())):
        if child.type != "operator":
            yield child
    for pair in node.lhs_object or ():
        yield from pair
