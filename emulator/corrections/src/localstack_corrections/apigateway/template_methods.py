"""Mapping templates: the methods of Java's strings, lists and maps that LocalStack's Velocity lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from types import ModuleType

_MODULE = "localstack.services.apigateway.next_gen.execute_api.template_mapping"


class JavaList(list[Any]):
    """A list that is written as Java writes it."""

    def __str__(self) -> str:
        """Return the elements without quotation marks."""
        return f"[{', '.join(map(str, self))}]"


class Entry:
    """A key and its value."""

    def __init__(self, key: Any, value: Any) -> None:
        self.key = key
        self.value = value

    def getKey(self) -> Any:  # noqa: N802 - Java's name
        """Return the key."""
        return self.key

    def getValue(self) -> Any:  # noqa: N802 - Java's name
        """Return the value."""
        return self.value

    def __str__(self) -> str:
        """Return the entry as Java writes it."""
        return f"{self.key}={self.value}"


class JavaHeaders(dict[str, str]):
    """The headers of a request as a map, in which a name is found whatever its case."""

    def get(self, name: str, default: Any = None) -> Any:
        """Return the value of a header."""
        if name in self:
            return self[name]
        return next((value for known, value in self.items() if known.lower() == name.lower()), default)


def _removed(mapping: dict[Any, Any], key: Any) -> Any:
    return mapping.pop(key, None)


_STRING = {
    "charAt": lambda text, index: text[index],
    "concat": lambda text, other: text + other,
    "equals": lambda text, other: text == other,
    "equalsIgnoreCase": lambda text, other: isinstance(other, str) and text.lower() == other.lower(),
    "endsWith": lambda text, end: text.endswith(end),
    "indexOf": lambda text, part, start=0: text.find(part, start),
    "isEmpty": lambda text: not text,
    "lastIndexOf": lambda text, part: text.rfind(part),
    "toLowerCase": lambda text: text.lower(),
    "toString": str,
    "toUpperCase": lambda text: text.upper(),
    "trim": lambda text: text.strip(),
}
_LIST = {
    "addAll": lambda values, others: values.extend(others) or True,
    "containsAll": lambda values, others: all(other in values for other in others),
    "indexOf": lambda values, value: values.index(value) if value in values else -1,
    "remove": lambda values, index: values.pop(index),
}
_MAP = {
    "containsKey": lambda mapping, key: key in mapping,
    "containsValue": lambda mapping, value: value in mapping.values(),
    "entrySet": lambda mapping: JavaList(Entry(key, value) for key, value in mapping.items()),
    "getOrDefault": lambda mapping, key, default: mapping.get(key, default),
    "isEmpty": lambda mapping: not mapping,
    "keySet": JavaList,
    "remove": _removed,
    "size": len,
    "values": lambda mapping: JavaList(mapping.values()),
}


def _add_methods(module: ModuleType) -> None:
    methods = module.airspeed.operators.__additional_methods__
    methods[str].update(_STRING)
    methods[list].update(_LIST)
    methods[dict].update(_MAP)
    methods[module.AttributeDict] = methods[dict]
    methods[JavaList] = methods[list]
    methods[JavaHeaders] = methods[dict]
    begin = module.VelocityInput.__init__

    def begin_with_maps(self: Any, body: Any, params: Any) -> None:
        kinds = {"header": JavaHeaders}
        begin(self, body, {name: kinds.get(name, dict)(values or {}) for name, values in (params or {}).items()})

    module.VelocityInput.__init__ = begin_with_maps
    decode = module.VelocityUtilApiGateway.base64Decode

    def base64_decode(self: Any, text: Any) -> str:
        decoded = decode(self, text)
        return decoded.decode(errors="replace") if isinstance(decoded, bytes) else str(decoded)

    module.VelocityUtilApiGateway.base64Decode = base64_decode


CORRECTION = Correction(
    name="template-methods",
    localstack="Has no entrySet, containsKey, equals and isEmpty, no keySet of headers, and bytes for base64Decode.",
    aws="Has the methods of Java's strings, lists and maps in mapping templates, and text for base64Decode.",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html",
    patches={_MODULE: _add_methods},
)
