"""Reading without the garbage collector."""

from __future__ import annotations

import gc

from localdev.executions.collection import collection_paused


def test_the_collector_is_on_again_when_the_last_pause_has_ended() -> None:
    first, second = collection_paused(), collection_paused()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    still_paused = not gc.isenabled()
    second.__exit__(None, None, None)

    assert still_paused
    assert gc.isenabled()
