"""The keys of a parameter mapping, such as ``append:header.name``: which there are, and what they change.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from localstack_corrections.apigatewayv2.parameters import UnresolvedError, of_request, resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from localstack_corrections.apigatewayv2.invocation import Invocation

_OF_REQUESTS = re.compile(r"(append|overwrite|remove):(header|querystring)\.\S+|overwrite:path")
_OF_RESPONSES = re.compile(r"(append|overwrite|remove):header\.\S+|overwrite:statuscode")
_RESERVED = frozenset(
    {
        "authorization", "connection", "content-encoding", "content-length", "content-location", "forwarded",
        "keep-alive", "origin", "proxy-authenticate", "proxy-authorization", "te", "trailers", "transfer-encoding",
        "upgrade", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto",
    }
)  # fmt: skip
_RESERVED_PREFIXES = ("access-control-", "apigw-", "x-amz-", "x-amzn-")


class MappingKeyError(ValueError):
    """A key of a mapping that API Gateway refuses; the text says why."""


def check_request_keys(keys: Iterable[str]) -> None:
    """Raise an error unless each key names a part of a request that can be changed.

    :raises MappingKeyError: one does not.
    """
    _check(keys, _OF_REQUESTS, "append, overwrite or remove:header.name or querystring.name, or overwrite:path")


def check_response_keys(keys: Iterable[str]) -> None:
    """Raise an error unless each key names a part of a response that can be changed.

    :raises MappingKeyError: one does not.
    """
    _check(keys, _OF_RESPONSES, "append, overwrite or remove:header.name, or overwrite:statuscode")


def _check(keys: Iterable[str], pattern: re.Pattern[str], expected: str) -> None:
    for key in keys:
        if not pattern.fullmatch(key):
            raise MappingKeyError(f"Invalid parameter {key}: expected {expected}")
        kind, _, name = key.partition(":")[2].partition(".")
        lower = name.lower()
        if kind == "header" and (lower in _RESERVED or lower.startswith(_RESERVED_PREFIXES)):
            raise MappingKeyError(f"Operations on header {name} are restricted")


def changes(invocation: Invocation, mapping: dict[str, str]) -> Iterator[tuple[str, str, str, str]]:
    """Yield the action, kind, name and value of each entry that has a value in this request."""
    value_of = of_request(invocation)
    for key, expression in mapping.items():
        action, _, place = key.partition(":")
        kind, _, name = place.partition(".")
        try:
            yield action, kind, name, "" if action == "remove" else resolve(str(expression), value_of)
        except UnresolvedError:
            continue


def changed(
    pairs: list[tuple[str, str]], action: str, name: str, value: str, normal: Callable[[str], str]
) -> list[tuple[str, str]]:
    """Return names and values after a change; ``normal`` makes names that are the same equal."""
    kept = pairs if action == "append" else [pair for pair in pairs if normal(pair[0]) != normal(name)]
    return kept if action == "remove" else [*kept, (name, value)]
