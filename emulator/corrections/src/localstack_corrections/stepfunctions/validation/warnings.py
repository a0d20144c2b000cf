"""Warnings about a definition that AWS accepts: fields that look like a path but are none.

Codes and conditions are those of the API reference of ValidateStateMachineDefinitionDiagnostic, as are the messages:
AWS's own are not known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localstack_corrections.stepfunctions.validation import fields
from localstack_corrections.stepfunctions.validation.diagnostics import Diagnostic
from localstack_corrections.stepfunctions.validation.graph import scopes_of
from localstack_corrections.stepfunctions.validation.values import a_path, is_call

if TYPE_CHECKING:
    from collections.abc import Iterator

_TEMPLATES = ("Parameters", "ResultSelector", "ItemSelector", "Assign", "Credentials")
_NO_DOLLAR = "No .$ on a field that appears to be a JSONPath or Intrinsic Function."
_NO_PATH = "Field value looks like a path, but field name does not end with 'Path'."
_STATIC = "Attempt to use a path in the result of a pass state."


def warnings(scope: dict[str, Any], language: str, location: str = "") -> Iterator[Diagnostic]:
    """Look through the machine, a branch or an item processor, and all within it."""
    for name, state in scope["States"].items():
        place = f"{location}/States/{name}"
        if state.get("QueryLanguage", language) == "JSONPath":
            yield from _of_state(state, place)
        for inner, inside in scopes_of(state):
            yield from warnings(inner, language, place + inside)


def _of_state(state: dict[str, Any], location: str) -> Iterator[Diagnostic]:
    for name in _TEMPLATES:
        yield from _of_template(state.get(name), f"{location}/{name}")
    for name in ("Error", "Cause"):
        if _is_path(state.get(name)):
            yield Diagnostic("NO_PATH", _NO_PATH, f"{location}/{name}")
    for index, rule in enumerate(state.get("Choices", ())):
        yield from _of_rule(rule, f"{location}/Choices[{index}]")
    if state["Type"] == "Pass":
        yield from _of_result(state.get("Result"), f"{location}/Result")


def _of_template(value: Any, location: str) -> Iterator[Diagnostic]:
    for key, item in _members(value):
        if not key.endswith(".$") and _is_path(item):
            yield Diagnostic("NO_DOLLAR", _NO_DOLLAR, location + key)
        yield from _of_template(item, location + key)


def _of_rule(rule: dict[str, Any], location: str) -> Iterator[Diagnostic]:
    for name, value in rule.items():
        if name in fields.OPERATORS and not name.endswith("Path") and _is_path(value):
            yield Diagnostic("NO_PATH", _NO_PATH, f"{location}/{name}")
        if name in ("And", "Or"):
            for index, inner in enumerate(value):
                yield from _of_rule(inner, f"{location}/{name}[{index}]")
        elif name == "Not":
            yield from _of_rule(value, f"{location}/Not")


def _of_result(value: Any, location: str) -> Iterator[Diagnostic]:
    for key, item in _members(value):
        if key.endswith(".$") or _is_path(item):
            yield Diagnostic("PASS_RESULT_IS_STATIC", _STATIC, location + key)
        else:
            yield from _of_result(item, location + key)


def _members(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        yield from ((f"/{key}", item) for key, item in value.items())
    elif isinstance(value, list):
        yield from ((f"[{index}]", item) for index, item in enumerate(value))


def _is_path(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    begins = value == "$" or value.startswith(("$.", "$[", "$$."))
    return (begins and a_path(value) is None) or is_call(value)
