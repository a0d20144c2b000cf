"""Errors with jsonata-js's codes and wording."""

from __future__ import annotations

import json
import re
from typing import Any

from jsonata.constants import Constants
from jsonata.jexception import JException
from jsonata.utils import Utils

_PLACE = re.compile(r"\{\{\{(\w+)\}\}\}|\{\{(\w+)\}\}")
_TYPES = {"a": "arrays", "b": "booleans", "f": "functions", "n": "numbers", "o": "objects", "s": "strings"}
# jsonata-python's own texts, where jsonata-js has a code
_CODES = {
    Constants.ERR_MSG_SEQUENCE_UNSUPPORTED: "D3130",
    Constants.ERR_MSG_DIFF_DECIMAL_GROUP: "D3131",
    Constants.ERR_MSG_UNKNOWN_COMPONENT_SPECIFIER: "D3132",
    Constants.ERR_MSG_INVALID_NAME_MODIFIER: "D3133",
    Constants.ERR_MSG_TIMEZONE_FORMAT: "D3134",
    Constants.ERR_MSG_NO_CLOSING_BRACKET: "D3135",
    Constants.ERR_MSG_MISSING_FORMAT: "D3136",
    "Type parameters can only be applied to functions and arrays": "S0401",
    "Choice groups containing parameterized types are not supported": "S0402",
}
_OWN_TEXTS = {
    "U1001": "{{{message}}}",
    "D2014": "The size of the sequence allocated by the range operator (..) must not exceed 1e7.  "
    "Attempted to allocate {{value}}.",
    "D3140": "Malformed URL passed to ${{{functionName}}}(): {{value}}",
}


class JSONataError(Exception):
    """An expression that does not parse, or whose evaluation failed."""

    def __init__(self, code: str, *values: Any, position: int = -1) -> None:
        self.code = code
        """jsonata-js's, such as ``T2001``; ``U1001`` for a bound that was exceeded."""
        self.position = position
        self.text = worded(code, values)
        """The sentence without the code."""
        super().__init__(f"{code}: {self.text}")


def worded(code: str, values: tuple[Any, ...]) -> str:
    """Return jsonata-js's sentence for a code, with the values in the order of its template."""
    template = _OWN_TEXTS.get(code) or JException.error_codes.get(code)
    if template is None:
        return code
    # jsonata-java, and so jsonata-python, replaced every "function" of jsonata-js's texts by "Object"
    template = template.replace("Object", "function")
    supplied = iter(values)

    def fill(place: re.Match[str]) -> str:
        value = next(supplied, None)
        if place.group(2) == "type":
            value = _TYPES.get(str(value), value)
        return str(value) if place.group(1) else as_json(value)

    return _PLACE.sub(fill, template)


def as_json(value: Any) -> str:
    """Return a value as ``JSON.stringify`` would inside an error's text."""
    if value is Utils.NULL_VALUE:
        return "null"
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=lambda _: None)
    except (TypeError, ValueError, RecursionError):
        return "null"


def from_library(error: Exception) -> JSONataError:
    """Return what jsonata-js raises where jsonata-python raised this."""
    if isinstance(error, JSONataError):
        return error
    if isinstance(error, JException):
        values = [value for value in (error.current, error.expected, error.extra) if value is not None]
        code = error.error if error.error in JException.error_codes else _code_of(error.error)
        return JSONataError(code, *values, position=error.location)
    return JSONataError(_code_of(str(error)), str(error))


def _code_of(text: str) -> str:
    for message, code in _CODES.items():
        if text == message or text.startswith(message.split("%s", maxsplit=1)[0] or message):
            return code
    return {"both integer and fractional parts are empty": "D3085"}.get(text, "D3137")
