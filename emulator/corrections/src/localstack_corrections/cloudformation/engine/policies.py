"""Stack policies: which resources an update may change, replace or delete.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/protect-stack-resources.html
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from localstack.services.cloudformation import api_utils
from localstack.services.cloudformation.engine.validations import ValidationError

if TYPE_CHECKING:
    from collections.abc import Iterator

MODIFY, REPLACE, DELETE = "Update:Modify", "Update:Replace", "Update:Delete"
_ACTION = re.compile(r"Update:(Modify|Replace|Delete|\*)\Z")
_RESOURCE = "LogicalResourceId/"
_LONGEST = 16384
_EXPECTED = {
    "Action": "Update:Modify, Update:Replace, Update:Delete or Update:*",
    "Resource": f"* or {_RESOURCE}NAME",
}
_COMPARISONS = frozenset({"StringEquals", "StringLike"})


@dataclass(frozen=True)
class _Resource:
    name: str
    type_: str


def requested(request: Any, suffix: str = "") -> str | None:
    """Return the policy that a request has, as text or by its address, or None.

    :raises ValidationError: it has both, or what it has is not a policy.
    """
    body, url = request.get(f"StackPolicy{suffix}Body"), request.get(f"StackPolicy{suffix}URL")
    if body and url:
        raise ValidationError("You cannot specify both StackPolicyURL and StackPolicyBody")
    if url:
        body = api_utils.extract_template_body({"TemplateURL": url})
    if body:
        _check(str(body))
    return str(body) if body else None


def refusal(policy: str | None, action: str, name: str, resource_type: str) -> str | None:
    """Return why a policy does not let an update do something with a resource, or None when it does.

    A resource that no statement of a policy allows is protected, and a statement that denies wins.
    """
    if policy is None:
        return None
    resource = _Resource(name, resource_type)
    matching = [
        (number, statement)
        for number, statement in enumerate(_statements(json.loads(policy)), 1)
        if _acts(statement, action) and _names(statement, resource) and _holds(statement, resource)
    ]
    for number, statement in matching:
        if statement["Effect"] == "Deny":
            actions = ", ".join(_listed(statement, "Action") or [f"not {statement.get('NotAction')}"])
            return (
                f"Action denied by stack policy: Statement [#{number}] does not allow [{actions}] for resource [{name}]"
            )
    if matching:
        return None
    return f"Action denied by stack policy: no statement allows [{action}] for resource [{name}]"


def _statements(document: Any) -> list[dict[str, Any]]:
    found = document.get("Statement") if isinstance(document, dict) else None
    return [found] if isinstance(found, dict) else found or []


def _listed(statement: dict[str, Any], name: str) -> list[str]:
    value = statement.get(name) or []
    return [value] if isinstance(value, str) else value


def _acts(statement: dict[str, Any], action: str) -> bool:
    if "NotAction" in statement:
        return not _any_like(action, _listed(statement, "NotAction"))
    return _any_like(action, _listed(statement, "Action"))


def _names(statement: dict[str, Any], resource: _Resource) -> bool:
    full = f"{_RESOURCE}{resource.name}"
    if "NotResource" in statement:
        return not _any_like(full, _listed(statement, "NotResource"))
    return _any_like(full, _listed(statement, "Resource"))


def _holds(statement: dict[str, Any], resource: _Resource) -> bool:
    for comparison, values in (statement.get("Condition") or {}).items():
        types = _listed(values, "ResourceType")
        if comparison == "StringEquals" and resource.type_ not in types:
            return False
        if comparison == "StringLike" and not _any_like(resource.type_, types):
            return False
    return True


def _any_like(value: str, patterns: list[str]) -> bool:
    return any(fnmatchcase(value, pattern) for pattern in patterns)


def _check(body: str) -> None:
    if len(body) > _LONGEST:
        raise ValidationError(f"Error validating stack policy: it is longer than {_LONGEST} characters")
    try:
        statements = _statements(json.loads(body))
    except ValueError:
        raise ValidationError("Error validating stack policy: Malformed input: it is not JSON") from None
    if not statements:
        raise ValidationError("Error validating stack policy: it has no Statement")
    for number, statement in enumerate(statements, 1):
        if wrong := next(_wrong(statement), None):
            raise ValidationError(f"Error validating stack policy: Statement [#{number}] {wrong}")


def _wrong(statement: Any) -> Iterator[str]:
    """Return what is wrong with a statement, the first fault first."""
    if not isinstance(statement, dict):
        yield "is not an object"
        return
    if statement.get("Effect") not in ("Allow", "Deny"):
        yield "must have an Effect, Allow or Deny"
    if not {"Principal", "NotPrincipal"} & statement.keys():
        yield 'must have a Principal, which is "*"'
    for name, is_known in (("Action", _is_action), ("Resource", _is_resource)):
        values = _listed(statement, name) + _listed(statement, f"Not{name}")
        if not values:
            yield f"must have {'an' if name == 'Action' else 'a'} {name}"
        yield from (
            f"has an unknown {name} {each}: expected {_EXPECTED[name]}" for each in values if not is_known(each)
        )
    for comparison in (statement.get("Condition") or {}).keys() - _COMPARISONS:
        yield f"has an unknown Condition {comparison}: expected StringEquals or StringLike"


def _is_action(value: str) -> bool:
    return value == "*" or bool(_ACTION.match(value))


def _is_resource(value: str) -> bool:
    return value == "*" or value.startswith(_RESOURCE)
