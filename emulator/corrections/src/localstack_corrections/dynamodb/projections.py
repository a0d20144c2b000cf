"""Parts of items: projections, and what an index has of its table.

moto makes plain Python of an item and back, which turns bytes into text, and mixes up the elements of lists.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localstack_corrections.dynamodb.grammar import Name, Path, paths_of
from localstack_corrections.dynamodb.values import attributes_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

type Steps = list[str | int]
type Tree = dict[str | int, Tree]
"""What is wanted, step by step; nothing more where all of a place is."""


def project(attributes: dict[str, Any], paths: Iterable[Path], request: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts of an item at the paths, whose names a request defines."""
    names = request.get("ExpressionAttributeNames") or {}
    return _parts(attributes, ([_step(step, names) for step in path.steps] for path in paths))


class Projection:
    """A projection of a request, in place of moto's parser."""

    def __init__(self, projection_expression: str | None, expression_attribute_names: Mapping[str, str] | None) -> None:
        """Read the paths, which were checked before."""
        self._names = expression_attribute_names or {}
        self._paths = paths_of(projection_expression) if projection_expression else []
        self.expr_attr_names_found = [
            step.text for path in self._paths for step in path.steps if isinstance(step, Name) and step.text[0] == "#"
        ]

    def parse(self) -> list[Steps]:
        """Return the paths' steps."""
        return [[_step(step, self._names) for step in path.steps] for path in self._paths]


def replace(module: Any) -> None:
    """Project items here.

    :param module: ``moto.dynamodb.models.dynamo_type``
    """

    def project_item(self: Any, projection_expressions: list[Steps]) -> Any:
        attributes = _parts(attributes_of(self), projection_expressions)
        return module.Item(hash_key=self.hash_key, range_key=self.range_key, attrs=attributes)

    module.Item.project = project_item


def _step(step: Name | int, names: Mapping[str, str]) -> str | int:
    return names.get(step.text, step.text) if isinstance(step, Name) else step


def _parts(attributes: dict[str, Any], paths: Iterable[Steps]) -> dict[str, Any]:
    wanted: Tree = {}
    for path in paths:
        place = wanted
        for step in path:
            place = place.setdefault(step, {})
    found: dict[str, Any] = (_part({"M": attributes}, wanted) or {"M": {}})["M"]
    return found


def _part(value: dict[str, Any], wanted: Tree) -> dict[str, Any] | None:
    if not wanted:
        return value
    ((kind, content),) = value.items()
    if kind == "M":
        parts = {name: _part(content[name], wanted[name]) for name in content if name in wanted}
        kept: Any = {name: part for name, part in parts.items() if part is not None}
    elif kind == "L":
        elements = (_part(element, wanted[place]) for place, element in enumerate(content) if place in wanted)
        kept = [element for element in elements if element is not None]
    else:
        kept = None
    return {kind: kept} if kept else None
