"""What LocalStack finds first: a hook that runs before it imports what it is made of.

A module of its own, since that hook is in time for what the others would import.
"""

from __future__ import annotations

from localstack.runtime import hooks

from localstack_tuning import botocore_data, deferred_imports, event_aliases, garbage_collection, url_builders
from localstack_tuning.adjustment import is_the_version, switched_on

ADJUSTMENTS = (
    deferred_imports.ADJUSTMENT,
    botocore_data.ADJUSTMENT,
    event_aliases.ADJUSTMENT,
    url_builders.ADJUSTMENT,
    garbage_collection.ADJUSTMENT,
)


@hooks.on_runtime_create(priority=100)
def apply_adjustments_of_the_start() -> None:
    """Apply those that are not switched off, to the version they were written for and to no other."""
    if not is_the_version():
        return  # localstack_tuning.plugin says so
    for adjustment in switched_on(ADJUSTMENTS):
        adjustment.apply()
