"""Compile the function that builds a route's URLs when one is built.

Werkzeug compiles two of them for every route, as Python code; LocalStack has some hundred routes, adds them one by one
to a new copy of them all, and only ever matches: a fifteenth of its start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localstack_tuning.adjustment import Adjustment

if TYPE_CHECKING:
    from types import ModuleType


def _compile_when_used(module: ModuleType) -> None:
    compile_builder = module.Rule._compile_builder

    def defer(self: Any, append_unknown: bool = True) -> Any:
        compiled: list[Any] = []

        def build(rule: Any, **values: Any) -> Any:
            if not compiled:
                compiled.append(compile_builder(self, append_unknown))
            return compiled[0](rule, **values)

        return build

    module.Rule._compile_builder = defer


ADJUSTMENT = Adjustment("url-builders", {"werkzeug.routing.rules": _compile_when_used})
