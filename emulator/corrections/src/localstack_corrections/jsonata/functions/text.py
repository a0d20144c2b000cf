"""String functions, of URLs and base64 among them."""

from __future__ import annotations

import base64
import binascii
import itertools
import math
import re
import urllib.parse
from typing import TYPE_CHECKING, Any

from localstack_corrections.jsonata.errors import JSONataError
from localstack_corrections.jsonata.numbers import json_text, number_text
from localstack_corrections.jsonata.values import Callable, Sequence, is_number, truth

if TYPE_CHECKING:
    from collections.abc import Callable as Code
    from collections.abc import Iterator

    from localstack_corrections.jsonata.evaluator import Evaluator


def string(evaluator: Evaluator, value: Any, pretty: Any = None) -> Any:
    """Return any value as a string."""
    if isinstance(value, Sequence) and value.outer:
        value = value[0]
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, Callable):
        return ""
    if is_number(value) and not isinstance(value, bool):
        if not math.isfinite(value):
            raise JSONataError("D3001")
        return number_text(value)
    return json_text(value, evaluator.budget, pretty=truth(pretty))


def substring(_: Evaluator, text: Any, start: Any, length: Any) -> Any:
    """Return a part, from a position that may count from the end."""
    if text is None:
        return None
    if start is None:
        return text if length is None else ""
    begin = _whole(start)
    if len(text) + begin < 0:
        begin = 0
    if begin < 0:
        begin += len(text)
    if length is None:
        return text[begin:]
    end = begin + length
    return text[begin : max(math.ceil(end), begin)] if length > 0 else ""


def _whole(value: float) -> int:
    return math.trunc(value)


def substring_before(_: Evaluator, text: Any, chars: Any) -> Any:
    """Return what is before, or the whole."""
    return text if text is None or chars is None or chars not in text else text[: text.index(chars)]


def substring_after(_: Evaluator, text: Any, chars: Any) -> Any:
    """Return what is after, or the whole."""
    return text if text is None or chars is None or chars not in text else text[text.index(chars) + len(chars) :]


def lowercase(_: Evaluator, text: Any) -> Any:
    """Return in small letters."""
    return None if text is None else text.lower()


def uppercase(_: Evaluator, text: Any) -> Any:
    """Return in capital letters."""
    return None if text is None else text.upper()


def length(_: Evaluator, text: Any) -> Any:
    """Count characters."""
    return None if text is None else len(text)


def trim(_: Evaluator, text: Any) -> Any:
    """Make one space of any white space, and none at the ends."""
    return None if text is None else re.sub(r"[ \t\n\r]+", " ", text).strip(" ")


def pad(evaluator: Evaluator, text: Any, width: Any, char: Any) -> Any:
    """Fill up to a width; a negative one fills at the start."""
    if text is None or width is None:
        return text
    wanted = abs(_whole(width)) - len(text)
    if wanted <= 0:
        return text
    evaluator.budget.fits(wanted + len(text), 1)
    filling = char or " "
    filled = (filling * (wanted // len(filling) + 1))[:wanted]
    return filled + text if width < 0 else text + filled


def join(evaluator: Evaluator, texts: Any, separator: Any) -> Any:
    """Join strings."""
    if texts is None:
        return None
    evaluator.budget.fits(sum(map(len, texts)) + len(separator or "") * len(texts), 1)
    return (separator or "").join(texts)


def contains(evaluator: Evaluator, text: Any, token: Any) -> Any:
    """Return whether a string or a match is there."""
    if text is None or token is None:
        return None
    return token in text if isinstance(token, str) else next(matches(evaluator, token, text), None) is not None


def match(evaluator: Evaluator, text: Any, pattern: Any, limit: Any) -> Any:
    """Return every match, at most that many."""
    if text is None:
        return None
    if limit is not None and limit < 0:
        raise JSONataError("D3040", limit)
    found = itertools.islice(matches(evaluator, pattern, text), None if limit is None else math.ceil(limit))
    return Sequence({"match": each["match"], "index": each["start"], "groups": each["groups"]} for each in found)


def matches(evaluator: Evaluator, matcher: Any, text: str) -> Iterator[dict[str, Any]]:
    """Return what a regular expression, or a function that stands for one, finds one after the other."""
    found = evaluator.call(matcher, [text])
    while found:
        if not isinstance(found, dict) or not (
            is_number(found.get("start"))
            or is_number(found.get("end"))
            or isinstance(found.get("groups"), list)
            or isinstance(found.get("next"), Callable)
        ):
            raise JSONataError("T1010", evaluator.name_of(matcher))
        yield found
        found = evaluator.call(found["next"], [])


def replace(evaluator: Evaluator, text: Any, pattern: Any, replacement: Any, limit: Any) -> Any:
    """Replace strings or matches, at most that many."""
    if text is None:
        return None
    if pattern == "":
        raise JSONataError("D3010")
    if limit is not None and limit < 0:
        raise JSONataError("D3011")
    parts: list[str] = []
    position = size = 0
    for start, end, new in itertools.islice(
        _replacements(evaluator, text, pattern, replacement), None if limit is None else math.ceil(limit)
    ):
        parts += (text[position:start], new)
        position, size = end, size + len(new)
        evaluator.budget.fits(size + end, 1)
    return "".join([*parts, text[position:]])


def _replacements(evaluator: Evaluator, text: str, pattern: Any, new: Any) -> Iterator[tuple[int, int, str]]:
    if isinstance(pattern, str):
        start = text.find(pattern)
        while start >= 0:
            evaluator.budget.tick()
            yield start, start + len(pattern), _replacement(evaluator, new, {"match": pattern, "groups": []}, text=True)
            start = text.find(pattern, start + len(pattern))
    else:
        for found in matches(evaluator, pattern, text):
            yield found["start"], found["end"], _replacement(evaluator, new, found, text=False)


def _replacement(evaluator: Evaluator, new: Any, found: dict[str, Any], *, text: bool) -> str:
    if isinstance(new, str):
        return new if text else _filled(new, found["match"], found["groups"])
    shown = {key: value for key, value in found.items() if key != "next"}
    result = evaluator.call(new, [shown])
    if not isinstance(result, str):
        raise JSONataError("D3012", result)
    return result


def _filled(new: str, whole: str, groups: list[Any]) -> str:
    """Put groups in the places of ``$1``, the match in that of ``$0``, and a dollar in that of ``$$``."""
    digits = len(str(len(groups)))

    def fill(place: re.Match[str]) -> str:
        what = place.group(1)
        if what in ("$", ""):
            return "$"
        if what[0] == "0":
            return whole + what[1:]
        index = int(what[:digits])
        if digits > 1 and index > len(groups):
            digits_used = digits - 1
            index = int(what[:digits_used])
        else:
            digits_used = min(digits, len(what))
        group = groups[index - 1] if groups and index <= len(groups) else ""
        return (group or "") + what[digits_used if groups else 1 :]

    return re.sub(r"\$(\$|\d+|)", fill, new)


def split(evaluator: Evaluator, text: Any, separator: Any, limit: Any) -> Any:
    """Split by a string or by matches, into at most that many."""
    if text is None:
        return None
    if limit is not None and limit < 0:
        raise JSONataError("D3020")
    evaluator.budget.fits(len(text))
    if isinstance(separator, str):
        parts = text.split(separator) if separator else list(text)
    else:
        parts, position = [], 0
        for found in matches(evaluator, separator, text):
            parts.append(text[position : found["start"]])
            position = found["end"]
        parts.append(text[position:])
    return parts if limit is None else parts[: math.floor(limit)]


def base64_encode(_: Evaluator, text: Any) -> Any:
    """Encode as base 64."""
    return None if text is None else base64.b64encode(text.encode()).decode()


def base64_decode(_: Evaluator, text: Any) -> Any:
    """Decode base 64."""
    if text is None:
        return None
    try:
        return base64.b64decode(text).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise JSONataError("D3137", str(error)) from None


def url_coder(name: str, safe: str | None) -> Code[..., Any]:
    """Return the function that encodes what is not ``safe`` in a URL; that decodes where ``safe`` is None."""

    def code(_: Evaluator, text: Any) -> Any:
        if text is None:
            return None
        try:
            if safe is None:
                return urllib.parse.unquote(_well_formed(text), errors="strict")
            return urllib.parse.quote(text, safe=safe)
        except UnicodeError:
            raise JSONataError("D3140", name, text) from None

    return code


def _well_formed(text: str) -> str:
    if re.search("%(?![0-9A-Fa-f]{2})", text):
        message = "a per cent sign without two hexadecimal digits"
        raise UnicodeError(message)
    return text
