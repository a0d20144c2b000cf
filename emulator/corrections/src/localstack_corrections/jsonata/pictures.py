"""Check a picture of ``$formatNumber`` by the rules of XPath's fn:format-number, in jsonata-js's order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from localstack_corrections.jsonata.errors import JSONataError

if TYPE_CHECKING:
    from collections.abc import Iterator

_DEFAULTS = {
    "decimal-separator": ".",
    "grouping-separator": ",",
    "exponent-separator": "e",
    "percent": "%",
    "per-mille": "\u2030",
    "zero-digit": "0",
    "digit": "#",
    "pattern-separator": ";",
}


@dataclass(frozen=True)
class _Picture:
    """One sub-picture, taken apart."""

    active: str
    whole: str
    fraction: str
    exponent: str | None
    text: str


def checked(picture: str, options: dict[str, Any]) -> str:
    """Return the picture, or raise the first rule that it breaks."""
    signs = _DEFAULTS | options
    parts = picture.split(signs["pattern-separator"])
    if len(parts) > 2:
        raise JSONataError("D3080")
    zero = ord(signs["zero-digit"])
    digits = "".join(chr(zero + i) for i in range(10))
    for part in parts:
        for code in _broken(_taken_apart(part, signs, digits), signs, digits):
            raise JSONataError(code)
    return picture


def _taken_apart(text: str, signs: dict[str, Any], digits: str) -> _Picture:
    active = set(digits) | {signs[name] for name in ("decimal-separator", "grouping-separator", "digit")}
    extended = active | {signs["exponent-separator"]}
    positions = [i for i, char in enumerate(text) if char in active]
    first, last = (positions[0], positions[-1]) if positions else (0, len(text) - 1)
    # an exponent separator at an end of the active part is passive, unless digits follow it
    body = text[first : last + 1]
    mantissa, separator, exponent = body.partition(signs["exponent-separator"])
    if separator and not set(exponent) <= extended:
        mantissa, separator = body, ""
    whole, _, fraction = mantissa.partition(signs["decimal-separator"])
    return _Picture(body, whole, fraction, exponent if separator else None, text)


def _broken(part: _Picture, signs: dict[str, Any], digits: str) -> Iterator[str]:
    point, comma, digit = signs["decimal-separator"], signs["grouping-separator"], signs["digit"]
    percent, per_mille = signs["percent"], signs["per-mille"]
    mantissa = part.active if part.exponent is None else part.active.partition(signs["exponent-separator"])[0]
    if part.text.count(point) > 1:
        yield "D3081"
    passive = set(part.active) - set(digits) - {point, comma, digit, signs["exponent-separator"]}
    if not (set(part.text) & (set(digits) | {digit})) and not (set(part.text) & {point}):
        yield "D3086"
    if part.text.count(percent) > 1:
        yield "D3082"
    if part.text.count(per_mille) > 1:
        yield "D3083"
    if percent in part.text and per_mille in part.text:
        yield "D3084"
    if not set(mantissa) & (set(digits) | {digit}):
        yield "D3085"
    if passive:
        yield "D3086"
    yield from _broken_digits(part, signs, digits)


def _broken_digits(part: _Picture, signs: dict[str, Any], digits: str) -> Iterator[str]:
    point, comma, digit = (re.escape(signs[n]) for n in ("decimal-separator", "grouping-separator", "digit"))
    family = f"[{re.escape(digits)}]"
    if re.search(f"{comma}{point}|{point}{comma}", part.text):
        yield "D3087"
    if part.fraction == "" and part.whole.endswith(signs["grouping-separator"]):
        yield "D3088"
    if re.search(comma + comma, part.text):
        yield "D3089"
    if re.search(f"{family}.*{digit}", part.whole):
        yield "D3090"
    if re.search(f"{digit}.*{family}", part.fraction):
        yield "D3091"
    if part.exponent and set(part.text) & {signs["percent"], signs["per-mille"]}:
        yield "D3092"
    if part.exponent is not None and (not part.exponent or not set(part.exponent) <= set(digits)):
        yield "D3093"
