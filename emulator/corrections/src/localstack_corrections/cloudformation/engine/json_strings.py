"""``Fn::ToJsonString`` with the values of the functions in it, which LocalStack writes as they are in the template.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-ToJsonString.html
"""

from __future__ import annotations

import json
from typing import Any

_NOTHING = {"Ref": "AWS::NoValue"}


def evaluated(value: Any) -> Any:
    """Return a part of a template in which each JSON text is an ``Fn::Sub`` of the functions in it."""
    match value:
        case {"Fn::ToJsonString": content} if len(value) == 1:
            return _substituted(evaluated(content))
        case dict():
            return {key: evaluated(each) for key, each in value.items()}
        case list():
            return [evaluated(each) for each in value]
    return value


def _substituted(content: Any) -> Any:
    variables: dict[str, Any] = {}
    text = json.dumps(_with_variables(content, variables), separators=(",", ":"))
    return {"Fn::Sub": [text, variables]} if variables else text.replace("${!", "${")


def _with_variables(value: Any, variables: dict[str, Any]) -> Any:
    """Return the content with a variable for each function, which ``variables`` then has."""
    match value:
        case dict() if _is_function(value):
            name = f"Json{len(variables)}"
            variables[name] = value
            return f"${{{name}}}"
        case dict():
            return {key: _with_variables(each, variables) for key, each in value.items() if each != _NOTHING}
        case list():
            return [_with_variables(each, variables) for each in value if each != _NOTHING]
        case str():
            return value.replace("${", "${!")
    return value


def _is_function(value: dict[str, Any]) -> bool:
    return len(value) == 1 and all(name == "Ref" or name.startswith("Fn::") for name in value)
