"""What Step Functions has of Java: its random numbers, and the order of its hash sets."""

from __future__ import annotations

import struct
from typing import Any

_MULTIPLIER, _INCREMENT, _MASK = 0x5DEECE66D, 0xB, (1 << 48) - 1
_FIRST_BUCKETS = 16
_LOAD = 0.75


class JavaRandom:
    """``java.util.Random`` with a seed."""

    def __init__(self, seed: int) -> None:
        self._state = (seed ^ _MULTIPLIER) & _MASK

    def _next(self, bits: int) -> int:
        self._state = (self._state * _MULTIPLIER + _INCREMENT) & _MASK
        return _signed(self._state >> (48 - bits))

    def next_double(self) -> float:
        """Return a number from 0 up to, and without, 1."""
        high = self._next(26)
        return float((high << 27) + self._next(27)) / (1 << 53)

    def next_int(self, bound: int) -> int:
        """Return an integer from 0 up to, and without, ``bound``."""
        if bound & (bound - 1) == 0:
            return (bound * self._next(31)) >> 31
        while True:
            bits = self._next(31)
            found = bits % bound
            # the last range of 31 bits is shorter than the others
            if bits - found + bound - 1 < 2**31:
                return found


def hash_order(values: list[Any]) -> list[Any]:
    """Return values, none of them twice, in the order in which a ``java.util.HashSet`` has them."""
    buckets = _FIRST_BUCKETS
    while len(values) > buckets * _LOAD:
        buckets *= 2
    return sorted(values, key=lambda value: _bucket(_hash(value), buckets))


def _bucket(code: int, buckets: int) -> int:
    unsigned = code & 0xFFFFFFFF
    return (unsigned ^ (unsigned >> 16)) & (buckets - 1)


def _signed(code: int) -> int:
    return ((code + 2**31) % 2**32) - 2**31


def _hash(value: Any) -> int:
    """Return the hash code of what Java makes of a JSON value."""
    if value is None:
        return 0
    if isinstance(value, bool):
        return 1231 if value else 1237
    if isinstance(value, int):
        return value if -(2**31) <= value < 2**31 else _folded(value)
    if isinstance(value, float):
        return _hash(int(value)) if value.is_integer() else _folded(int.from_bytes(struct.pack(">d", value)))
    if isinstance(value, str):
        return _combined(list(_utf16(value)), 0)
    if isinstance(value, list):
        return _combined([_hash(item) for item in value], 1)
    return _signed(sum(_hash(name) ^ _hash(item) for name, item in value.items()))


def _folded(bits: int) -> int:
    unsigned = bits & 0xFFFFFFFFFFFFFFFF
    return _signed(unsigned ^ (unsigned >> 32))


def _utf16(text: str) -> memoryview:
    return memoryview(text.encode("utf-16-le", "surrogatepass")).cast("H")


def _combined(codes: list[int], first: int) -> int:
    result = first
    for code in codes:
        result = (31 * result + code) & 0xFFFFFFFF
    return _signed(result)
