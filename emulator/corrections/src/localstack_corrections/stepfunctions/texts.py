"""Texts of a definition, read as the JSON that they are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction
from localstack_corrections.stepfunctions.asl import ASL

if TYPE_CHECKING:
    from types import ModuleType


def _decode(module: ModuleType) -> None:
    def inner_string_of(parser_rule_context: Any) -> str | None:
        text = parser_rule_context.getText()
        if text == "null":
            return None
        return str(json.loads(text)) if text.startswith('"') else str(text)

    module.Preprocessor._inner_string_of = staticmethod(inner_string_of)
    # LocalStack reads it as a literal of Python
    module.from_string_literal = inner_string_of  # type: ignore[attr-defined]


CORRECTION = Correction(
    name="definition-texts",
    localstack='Leaves the escapes in texts of a definition: `"a \\\\"b\\\\""` is a text with two backslashes.',
    aws="Texts, names of states and names of fields are what their JSON stands for.",
    source="Amazon States Language: a machine is a JSON object; RFC 8259, Strings",
    patches={f"{ASL}.parse.preprocessor": _decode},
)
