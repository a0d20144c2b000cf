"""Variables in scope, and the functions that are made of expressions."""

from __future__ import annotations

from typing import Any

from localstack_corrections.jsonata.values import Callable


class Frame:
    """Names bound to values; a name that is not bound here is looked up in the enclosing frame."""

    __slots__ = ("bindings", "parent")

    def __init__(self, parent: Frame | None = None, bindings: dict[str, Any] | None = None) -> None:
        self.parent = parent
        self.bindings = {} if bindings is None else bindings

    def lookup(self, name: str) -> Any:
        """Return the value of a name, or undefined."""
        frame: Frame | None = self
        while frame is not None:
            if name in frame.bindings:
                return frame.bindings[name]
            frame = frame.parent
        return None


class Lambda(Callable):
    """A function that an expression defines, with what it closes over."""

    __slots__ = ("arity", "body", "frame", "input", "parameters", "signature", "thunk")

    def __init__(self, node: Any, input_: Any, frame: Frame) -> None:
        self.parameters = [str(parameter.value) for parameter in node.arguments or ()]
        self.arity = len(self.parameters)
        self.body = node.body
        self.signature = node.signature
        self.thunk = bool(node.thunk)
        """A call in tail position, which the caller makes."""
        self.input = input_
        self.frame = frame


class Partial(Callable):
    """A function some of whose arguments are given."""

    __slots__ = ("arguments", "arity", "function", "open")

    def __init__(self, function: Callable, arguments: list[Any], open_: list[int]) -> None:
        self.function = function
        self.arguments = arguments
        self.open = open_
        """The positions of the arguments that are not."""
        self.arity = len(open_)

    def filled(self, arguments: list[Any]) -> list[Any]:
        """Return all arguments."""
        whole = list(self.arguments)
        for position, argument in zip(self.open, arguments, strict=False):
            whole[position] = argument
        return whole


class Chain(Callable):
    """``f ~> g``: one function after the other."""

    __slots__ = ("first", "second")

    def __init__(self, first: Callable, second: Callable) -> None:
        self.first = first
        self.second = second


class Transformer(Callable):
    """``| pattern | update, delete |``."""

    __slots__ = ("frame", "node")

    def __init__(self, node: Any, frame: Frame) -> None:
        self.node = node
        self.frame = frame


class NextMatch(Callable):
    """Function that continues the search of a regular expression."""

    __slots__ = ("pattern", "position", "text")
    arity = 0

    def __init__(self, pattern: Any, text: str, position: int) -> None:
        self.pattern = pattern
        self.text = text
        self.position = position
