"""Accept definitions that AWS accepts and LocalStack's grammar does not."""

from __future__ import annotations

import datetime as dt
import json
from functools import wraps
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from localstack_corrections.correction import Correction
from localstack_corrections.stepfunctions.asl import ASL, MAP

if TYPE_CHECKING:
    from types import ModuleType

_SELECTOR: Final = "ItemSelector"
WHOLE: Final = "(whole)"
"""Names what stands for a whole ``ItemSelector`` that is no object."""


def _take_any_selector(module: ModuleType) -> None:
    """Put an ``ItemSelector`` that is an expression or an array into an object, for the parser."""
    parser = module.AmazonStateLanguageParser
    parse = parser.parse

    @wraps(parse)
    def parse_selectors(definition: str) -> Any:
        if _SELECTOR not in definition:
            return parse(definition)
        try:
            document = json.loads(definition)
        except ValueError:
            return parse(definition)  # which says what is wrong
        return parse(json.dumps(document) if _wrap(document) else definition)

    parser.parse = staticmethod(parse_selectors)


def _wrap(value: Any) -> bool:
    """Return whether a selector was changed somewhere within."""
    changed = False
    if isinstance(value, dict):
        selector = value.get(_SELECTOR)
        if value.get("Type") == "Map" and isinstance(selector, str | list):
            value[_SELECTOR] = {WHOLE: selector}
            changed = True
        for item in value.values():
            changed = _wrap(item) or changed
    elif isinstance(value, list):
        for item in value:
            changed = _wrap(item) or changed
    return changed


def _unwrap_selected(module: ModuleType) -> None:
    selector = module.ItemSelector
    original = selector._eval_body

    def eval_body(self: Any, env: Any) -> None:
        original(self, env)
        selected = env.stack[-1]
        if isinstance(selected, dict) and list(selected) == [WHOLE]:
            env.stack[-1] = selected[WHOLE]

    selector._eval_body = eval_body


def _separate_counts_from_percentages(module: ModuleType) -> None:
    def visit(self: Any, ctx: Any) -> Any:
        count = import_module(f"{MAP}.tolerated_failure").ToleratedFailureCountStringJSONata
        expression = self.visitString_jsonata(ctx=ctx.string_jsonata())
        return count(string_jsonata=expression)

    module.Preprocessor.visitTolerated_failure_count_string_jsonata = visit


def _take_any_zone(module: ModuleType) -> None:
    """Take a time of any zone; LocalStack compares with a time without one."""

    def from_timestamp_string(timestamp: Any) -> dt.datetime | None:
        try:
            moment = dt.datetime.fromisoformat(timestamp)
        except (TypeError, ValueError):
            return None
        if moment.tzinfo is None or "T" not in timestamp:
            return None
        return moment.astimezone().replace(tzinfo=None)

    module.Timestamp._from_timestamp_string = staticmethod(from_timestamp_string)


CORRECTION = Correction(
    name="definition-grammar",
    localstack="Refuses an `ItemSelector` that is an expression or an array, a timestamp with an offset, and two"
    " expressions for tolerated failures in one Map.",
    aws="Accepts them.",
    source="Amazon States Language, Timestamps (RFC 3339), Map State (JSONata: any value may be an expression)",
    patches={
        f"{ASL}.parse.asl_parser": _take_any_selector,
        f"{ASL}.parse.preprocessor": _separate_counts_from_percentages,
        f"{MAP}.item_selector": _unwrap_selected,
        f"{ASL}.component.state.state_wait.wait_function.timestamp": _take_any_zone,
    },
)
