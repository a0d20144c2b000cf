"""Mapping templates: values in Java's text, JSONPath as Jayway has it, JavaScript's escapes, and ``#break``."""

from __future__ import annotations

import contextlib
import json
import re
from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

_MODULE = "localstack.services.apigateway.next_gen.execute_api.template_mapping"
_BREAK = re.compile(r"#(?:break\b|\{break\})(.*)$", re.DOTALL | re.IGNORECASE)


def compact(value: Any) -> str:
    """Return JSON without spaces, as Java's json-smart writes it."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def escaped(text: str) -> str:
    """Return a text with the escapes of Java's ``escapeJavaScript``: quotation marks of both kinds and ``/`` too."""
    return json.dumps(text)[1:-1].replace("'", "\\'").replace("/", "\\/")


def _texts(json_list: type) -> Callable[[Any], str]:
    def java_text(value: Any) -> str:
        if value is None:
            return "null"
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, dict):
            return f"{{{', '.join(f'{name}={java_text(item)}' for name, item in value.items())}}}"
        if isinstance(value, json_list):
            return compact(value)
        if isinstance(value, list | tuple):
            return f"[{', '.join(map(java_text, value))}]"
        return str(value)

    return java_text


def _write_as_java(module: ModuleType) -> None:
    java_text = _texts(module.VTLJsonList)
    module.airspeed.operators.value_to_string = java_text
    for kind in (module.VTLMap, module.VTLJsonList):
        kind.__str__ = java_text
    escape = module.VelocityUtilApiGateway.escapeJavaScript

    def escape_java_script(self: Any, value: Any) -> str:
        # LocalStack's answer to an empty text is another one
        if isinstance(value, str) and value.strip():
            return escaped(value)
        return escaped(java_text(value)) if isinstance(value, dict | list) else str(escape(self, value))

    module.VelocityUtilApiGateway.escapeJavaScript = escape_java_script


def _find_as_jayway(module: ModuleType) -> None:
    from localstack_corrections.stepfunctions.path_errors import PathNotFoundError
    from localstack_corrections.stepfunctions.paths import path

    def extract(value: Any, text: str) -> Any:
        try:
            return path(text if text.startswith(("$", "@")) else f"$.{text}").find(value)
        except PathNotFoundError:
            return None

    module.extract_jsonpath = extract  # type: ignore[attr-defined]

    def as_json(self: Any, text: str) -> str:
        matching = self._extract_json_path(text or "$")
        return compact("" if matching is None else matching)

    module.VelocityInput.json = as_json


def _end_loops(module: ModuleType) -> None:
    operators = module.airspeed.operators

    class LoopEnd(operators.TemplateExecutionError):  # type: ignore[name-defined,misc]
        """Leaves the innermost loop, or the template."""

        def __init__(self) -> None:
            Exception.__init__(self, "#break")

    operators.StopDirective = _stop_or_break(operators, LoopEnd)
    for directive in (operators.ForeachDirective, operators.TemplateBody):
        directive.evaluate_raw = _until(LoopEnd, directive.evaluate_raw)


def _stop_or_break(operators: Any, end: type[Exception]) -> type[Any]:
    """Return the class of ``#stop``, which is in every block, that is ``#break`` as well."""

    class StopOrBreak(operators.StopDirective):  # type: ignore[name-defined,misc]
        is_break = False

        def parse(self) -> None:
            try:
                self.identity_match(_BREAK)
                self.is_break = True
            except operators.NoMatch:
                super().parse()

        def evaluate_raw(self, *arguments: Any) -> None:
            if self.is_break:
                raise end
            super().evaluate_raw(*arguments)

    return StopOrBreak


def _until(end: type[Exception], evaluate: Callable[..., None]) -> Callable[..., None]:
    def evaluate_raw(self: Any, *arguments: Any) -> None:
        with contextlib.suppress(end):
            evaluate(self, *arguments)

    return evaluate_raw


def _patch(module: ModuleType) -> None:
    _write_as_java(module)
    _find_as_jayway(module)
    _end_loops(module)


CORRECTION = Correction(
    name="template-values",
    localstack=(
        "Writes maps, lists and null as Python does, knows no filters and functions of JSONPath, escapes no"
        " apostrophes, and writes `#break` into the result."
    ),
    aws=(
        "Writes them as Java does (`{a=1, b=[x, null]}`); paths are Jayway's; `escapeJavaScript` escapes `'` and `/`;"
        " `$input.json` has no spaces; `#break` ends a loop."
    ),
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html",
    patches={_MODULE: _patch},
)
