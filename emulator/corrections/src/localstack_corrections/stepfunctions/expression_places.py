"""Name the place of an expression in a state as errors do, such as ``Output/orders[0]/price``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localstack_corrections.stepfunctions.grammar import WHOLE

if TYPE_CHECKING:
    from types import ModuleType

_STATE = "State_decl_bodyContext"


def note_places(module: ModuleType) -> None:
    """Note its place in each expression, and refuse one that does not parse."""
    preprocessor = module.Preprocessor
    original = preprocessor.visitString_jsonata

    def visit_string_jsonata(self: Any, ctx: Any) -> Any:
        from localstack_corrections.jsonata.errors import JSONataError
        from localstack_corrections.jsonata.expression import expression

        found = original(self, ctx)
        found.location = place_of(ctx)
        try:
            expression(found.expression)
        except JSONataError as error:
            message = f"INVALID_JSONATA_EXPRESSION: {error.text} at {found.location}"
            raise ValueError(message) from None
        return found

    preprocessor.visitString_jsonata = visit_string_jsonata


def place_of(node: Any) -> str:
    """Return the path from the state to a node of LocalStack's parse tree."""
    path = ""
    while node.parentCtx is not None and type(node).__name__ != _STATE:
        parent = node.parentCtx
        texts = [child.getText() for child in parent.children]
        commas = texts[: parent.children.index(node)].count(",")
        if len(texts) > 2 and texts[1] == ":":
            # an array may be in the same node as its name
            item = f"[{commas}]" if texts[2] == "[" else ""
            path = f"/{texts[0][1:-1]}{item}{path}"
        elif texts[0] == "[":
            path = f"[{commas}]{path}"
        node = parent
    return path.replace(f"/{WHOLE}", "").removeprefix("/")
