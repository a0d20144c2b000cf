"""Turn answers into JSON by functions that are made once for each shape.

LocalStack looks for the method of each value's shape by name, and hands it a dictionary to write to: 0.7 s of processor
time for a history of 25,000 events. What an answer's shape asks for never changes, so it is looked up once. Where a
value is not as its shape says, LocalStack's own serializer is asked, which says so.
"""

from __future__ import annotations

import json
from datetime import datetime
from functools import lru_cache, wraps
from typing import TYPE_CHECKING, Any

from localstack_tuning.adjustment import Adjustment

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    type Convert = Callable[[Any], Any]

_SHAPES = 4096


def _convert_by_shape(module: ModuleType) -> None:
    serializer = module.JSONResponseSerializer
    released = serializer._serialize_body_params
    conversions = _Conversions(serializer())

    @wraps(released)
    def serialize_body_params(
        self: Any, params: Any, shape: Any, operation_model: Any, mime_type: str, request_id: str
    ) -> Any:
        # subclasses have rules of their own for what is inside
        if type(self) is serializer and mime_type not in self.CBOR_TYPES and shape is not None:
            try:
                # a shape that is converted is a new value, which has no circles
                return json.dumps(conversions.of(shape)(params), check_circular=False)
            except (AttributeError, KeyError, TypeError, ValueError):
                pass
        return released(self, params, shape, operation_model, mime_type, request_id)

    serializer._serialize_body_params = serialize_body_params


class _Conversions:
    """Functions from a value of a shape to what its JSON is made of; ``None`` where that is the value itself."""

    def __init__(self, serializer: Any) -> None:
        self._serializer = serializer
        self.of = lru_cache(_SHAPES)(self._of)

    def _of(self, shape: Any) -> Convert:
        make: Callable[[Any], Convert] = {
            "structure": self._of_structure,
            "map": self._of_map,
            "list": self._of_list,
            "timestamp": self._of_timestamp,
            "blob": lambda _: self._serializer._get_base64,
        }[shape.type_name]
        return make(shape)

    def _inner(self, shape: Any) -> Convert | None:
        if shape.type_name not in {"structure", "map", "list", "timestamp", "blob"}:
            return None
        return None if shape.type_name == "structure" and shape.is_document_type else self.of(shape)

    def _of_structure(self, shape: Any) -> Convert:
        members: dict[str, tuple[str, Convert | None]] = {}

        def member(name: str) -> tuple[str, Convert | None]:
            # looked up when it is needed: a shape may contain itself
            of_member = shape.members[name]
            members[name] = of_member.serialization.get("name", name), self._inner(of_member)
            return members[name]

        def convert(value: Any) -> dict[str, Any]:
            found = {}
            for name, item in value.items():
                if item is not None:
                    serialized, inner = members.get(name) or member(name)
                    found[serialized] = item if inner is None else inner(item)
            return found

        return convert

    def _of_map(self, shape: Any) -> Convert:
        inner = self._lazily(shape.value)
        return lambda value: {name: inner(item) for name, item in value.items() if item is not None}

    def _of_list(self, shape: Any) -> Convert:
        inner = self._lazily(shape.member)
        return lambda value: [inner(item) for item in value if item is not None]

    def _lazily(self, shape: Any) -> Convert:
        """Return the conversion of what a map or list has in it, which may contain that map or list."""

        def first(value: Any) -> Any:
            inner = self._inner(shape)
            return value if inner is None else inner(value)

        return first

    def _of_timestamp(self, shape: Any) -> Convert:
        how = shape.serialization.get("timestampFormat")
        is_number = (how or self._serializer.TIMESTAMP_FORMAT).lower() == "unixtimestamp"

        def convert(value: Any) -> Any:
            if is_number and type(value) is datetime and value.tzinfo is not None:
                return value.timestamp()
            return self._serializer._convert_timestamp_to_str(value, how)

        return convert


ADJUSTMENT = Adjustment("json-answers", {"localstack.aws.protocol.serializer": _convert_by_shape})
