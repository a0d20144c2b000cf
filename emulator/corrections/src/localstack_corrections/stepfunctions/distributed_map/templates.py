"""Values of our fields, which are templates in the query language of their state."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from localstack_corrections.stepfunctions.distributed_map.fields import JSONATA

if TYPE_CHECKING:
    from localstack_corrections.stepfunctions.distributed_map.fields import Fields


def evaluated(fields: Fields, env: Any, value: Any) -> Any:
    """Return the value of a template, with the input of the Map state on top of the stack of ``env``."""
    key = json.dumps(value)
    component = fields.templates.get(key)
    if component is None:
        component = fields.templates[key] = _compiled(fields.language, value)
    component.eval(env)
    return env.stack.pop()


def named(fields: Fields, env: Any, owner: dict[str, Any], name: str) -> Any:
    """Return the value of the field ``name``, or of its ``Path`` form, of ``owner``; ``None`` without either."""
    if f"{name}Path" in owner:
        return evaluated(fields, env, {"value.$": owner[f"{name}Path"]})["value"]
    value = owner.get(name)
    if fields.language == JSONATA and isinstance(value, str):
        return evaluated(fields, env, {"value": value})["value"]
    return value


def _compiled(language: str, value: Any) -> Any:
    """Return LocalStack's component for a template, which it knows as a field of a Pass state."""
    from localstack.services.stepfunctions.asl.parse.asl_parser import AmazonStateLanguageParser

    name = "Output" if language == JSONATA else "Parameters"
    state = {"Type": "Pass", name: value, "End": True}
    definition = {"QueryLanguage": language, "StartAt": "T", "States": {"T": state}}
    program, _ = AmazonStateLanguageParser.parse(json.dumps(definition))
    parsed = program.states.states["T"]
    return parsed.output.jsonata_template_value if language == JSONATA else parsed.parameters
