"""Look for garbage less often, and not in what is there for good.

LocalStack with its services is a million objects, which Python's collector walks again and again: a twelfth of the time
of an order, in pauses of up to 200 ms, and more of a start. While LocalStack starts and loads the services of a first
deployment nothing is collected; then all there is is set aside, and young objects are collected after 20,000 more of
them instead of 2,000.
"""

from __future__ import annotations

import gc

from localstack_tuning.adjustment import Adjustment

_YOUNG = 20_000
_OLDER = (20, 20)


def set_aside() -> None:
    """Leave what there is now out of every collection."""
    gc.freeze()
    gc.set_threshold(_YOUNG, *_OLDER)
    gc.enable()


ADJUSTMENT = Adjustment("garbage-collection", {}, begin=gc.disable, when_loaded=set_aside)
