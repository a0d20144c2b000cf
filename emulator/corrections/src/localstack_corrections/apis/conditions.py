"""Evaluate a policy's conditions on what is known of a request.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

import ipaddress
from fnmatch import fnmatchcase
from typing import Any


def conditions_hold(conditions: dict[str, Any], known: dict[str, str]) -> bool:
    """Return whether each condition holds; ``known`` has the request's values by their keys in lower case.

    A key that a request has not matches negated operators alone. Operators on other types than addresses and text
    do not hold: no key of such a type is known.
    """
    return all(
        _holds(operator.rpartition(":")[2], known.get(key.lower()), values if isinstance(values, list) else [values])
        for operator, keys in conditions.items()
        for key, values in keys.items()
    )


def _holds(operator: str, value: str | None, values: list[Any]) -> bool:
    if operator == "Null":
        return (value is None) == (str(values[0]).lower() == "true")
    base = operator.removesuffix("IfExists")
    negated = "Not" in base
    if value is None:
        return negated or base != operator
    compare = _COMPARISONS.get(base.replace("Not", ""))
    return compare is not None and any(compare(value, str(each)) for each in values) != negated


def _in_network(value: str, network: str) -> bool:
    return ipaddress.ip_address(value) in ipaddress.ip_network(network, strict=False)


_COMPARISONS = {
    "IpAddress": _in_network,
    "StringEquals": str.__eq__,
    "StringEqualsIgnoreCase": lambda value, other: value.lower() == other.lower(),
    "StringLike": fnmatchcase,
}
