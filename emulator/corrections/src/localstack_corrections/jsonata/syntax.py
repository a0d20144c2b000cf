"""Parsing: jsonata-python's parser, with the errors of jsonata-js."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jsonata.jexception import JException
from jsonata.parser import Parser
from jsonata.tokenizer import Tokenizer

from localstack_corrections.jsonata.errors import JSONataError, from_library
from localstack_corrections.jsonata.regexes import compiled
from localstack_corrections.jsonata.signatures import Signature
from localstack_corrections.jsonata.values import simplest

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHILDREN = (
    "lhs",
    "rhs",
    "expression",
    "procedure",
    "body",
    "condition",
    "then",
    "_else",
    "pattern",
    "update",
    "delete",
)
_LISTS = ("steps", "arguments", "expressions", "predicate", "stages", "terms")


class _Tokens(Tokenizer):
    """jsonata-python's tokenizer reads past the end of what is not closed."""

    def next(self, prefix: bool) -> Any:
        start = self.position
        try:
            token = super().next(prefix)
        except IndexError:
            comment = "/*" in self.path[start:] and not self.path[start:].lstrip().startswith(('"', "'"))
            raise JSONataError("S0106" if comment else "S0101", position=start) from None
        except JException as error:
            if error.error == "S0301" and error.current is not None:
                raise JSONataError("S0103", error.current, position=error.location) from None
            raise
        if token is not None and token.type == "string" and any("\ud800" <= char < "\ue000" for char in token.value):
            token.value = token.value.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
        return token


class _Parser(Parser):
    """jsonata-python's parser changes a negative number each time it processes it, which ``?:`` does twice."""

    def parse(self, text: str) -> Any:
        self.source = text
        self.lexer = _Tokens(text, compiled)
        self.advance()
        tree = self.expression(0)
        if self.node.id != "(end)":
            raise JSONataError("S0201", self.node.value, position=self.node.position)
        tree = self.process_ast(tree)
        if tree.type == "parent" or tree.seeking_parent is not None:
            raise JSONataError("S0217", tree.type, position=tree.position)
        return tree

    def advance(self, id: Any = None, infix: bool = False) -> Any:  # noqa: A002 - as it is called
        if id is not None and self.node.id != id:
            if self.node.id == "(end)":
                raise JSONataError("S0203", id, position=self.node.position)
            raise JSONataError("S0202", id, self.node.value, position=self.node.position)
        try:
            return super().advance(id, infix)
        except KeyError as error:
            raise JSONataError("S0204", error.args[0], position=self.lexer.position) from None

    def process_ast(self, expr: Any) -> Any:
        negative = expr is not None and expr.type == "unary" and str(expr.value) == "-"
        if negative and expr.expression is not None and expr.expression.type == "number":
            number = expr.expression.clone()
            number.value = -number.value
            number.keep_array = number.keep_array or expr.keep_array
            return number
        return super().process_ast(expr)


def parse(text: str) -> Any:
    """Return the tree of an expression. Raise JSONataError when it does not parse."""
    try:
        tree = _Parser().parse(text)
        for node in nodes(tree):
            _finish(node)
    except RecursionError:
        raise JSONataError(
            "U1001",
            "Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive",
        ) from None
    except (JException, RuntimeError, AttributeError, TypeError) as error:
        raise from_library(error) from None
    return tree


def _finish(node: Any) -> None:
    if node.signature is not None and not isinstance(node.signature, Signature):
        node.signature = Signature(node.signature)
    if node.type == "number":
        node.value = simplest(float(node.value))


def nodes(tree: Any) -> Iterator[Any]:
    """Return every node of a tree once."""
    waiting, seen = [tree], set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        waiting += children(node)


def children(node: Any) -> Iterator[Any]:
    """Return the nodes directly below one."""
    for name in (*_CHILDREN, "expr", "group"):
        child = getattr(node, name)
        if isinstance(child, Parser.Symbol):
            yield child
    for name in _LISTS:
        yield from getattr(node, name) or ()
    for pair in node.lhs_object or ():
        yield from pair
