"""Find the route of a request, with AWS's priorities, in time that does not grow with the number of routes.

A full match of method and path comes first, then one with a greedy path variable such as ``{proxy+}``, then
``$default``; a route for the method comes before one for ``ANY``.
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

DEFAULT = "$default"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "ANY")
_KEY = re.compile(rf"(?P<method>{'|'.join(METHODS)}) (?P<path>/\S*)")
_VARIABLE = re.compile(r"\{(?P<name>[\w.:-]+)(?P<greedy>\+)?\}")


class RouteKeyError(ValueError):
    """A route key that API Gateway refuses; the text says why."""


@dataclass(frozen=True)
class RouteMatch:
    """A route, and the values of the variables in its path."""

    route: dict[str, Any]
    path_parameters: dict[str, str]


@dataclass
class _Node:
    """One segment of the paths of the routes."""

    literals: dict[str, _Node] = field(default_factory=dict)
    variable: _Node | None = None
    routes: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By their methods, of the paths that end here."""
    greedy: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By their methods, of the paths that go on with a greedy variable."""


def check_route_key(key: str) -> None:
    """Raise an error unless the key is ``$default`` or a method and a path.

    :raises RouteKeyError: API Gateway would not take it.
    """
    if key == DEFAULT:
        return
    if not (match := _KEY.fullmatch(key)):
        raise RouteKeyError(
            f"The provided route key is not formatted properly for HTTP protocol: {key}. "
            "Expected a method and a path, such as GET /pets, or $default."
        )
    segments = _segments(match["path"])
    for position, segment in enumerate(segments):
        variable = _VARIABLE.fullmatch(segment)
        if not variable and ("{" in segment or "}" in segment):
            raise RouteKeyError(f"The path segment {segment} of the route key {key} is no variable like {{name}}.")
        if variable and variable["greedy"] and position < len(segments) - 1:
            raise RouteKeyError(f"The greedy variable {segment} of the route key {key} is not its last segment.")


def normalized(key: str) -> str:
    """Return the key without the names of its variables: two routes of one normalized key conflict."""
    return _VARIABLE.sub(lambda match: "{+}" if match["greedy"] else "{}", key)


class RouteTable:
    """The routes of an API as a tree of path segments."""

    def __init__(self, routes: Iterable[dict[str, Any]]) -> None:
        self._root = _Node()
        self._default: dict[str, Any] | None = None
        self._names: dict[str, list[str]] = {}
        self.routes = list(routes)
        for route in self.routes:
            self._add(route)

    def _add(self, route: dict[str, Any]) -> None:
        key = route["routeKey"]
        if key == DEFAULT:
            self._default = route
            return
        method, path = key.split(" ", 1)
        node, names = self._root, []
        routes = node.routes
        for segment in _segments(path):
            variable = _VARIABLE.fullmatch(segment)
            if not variable:
                node = node.literals.setdefault(segment, _Node())
            elif variable["greedy"]:
                names.append(variable["name"])
                routes = node.greedy
                break
            else:
                names.append(variable["name"])
                node.variable = node.variable or _Node()
                node = node.variable
            routes = node.routes
        routes[method] = route
        self._names[route["routeId"]] = names

    def match(self, method: str, path: str) -> RouteMatch | None:
        """Return the route for a request; ``path`` is as it was sent, not decoded."""
        for route, values in _candidates(self._root, _segments(path), method):
            names = self._names[route["routeId"]]
            return RouteMatch(route, {name: unquote(value) for name, value in zip(names, values, strict=True)})
        return RouteMatch(self._default, {}) if self._default else None


def _segments(path: str) -> list[str]:
    return path.removeprefix("/").split("/")


def _candidates(root: _Node, segments: list[str], method: str) -> Iterator[tuple[dict[str, Any], list[str]]]:
    """Yield the routes that match, the most specific first."""
    yield from _full(root, segments, 0, method, [])
    yield from _greedy(root, segments, 0, method, [])


def _full(
    node: _Node, segments: list[str], depth: int, method: str, values: list[str]
) -> Iterator[tuple[dict[str, Any], list[str]]]:
    if depth == len(segments):
        if route := node.routes.get(method) or node.routes.get("ANY"):
            yield route, values
        return
    segment = segments[depth]
    if literal := node.literals.get(segment) or node.literals.get(unquote(segment)):
        yield from _full(literal, segments, depth + 1, method, values)
    if node.variable and segment:
        yield from _full(node.variable, segments, depth + 1, method, [*values, segment])


def _greedy(
    node: _Node, segments: list[str], depth: int, method: str, values: list[str]
) -> Iterator[tuple[dict[str, Any], list[str]]]:
    if depth < len(segments):
        segment = segments[depth]
        if literal := node.literals.get(segment) or node.literals.get(unquote(segment)):
            yield from _greedy(literal, segments, depth + 1, method, values)
        if node.variable and segment:
            yield from _greedy(node.variable, segments, depth + 1, method, [*values, segment])
        rest = "/".join(segments[depth:])
        if rest and (route := node.greedy.get(method) or node.greedy.get("ANY")):
            yield route, [*values, rest]
