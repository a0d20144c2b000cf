"""What the console remembers has a bound."""

from __future__ import annotations

from localdev.console.reading import _Remembered


def _kept(remembered: _Remembered[int], *values: int) -> list[int]:
    """Return which of some values are still remembered after all of them were asked for, in order."""
    for value in values:
        remembered.get(str(value), lambda value=value: value, keep=lambda _: True)  # type: ignore[misc]
    made: list[int] = []
    for value in reversed(values):
        remembered.get(str(value), lambda value=value: made.append(value) or value, keep=lambda _: False)  # type: ignore[misc,func-returns-value]
    return [value for value in values if value not in made]


def test_the_values_asked_for_last_are_remembered() -> None:
    assert _kept(_Remembered(2), 1, 2, 3) == [2, 3]


def test_heavy_values_make_others_go() -> None:
    assert _kept(_Remembered(9, weigh=lambda value: value, heaviest=10), 4, 3, 6) == [3, 6]


def test_the_value_that_is_looked_at_stays_however_heavy_it_is() -> None:
    assert _kept(_Remembered(9, weigh=lambda value: value, heaviest=10), 4, 50) == [50]
