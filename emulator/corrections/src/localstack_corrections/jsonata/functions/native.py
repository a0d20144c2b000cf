"""Define a function that is written in Python."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localstack_corrections.jsonata.values import Callable

if TYPE_CHECKING:
    from collections.abc import Callable as Code


class Native(Callable):
    """A function written in Python. It is called with the evaluator and with its arguments."""

    __slots__ = ("arity", "code", "name", "signature")

    def __init__(self, name: str, signature: str, arity: int, code: Code[..., Any]) -> None:
        from localstack_corrections.jsonata.signatures import Signature

        self.name = name
        self.signature = Signature.of(signature)
        self.arity = arity
        """The number of parameters of jsonata-js's implementation: what a function such as ``$map`` passes to it."""
        self.code = code
