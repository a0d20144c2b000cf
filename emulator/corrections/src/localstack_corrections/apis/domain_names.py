"""Custom domain names, which REST and HTTP APIs share: what is mapped to them, and who answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

NO_PATH = "(none)"
"""The base path of a mapping of the whole domain."""


@dataclass(frozen=True)
class Mapped:
    """The stage and the paths of a request to a custom domain name."""

    stage: str
    base_path: str
    """The mapping's key; empty where the whole domain is mapped."""
    path: str
    """What follows the key, not decoded: the part that routes are for."""
    domain_path: str
    """The whole path, not decoded."""


_kinds: list[Callable[[str], Callable[[Any, Mapped], Any] | None]] = []


def add_kind(find: Callable[[str], Callable[[Any, Mapped], Any] | None]) -> None:
    """Serve one more kind of APIs; ``find`` returns the function that answers for the API with an id, if it has it."""
    _kinds.append(find)


def answerer(api_id: str) -> Callable[[Any, Mapped], Any] | None:
    """Return the function that answers for an API that is no REST API."""
    return next((answer for find in _kinds if (answer := find(api_id))), None)


def store_of(context: Any) -> Any:
    """Return LocalStack's store of a request's account and region, with the domain names of all kinds of APIs."""
    from localstack.services.apigateway.models import apigateway_stores

    return apigateway_stores[context.account_id][context.region]
