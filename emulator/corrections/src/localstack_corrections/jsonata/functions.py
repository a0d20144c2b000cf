"""The functions of JSONata 2, as jsonata-js has them."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import itertools
import math
import random
import re
import urllib.parse
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING, Any

from jsonata.datetimeutils import DateTimeUtils
from jsonata.functions import Functions as Library

from localstack_corrections.jsonata.errors import JSONataError
from localstack_corrections.jsonata.numbers import json_text, number_text
from localstack_corrections.jsonata.pictures import checked
from localstack_corrections.jsonata.regexes import Regex
from localstack_corrections.jsonata.values import NULL, Callable, Sequence, equal, is_number, simplest, truth

if TYPE_CHECKING:
    from collections.abc import Callable as Code
    from collections.abc import Iterator

    from localstack_corrections.jsonata.evaluator import Evaluator

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([Ee][-+]?[0-9]+)?")
_BASED = re.compile(r"0[xX][0-9A-Fa-f]+|0[oO][0-7]+|0[bB][01]+")
_ISO = re.compile(r"\d{4}(-[01]\d)*(-[0-3]\d)*(T[0-2]\d:[0-5]\d:[0-5]\d)*(\.\d+)?([+-][0-2]\d:?[0-5]\d|Z)?", re.ASCII)


class Native(Callable):
    """A function written in Python. It is called with the evaluator and with its arguments."""

    __slots__ = ("arity", "code", "name", "signature")

    def __init__(self, name: str, signature: str, arity: int, code: Code[..., Any]) -> None:
        from localstack_corrections.jsonata.signatures import Signature

        self.name = name
        self.signature = Signature.of(signature)
        self.arity = arity
        """The number of parameters of jsonata-js's implementation: what a function such as ``$map`` passes to it."""
        self.code = code


# --- numbers -----------------------------------------------------------------------------------------------------


def sum_(_: Evaluator, numbers: list[Any] | None) -> Any:
    """Add up."""
    return None if numbers is None else simplest(float(sum(numbers)))


def count(_: Evaluator, items: list[Any] | None) -> int:
    """Count items; undefined has none."""
    return 0 if items is None else len(items)


def max_(_: Evaluator, numbers: list[Any] | None) -> Any:
    """Return the largest."""
    return max(numbers) if numbers else None


def min_(_: Evaluator, numbers: list[Any] | None) -> Any:
    """Return the smallest."""
    return min(numbers) if numbers else None


def average(_: Evaluator, numbers: list[Any] | None) -> Any:
    """Return the mean."""
    return simplest(sum(numbers) / len(numbers)) if numbers else None


def number(_: Evaluator, value: Any) -> Any:
    """Return a string or a boolean as a number."""
    if value is None or is_number(value):
        return value
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str) and _NUMBER.fullmatch(value) and math.isfinite(float(value)):
        return simplest(float(value))
    if isinstance(value, str) and _BASED.fullmatch(value):
        return int(value, 0)
    raise JSONataError("D3030", value)


def abs_(_: Evaluator, value: Any) -> Any:
    """Return without the sign."""
    return None if value is None else abs(value)


def floor(_: Evaluator, value: Any) -> Any:
    """Round down."""
    return None if value is None else math.floor(value)


def ceil(_: Evaluator, value: Any) -> Any:
    """Round up."""
    return None if value is None else math.ceil(value)


def round_(_: Evaluator, value: Any, precision: Any) -> Any:
    """Round to that many decimals, halves to the even one."""
    if value is None:
        return None
    places = Decimal(1).scaleb(-int(precision or 0))
    try:
        return simplest(float(Decimal(repr(value)).quantize(places, ROUND_HALF_EVEN)))
    except ArithmeticError:  # more digits than a decimal has: there is nothing to round
        return value


def sqrt(_: Evaluator, value: Any) -> Any:
    """Return the square root."""
    if value is None:
        return None
    if value < 0:
        raise JSONataError("D3060", value)
    return simplest(math.sqrt(value))


def power(_: Evaluator, base: Any, exponent: Any) -> Any:
    """Raise to a power."""
    if base is None:
        return None
    try:
        result = float(base) ** float(exponent)
    except ArithmeticError:
        result = math.inf
    if isinstance(result, complex) or not math.isfinite(result):
        raise JSONataError("D3061", base, exponent)
    return simplest(result)


def random_(_: Evaluator) -> float:
    """Return a number from 0 to 1."""
    return random.random()  # noqa: S311 - no secret


def format_number(_: Evaluator, value: Any, picture: str, options: Any) -> Any:
    """Format by a picture such as ``#,##0.00``."""
    if value is None:
        return None
    return Library.format_number(value, checked(picture, options or {}), options)


def format_base(_: Evaluator, value: Any, radix: Any) -> Any:
    """Write in a base from 2 to 36."""
    if value is None:
        return None
    base = 10 if radix is None else int(round_(_, radix, 0))
    if not 2 <= base <= 36:
        raise JSONataError("D3100", base)
    return Library.base_repr(int(round_(_, value, 0)), base).lower()


def format_integer(_: Evaluator, value: Any, picture: Any) -> Any:
    """Write an integer by a picture: digits, letters, roman numbers, words."""
    return None if value is None else DateTimeUtils.format_integer(_integer(value), picture)


def _integer(value: float) -> int:
    # the digits that JavaScript shows of a double, not those that it stands for
    return int(Decimal(repr(value))) if isinstance(value, float) else value


def parse_integer(_: Evaluator, value: Any, picture: Any) -> Any:
    """Read what ``$formatInteger`` writes."""
    if value is None:
        return None
    found = DateTimeUtils.parse_integer(value, picture)
    return math.nan if found is None else simplest(float(found))


# --- strings -----------------------------------------------------------------------------------------------------


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


def _url_coder(name: str, safe: str | None) -> Code[..., Any]:
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


# --- booleans, arrays, objects -----------------------------------------------------------------------------------


def boolean(_: Evaluator, value: Any) -> Any:
    """Return any value as a boolean."""
    return None if value is None else truth(value)


def not_(_: Evaluator, value: Any) -> Any:
    """Return the opposite."""
    return None if value is None else not truth(value)


def exists(_: Evaluator, value: Any) -> bool:
    """Return whether a value is not undefined."""
    return value is not None


def map_(evaluator: Evaluator, items: Any, function: Any) -> Any:
    """Return what a function makes of each item."""
    if items is None:
        return None
    results = Sequence()
    for index, item in enumerate(items):
        result = evaluator.call(function, _passed(function, item, index, items))
        if result is not None:
            results.append(result)
            evaluator.budget.fits(len(results))
    return results


def filter_(evaluator: Evaluator, items: Any, function: Any) -> Any:
    """Return the items for which a function is true."""
    if items is None:
        return None
    chosen = (
        item for i, item in enumerate(items) if truth(evaluator.call(function, _passed(function, item, i, items)))
    )
    return Sequence(chosen)


def single(evaluator: Evaluator, items: Any, function: Any) -> Any:
    """Return the only item for which a function is true."""
    if items is None:
        return None
    found = [
        item
        for i, item in enumerate(items)
        if function is None or truth(evaluator.call(function, _passed(function, item, i, items)))
    ]
    if len(found) != 1:
        raise JSONataError("D3138" if found else "D3139")
    return found[0]


def _passed(function: Any, item: Any, key: Any, whole: Any) -> list[Any]:
    return [item, key, whole][: max(1, min(function.arity, 3))]


def reduce(evaluator: Evaluator, items: Any, function: Any, initial: Any) -> Any:
    """Return what a function makes of all items, two by two."""
    if items is None:
        return None
    if function.arity < 2:
        raise JSONataError("D3050")
    result, start = (items[0], 1) if initial is None and items else (initial, 0)
    for index in range(start, len(items)):
        result = evaluator.call(function, [result, items[index], index, items][: function.arity])
    return result


def zip_(_: Evaluator, *arrays: Any) -> list[Any]:
    """Return arrays of the first items, of the second ones, and so on."""
    return [] if any(array is None for array in arrays) else [list(items) for items in zip(*arrays, strict=False)]


def keys(evaluator: Evaluator, value: Any) -> Any:
    """Return the keys of an object, or of all objects of an array."""
    if isinstance(value, dict):
        return Sequence(value)
    if isinstance(value, list):
        return Sequence(dict.fromkeys(key for item in value for key in keys(evaluator, item)))
    return Sequence()


def lookup(evaluator: Evaluator, value: Any, key: Any) -> Any:
    """Return the value of a key, or those of all objects of an array."""
    if isinstance(value, dict):
        return value.get(key)
    if not isinstance(value, list):
        return None
    results = Sequence()
    for item in value:
        evaluator.budget.tick()
        found = item.get(key) if isinstance(item, dict) else lookup(evaluator, item, key)
        if isinstance(found, list):
            results.extend(found)
        elif found is not None:
            results.append(found)
    return results


def appended(first: Any, second: Any) -> Any:
    """Return one array of two values."""
    if first is None or second is None:
        return second if first is None else first
    one = first if isinstance(first, list) else [first]
    two = second if isinstance(second, list) else [second]
    return Sequence([*one, *two], sequence=False)


def append(evaluator: Evaluator, first: Any, second: Any) -> Any:
    """Append."""
    result = appended(first, second)
    evaluator.budget.fits(len(result) if isinstance(result, list) else 0)
    return result


def spread(evaluator: Evaluator, value: Any) -> Any:
    """Return objects of one key each."""
    if isinstance(value, dict):
        return Sequence({key: item} for key, item in value.items())
    if isinstance(value, list):
        results = Sequence()
        for item in value:
            part = spread(evaluator, item)
            results.extend(part if isinstance(part, list) else [part])
        return results
    return "" if isinstance(value, Callable) else value


def merge(_: Evaluator, objects: Any) -> Any:
    """Return one object of many."""
    return None if objects is None else {key: value for each in objects for key, value in each.items()}


def reverse(_: Evaluator, items: Any) -> Any:
    """Return in the opposite order."""
    return items if items is None or len(items) <= 1 else list(reversed(items))


def shuffle(_: Evaluator, items: Any) -> Any:
    """Return in any order."""
    return items if items is None or len(items) <= 1 else random.sample(items, len(items))


def distinct(evaluator: Evaluator, items: Any) -> Any:
    """Return without repetitions."""
    if not isinstance(items, list) or len(items) <= 1:
        return items
    results: list[Any] = Sequence() if isinstance(items, Sequence) and items.sequence else []
    seen: set[Any] = set()
    composed: list[Any] = []
    for item in items:
        if isinstance(item, list | dict):
            evaluator.budget.tick()
            if any(equal(item, other) for other in composed):
                continue
            composed.append(item)
        elif (type(item) is bool, item) in seen:
            continue
        else:
            seen.add((type(item) is bool, item))
        results.append(item)
    return results


def each(evaluator: Evaluator, value: Any, function: Any) -> Any:
    """Return what a function makes of each value of an object."""
    if value is None:
        return None
    results = (evaluator.call(function, _passed(function, item, key, value)) for key, item in value.items())
    return Sequence(result for result in results if result is not None)


def sift(evaluator: Evaluator, value: Any, function: Any) -> Any:
    """Return an object of what a function is true for; undefined when it is for nothing."""
    if value is None:
        return None
    chosen = {
        key: item for key, item in value.items() if truth(evaluator.call(function, _passed(function, item, key, value)))
    }
    return chosen or None


def sort(evaluator: Evaluator, items: Any, function: Any) -> Any:
    """Return sorted, by a function that tells whether two items are to be exchanged."""
    if items is None or len(items) <= 1:
        return items
    if function is not None:
        return merge_sorted(list(items), lambda one, two: _javascript_truth(evaluator.call(function, [one, two])))
    if not (all(map(is_number, items)) or all(isinstance(item, str) for item in items)):
        raise JSONataError("D3070")
    return sorted(items)


def merge_sorted(items: list[Any], exchanged: Code[[Any, Any], bool]) -> list[Any]:
    """Sort by merging, which keeps the order of what compares as equal."""
    if len(items) <= 1:
        return items
    middle = len(items) // 2
    left, right = merge_sorted(items[:middle], exchanged), merge_sorted(items[middle:], exchanged)
    merged: list[Any] = []
    one = two = 0
    while one < len(left) and two < len(right):
        if exchanged(left[one], right[two]):
            merged.append(right[two])
            two += 1
        else:
            merged.append(left[one])
            one += 1
    return merged + left[one:] + right[two:]


def _javascript_truth(value: Any) -> bool:
    return isinstance(value, list | dict | Callable) or (value is not NULL and bool(value))


def type_(_: Evaluator, value: Any) -> Any:
    """Name the type."""
    if value is None:
        return None
    if value is NULL:
        return "null"
    for kind, name in ((bool, "boolean"), (str, "string"), (list, "array"), (Callable, "function")):
        if isinstance(value, kind):
            return name
    return "number" if is_number(value) else "object"


def clone(_: Evaluator, value: Any) -> Any:
    """Copy."""
    if isinstance(value, dict):
        return {key: clone(_, item) for key, item in value.items() if not isinstance(item, Callable)}
    if isinstance(value, list):
        return [clone(_, item) for item in value]
    return value


def error(_: Evaluator, message: Any) -> Any:
    """Fail."""
    raise JSONataError("D3137", "$error() function evaluated" if message is None else message)


def assert_(_: Evaluator, condition: Any, message: Any) -> None:
    """Fail, unless."""
    if not condition:
        raise JSONataError("D3141", "$assert() statement failed" if message is None else message)


# --- time --------------------------------------------------------------------------------------------------------


def now(evaluator: Evaluator, picture: Any, timezone: Any) -> Any:
    """Return the time at which the evaluation began."""
    return DateTimeUtils.format_datetime(evaluator.millis, picture, timezone)


def millis(evaluator: Evaluator) -> int:
    """Return the same in milliseconds."""
    return evaluator.millis


def from_millis(_: Evaluator, value: Any, picture: Any, timezone: Any) -> Any:
    """Format a time."""
    return None if value is None else DateTimeUtils.format_datetime(int(value), picture, timezone)


def to_millis(_: Evaluator, text: Any, picture: Any) -> Any:
    """Read a time."""
    if text is None:
        return None
    if picture is not None:
        return _parsed(_three_digits_at_most(text), picture)
    if not _ISO.fullmatch(text):
        raise JSONataError("D3110", text)
    try:
        moment = dt.datetime.strptime(text, "%Y") if len(text) == 4 else dt.datetime.fromisoformat(text)  # noqa: DTZ007
    except ValueError:
        raise JSONataError("D3110", text) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    return math.floor(moment.timestamp() * 1000)


def _parsed(text: str, picture: str) -> Any:
    try:
        return DateTimeUtils.parse_datetime(text, picture)
    except KeyError as error:
        raise JSONataError("D3132", error.args[0]) from None


def _three_digits_at_most(text: str) -> str:
    # the library takes a fraction's digits for milliseconds
    return re.sub(r"(\.\d{3})\d+", r"\1", text)


_FUNCTIONS: tuple[tuple[str, str, int, Code[..., Any]], ...] = (
    ("sum", "<a<n>:n>", 1, sum_),
    ("count", "<a:n>", 1, count),
    ("max", "<a<n>:n>", 1, max_),
    ("min", "<a<n>:n>", 1, min_),
    ("average", "<a<n>:n>", 1, average),
    ("string", "<x-b?:s>", 1, string),
    ("substring", "<s-nn?:s>", 3, substring),
    ("substringBefore", "<s-s:s>", 2, substring_before),
    ("substringAfter", "<s-s:s>", 2, substring_after),
    ("lowercase", "<s-:s>", 1, lowercase),
    ("uppercase", "<s-:s>", 1, uppercase),
    ("length", "<s-:n>", 1, length),
    ("trim", "<s-:s>", 1, trim),
    ("pad", "<s-ns?:s>", 3, pad),
    ("match", "<s-f<s:o>n?:a<o>>", 3, match),
    ("contains", "<s-(sf):b>", 2, contains),
    ("replace", "<s-(sf)(sf)n?:s>", 4, replace),
    ("split", "<s-(sf)n?:a<s>>", 3, split),
    ("join", "<a<s>s?:s>", 2, join),
    ("formatNumber", "<n-so?:s>", 3, format_number),
    ("formatBase", "<n-n?:s>", 2, format_base),
    ("formatInteger", "<n-s:s>", 2, format_integer),
    ("parseInteger", "<s-s:n>", 2, parse_integer),
    ("number", "<(nsb)-:n>", 1, number),
    ("floor", "<n-:n>", 1, floor),
    ("ceil", "<n-:n>", 1, ceil),
    ("round", "<n-n?:n>", 2, round_),
    ("abs", "<n-:n>", 1, abs_),
    ("sqrt", "<n-:n>", 1, sqrt),
    ("power", "<n-n:n>", 2, power),
    ("random", "<:n>", 0, random_),
    ("boolean", "<x-:b>", 1, boolean),
    ("not", "<x-:b>", 1, not_),
    ("map", "<af>", 2, map_),
    ("zip", "<a+>", 0, zip_),
    ("filter", "<af>", 2, filter_),
    ("single", "<af?>", 2, single),
    ("reduce", "<afj?:j>", 3, reduce),
    ("sift", "<o-f?:o>", 2, sift),
    ("keys", "<x-:a<s>>", 1, keys),
    ("lookup", "<x-s:x>", 2, lookup),
    ("append", "<xx:a>", 2, append),
    ("exists", "<x:b>", 1, exists),
    ("spread", "<x-:a<o>>", 1, spread),
    ("merge", "<a<o>:o>", 1, merge),
    ("reverse", "<a:a>", 1, reverse),
    ("each", "<o-f:a>", 2, each),
    ("error", "<s?:x>", 1, error),
    ("assert", "<bs?:x>", 2, assert_),
    ("type", "<x:s>", 1, type_),
    ("sort", "<af?:a>", 2, sort),
    ("shuffle", "<a:a>", 1, shuffle),
    ("distinct", "<x:x>", 1, distinct),
    ("base64encode", "<s-:s>", 1, base64_encode),
    ("base64decode", "<s-:s>", 1, base64_decode),
    ("encodeUrlComponent", "<s-:s>", 1, _url_coder("encodeUrlComponent", "~()*!.'")),
    ("encodeUrl", "<s-:s>", 1, _url_coder("encodeUrl", "~@#$&()*!+=:;,.?/'")),
    ("decodeUrlComponent", "<s-:s>", 1, _url_coder("decodeUrlComponent", None)),
    ("decodeUrl", "<s-:s>", 1, _url_coder("decodeUrl", None)),
    ("toMillis", "<s-s?:n>", 2, to_millis),
    ("fromMillis", "<n-s?s?:s>", 3, from_millis),
    ("clone", "<(oa)-:o>", 1, clone),
    ("now", "<s?s?:s>", 2, now),
    ("millis", "<:n>", 0, millis),
)
FUNCTIONS: dict[str, Native] = {
    name: Native(name, signature, arity, code) for name, signature, arity, code in _FUNCTIONS
}
"""By name, without the dollar. All but ``$eval``, which AWS does not have."""

__all__ = ["FUNCTIONS", "Native", "Regex", "appended", "lookup", "merge_sorted", "string"]
