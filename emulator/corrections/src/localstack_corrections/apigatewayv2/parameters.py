"""Parameter mapping: ``$request.…``, ``$context.…`` and ``$stageVariables.…`` in the values of an integration.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Callable

    from localstack_corrections.apigatewayv2.invocation import Answer, Invocation

_NAME = r"(?:request|response|context|stageVariables)(?:\.[\w$-]+|\[\d+\])*"
_EXPRESSION = re.compile(rf"\$(?:\{{(?P<braced>{_NAME})\}}|(?P<plain>{_NAME}))")
_STEP = re.compile(r"\.(?P<key>[\w$-]+)|\[(?P<index>\d+)\]")


class UnresolvedError(LookupError):
    """An expression that has no value in this request."""


def resolve(expression: str, value_of: Callable[[str], Any]) -> str:
    """Return a mapping's value for a request.

    :raises UnresolvedError: one of its expressions has no value.
    """

    def text(match: re.Match[str]) -> str:
        value = value_of(match["braced"] or match["plain"])
        if value is None:
            raise UnresolvedError(match[0])
        return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)

    return _EXPRESSION.sub(text, expression)


def resolve_all(parameters: dict[str, str], value_of: Callable[[str], Any]) -> dict[str, str]:
    """Return the parameters that have a value in this request."""
    resolved = {}
    for name, expression in parameters.items():
        try:
            resolved[name] = resolve(str(expression), value_of)
        except UnresolvedError:
            continue
    return resolved


def of_request(invocation: Invocation) -> Callable[[str], Any]:
    """Return the function that finds a variable of a request, such as ``request.header.name``."""

    def value_of(name: str) -> Any:
        source, _, rest = name.partition(".")
        if source == "context":
            return invocation.context_variable(rest)
        if source == "stageVariables":
            return invocation.serving.variables.get(rest)
        if source == "request":
            return _of_request(invocation, rest)
        return None

    return value_of


def of_response(invocation: Invocation, answer: Answer) -> Callable[[str], Any]:
    """Return the function that finds a variable of an integration's response, such as ``response.header.name``."""

    def value_of(name: str) -> Any:
        source, _, rest = name.partition(".")
        if source != "response":
            return of_request(invocation)(name) if source != "request" else None
        kind, _, key = rest.partition(".")
        if kind == "header":
            return next((value for header, value in answer.headers if header.lower() == key.lower()), None)
        return _of_body(answer.body, rest) if kind.startswith("body") else None

    return value_of


def _of_request(invocation: Invocation, name: str) -> Any:
    kind, _, key = name.partition(".")
    if kind == "header":
        return invocation.one_value_headers.get(key.lower())
    if kind == "querystring":
        values = [value for known, value in invocation.query_pairs if known == key]
        return ",".join(values) if values else None
    if kind == "path":
        if not key:
            return unquote(invocation.path)
        return (invocation.match.path_parameters if invocation.match else {}).get(key)
    return _of_body(invocation.body, name) if re.match(r"body(\.|\[|$)", name) else None


def _of_body(body: bytes, name: str) -> Any:
    """Return the whole body, or a value in it, where it is JSON."""
    steps = name.removeprefix("body")
    text = body.decode(errors="replace")
    if not steps:
        return text
    try:
        value = json.loads(text)
    except ValueError:
        return None
    for step in _STEP.finditer(steps):
        value = _step(value, step["key"] or int(step["index"]))
    return value


def _step(value: Any, key: str | int) -> Any:
    if isinstance(value, dict) and isinstance(key, str):
        return value.get(key)
    if isinstance(value, list) and isinstance(key, int) and key < len(value):
        return value[key]
    return None


def change_response(invocation: Invocation, answer: Answer, parameters: dict[str, str]) -> None:
    """Apply the response parameters of the answer's status, such as ``overwrite:statuscode``."""
    value_of = of_response(invocation, answer)
    for target, expression in parameters.items():
        action, _, place = target.partition(":")
        kind, _, name = place.partition(".")
        try:
            value = "" if action == "remove" else resolve(str(expression), value_of)
        except UnresolvedError:
            continue
        if kind == "header":
            _change_header(answer, action, name, value)
        elif kind == "statuscode" and value.isdecimal() and 100 <= int(value) <= 599:
            answer.status = int(value)


def _change_header(answer: Answer, action: str, name: str, value: str) -> None:
    if action != "append":
        answer.headers = [header for header in answer.headers if header[0].lower() != name.lower()]
    if action != "remove":
        answer.headers.append((name, value))
