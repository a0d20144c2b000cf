"""Parse and flatten a rule's event pattern once, and an event without making functions for it.

LocalStack parses a rule's pattern, validates it and flattens it for every event that is put. None of what comes of it
is changed afterwards. An event is flattened by functions that are made for each, and hold each other from then on.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from localstack_tuning.adjustment import Adjustment

if TYPE_CHECKING:
    from types import ModuleType

_PATTERNS = 256
_PATHS = 4096


class _Compiled(dict[str, Any]):
    """A pattern, and itself as a flat one once it is asked for."""

    def __init__(self, pattern: dict[str, Any], engine: Any) -> None:
        super().__init__(pattern)
        self._engine = engine

    @cached_property
    def flat(self) -> list[Any]:
        """The pattern as ``EventRuleEngine.flatten_pattern`` gives it."""
        return self._engine(dict(self))  # type: ignore[no-any-return]


def _compile_once(module: ModuleType) -> None:
    compiler, engine = module.EventPatternCompiler, module.EventRuleEngine
    compile_anew, flatten_anew = compiler.compile_event_pattern, engine.flatten_pattern

    @lru_cache(_PATTERNS)
    def compiled(self: Any, event_pattern: str) -> _Compiled:
        # an error is not kept: it is raised again, and made anew each time
        return _Compiled(compile_anew(self, event_pattern), flatten_anew)

    def compile_event_pattern(self: Any, event_pattern: Any) -> Any:
        return compiled(self, event_pattern) if isinstance(event_pattern, str) else compile_anew(self, event_pattern)

    def flatten_pattern(nested: Any) -> Any:
        return nested.flat if isinstance(nested, _Compiled) else flatten_anew(nested)

    compiler.compile_event_pattern = compile_event_pattern
    engine.flatten_pattern = staticmethod(flatten_pattern)
    engine.flatten_payload = staticmethod(_flat_event)


def _flat_event(payload: Any, patterns: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return an event's values by path, those the patterns ask for, as ``EventRuleEngine.flatten_payload`` does."""
    return _with_values(payload, [{}], None, frozenset(path for pattern in patterns for path in pattern))


def _with_values(value: Any, found: list[dict[str, Any]], path: Any, wanted: frozenset[str]) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            below = f"{path}.{key}" if path else key
            if _is_asked_for(below, wanted):
                found = _with_values(inner, found, below, wanted)
        return found
    if isinstance(value, list):
        return [each for inner in value for each in _with_values(inner, found, path, wanted)] if value else found
    return [{**each, path: value} for each in found]


@lru_cache(_PATHS)
def _is_asked_for(path: str, wanted: frozenset[str]) -> bool:
    return any(one.startswith(path) for one in wanted)


ADJUSTMENT = Adjustment("event-patterns", {"localstack.services.events.event_rule_engine": _compile_once})
