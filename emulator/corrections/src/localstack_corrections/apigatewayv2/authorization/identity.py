"""Identity sources: where in a request an authorizer finds who asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localstack_corrections.apigatewayv2.parameters import UnresolvedError, of_request, resolve

if TYPE_CHECKING:
    from localstack_corrections.apigatewayv2.invocation import Invocation


def values(invocation: Invocation, authorizer: dict[str, Any]) -> list[str] | None:
    """Return the value of each identity source, or ``None`` where one is missing or empty."""
    sources = authorizer.get("identitySource") or []
    value_of = of_request(invocation)
    found = []
    for source in [sources] if isinstance(sources, str) else sources:
        try:
            value = resolve(source, value_of)
        except UnresolvedError:
            return None
        if not value:
            return None
        found.append(value)
    return found
