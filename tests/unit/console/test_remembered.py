"""What the console remembers has a bound."""

from __future__ import annotations

from localdev.console.remembered import Remembered


def _kept(remembered: Remembered[int], *values: int) -> list[int]:
    """Return which of some values are still remembered after all of them were put, in order."""
    for value in values:
        remembered.put(str(value), value)
    return [value for value in values if remembered.find(str(value)) is not None]


def test_the_values_used_last_are_remembered() -> None:
    assert _kept(Remembered(2), 1, 2, 3) == [2, 3]


def test_heavy_values_make_others_go() -> None:
    assert _kept(Remembered(9, weigh=lambda value: value, heaviest=10), 4, 3, 6) == [3, 6]


def test_the_value_that_is_looked_at_stays_however_heavy_it_is() -> None:
    assert _kept(Remembered(9, weigh=lambda value: value, heaviest=10), 4, 50) == [50]


def test_a_value_that_takes_the_place_of_another_weighs_once() -> None:
    remembered = Remembered[list[int]](9, weigh=sum, heaviest=10)
    for weight in (4, 5, 6):
        remembered.put("grows", [weight])
    remembered.put("other", [4])

    assert remembered.find("grows") == [6]


def test_what_is_remembered_is_not_made_again() -> None:
    remembered = Remembered[int](2)
    remembered.get("one", lambda: 1)

    assert remembered.get("one", lambda: 2) == 1


def test_a_value_that_could_not_be_made_is_made_the_next_time() -> None:
    remembered = Remembered[int](2)
    remembered.get("one", lambda: None)

    assert remembered.get("one", lambda: 2) == 2
