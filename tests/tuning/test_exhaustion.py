"""The threaded server survives a machine that has nothing left for one more connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def test_connections_are_refused_while_nothing_is_left_and_served_again_after_it(
    run_in_localstack: Callable[[str], Any],
) -> None:
    found = run_in_localstack("exhaustion.py")

    assert found == {"threads": ["503", "200"], "descriptors": ["503", "503", "200"], "ended": True}
