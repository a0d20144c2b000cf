"""Few emulators, in each of which some adjustments are switched off, that tell of each and of each two of them.

Every adjustment is off in a set of emulators of its own, all of these sets equally large. So for any two there is an
emulator with the first alone and one with the second alone; together with the emulator that has all and the one that
has none, every two are seen in all four ways. When the emulators that behave differently are the very set of an
adjustment, it is that one.
"""

from __future__ import annotations

from itertools import combinations, count
from math import comb
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from localdev.engines import EmbeddedEngine

GATEWAY_SERVER = "gateway-server"
IN_MEMORY_CLIENT = "in-memory-client"
AS_RELEASED = {GATEWAY_SERVER: {"GATEWAY_SERVER": "twisted"}, IN_MEMORY_CLIENT: {"IN_MEMORY_CLIENT": "0"}}
"""Not of the plugin's list, since LocalStack has settings for them; by name, what switches each off."""


def mixtures(names: Collection[str]) -> list[frozenset[str]]:
    """Return what is switched off, by emulator: as few emulators as will do."""
    number = next(size for size in count(2) if comb(size, size // 2) >= len(names))
    lacking = dict(zip(sorted(names), combinations(range(number), number // 2), strict=False))
    return [frozenset(name for name, without in lacking.items() if emulator in without) for emulator in range(number)]


def adjustments_of(engine: EmbeddedEngine) -> frozenset[str]:
    """Return what LocalStack says at its start is adjusted, from the plugin's list."""
    said = next(line for line in engine.log_file.read_text().splitlines() if " tuning: " in line)
    return frozenset(said.split(" tuning: ")[1].split(", "))


def settings(switched_off: Collection[str]) -> dict[str, str]:
    """Return LocalStack's settings without these adjustments."""
    switches = {f"TUNING_{name.upper().replace('-', '_')}": "0" for name in switched_off if name not in AS_RELEASED}
    for name in AS_RELEASED.keys() & set(switched_off):
        switches |= AS_RELEASED[name]
    return switches


def suspects(mixed: Collection[frozenset[str]], differing: Collection[frozenset[str]]) -> list[str]:
    """Return the adjustments that are off in the emulators that differ and in no other."""
    names = frozenset[str]().union(*mixed)
    return sorted(name for name in names if all((name in off) == (off in differing) for off in mixed))
