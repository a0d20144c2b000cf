"""No adjustment changes what a client can see: the same orders with and without, and all there is to see of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.tuning.mixtures import suspects
from tests.tuning.session import FAILED, INVOCATIONS, Aspect

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.tuning.session import Session

type Seen = Mapping[Aspect, Any]


@pytest.fixture(scope="module")
def both(sessions: tuple[Session, Session]) -> tuple[Seen, Seen]:
    """LocalStack as it is released, and with every adjustment."""
    released, adjusted = sessions
    return released.seen(), adjusted.seen()


@pytest.mark.parametrize("aspect", Aspect, ids=lambda aspect: aspect.name.lower())
def test_with_every_adjustment_it_is_as_released(both: tuple[Seen, Seen], aspect: Aspect) -> None:
    released, adjusted = both
    assert adjusted[aspect] == released[aspect]


@pytest.mark.parametrize("aspect", Aspect, ids=lambda aspect: aspect.name.lower())
def test_each_adjustment_may_be_on_or_off_beside_every_other(
    both: tuple[Seen, Seen], mixed: Mapping[frozenset[str], Seen], aspect: Aspect
) -> None:
    released, _ = both
    differing = {off: seen[aspect] for off, seen in mixed.items() if seen[aspect] != released[aspect]}
    for off, seen in differing.items():
        assert seen == released[aspect], (
            f"{aspect.value} differ without {', '.join(sorted(off))}; "
            f"off wherever they differ and nowhere else: {suspects(list(mixed), list(differing)) or 'none'}"
        )


def test_what_is_counted_is_what_was_done(both: tuple[Seen, Seen]) -> None:
    assert both[0][Aspect.METRICS] == {**INVOCATIONS, "failed orders": FAILED}


def test_every_adjustment_is_seen_off_and_on(applied: frozenset[str], mixed: Mapping[frozenset[str], Seen]) -> None:
    for name in applied:
        assert {name in off for off in mixed} == {True, False}
