"""Expressions, compiled once and evaluated as often as one likes, from any thread."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from localstack_corrections.jsonata.bounds import Bounds, Budget
from localstack_corrections.jsonata.errors import JSONataError
from localstack_corrections.jsonata.evaluator import Evaluator
from localstack_corrections.jsonata.numbers import number_text
from localstack_corrections.jsonata.syntax import nodes, parse
from localstack_corrections.jsonata.values import NULL, Callable

if TYPE_CHECKING:
    from localstack_corrections.jsonata.frames import Frame

_EXPRESSIONS = 4096
_WITHOUT_BOUNDS = Bounds(depth=1000)


@dataclass(frozen=True)
class Expression:
    """A parsed expression."""

    text: str
    tree: Any
    variables: frozenset[str]
    """The names that follow a dollar in it, variables and functions alike."""

    def evaluate(
        self,
        data: Any = None,
        bindings: dict[str, Any] | None = None,
        *,
        bounds: Bounds = _WITHOUT_BOUNDS,
        functions: Frame | None = None,
    ) -> Any:
        """Return the raw result: ``None`` for undefined, ``NULL`` for null. Raise JSONataError."""
        try:
            return Evaluator(bounds, functions).evaluate(self.tree, data, bindings or {})
        except RecursionError:
            raise JSONataError(
                "U1001",
                "Stack overflow error: Check for non-terminating recursive function. "
                "Consider rewriting as tail-recursive",
            ) from None


@lru_cache(_EXPRESSIONS)
def expression(text: str) -> Expression:
    """Compile an expression, once. Raise JSONataError when it does not parse."""
    tree = parse(text)
    return Expression(text, tree, frozenset(str(node.value) for node in nodes(tree) if node.type == "variable"))


def plain(value: Any, bounds: Bounds = _WITHOUT_BOUNDS) -> Any:
    """Return a raw result as JSON, in new lists and objects.

    A number that is not finite becomes the text JavaScript has for it, as on AWS. A function inside an object is left
    out. Raise JSONataError when the value is too large, which one whose parts occur in it many times can be.
    """
    return _plain(value, Budget(bounds), [0])


def _plain(value: Any, budget: Budget, size: list[int]) -> Any:
    size[0] += 1
    budget.fits(size[0])
    if isinstance(value, dict):
        return {k: _plain(item, budget, size) for k, item in value.items() if not isinstance(item, Callable)}
    if isinstance(value, list):
        return [_plain(item, budget, size) for item in value]
    if isinstance(value, str):
        size[0] += len(value) // 8
        return value
    if value is NULL or isinstance(value, Callable):
        return None
    if isinstance(value, float) and value - value != 0:
        return number_text(value)
    return value
