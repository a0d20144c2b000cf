"""The hook that LocalStack runs first, before it imports the modules it consists of.

It has a module of its own because :mod:`localstack_tuning.plugin` is imported later.
"""

from __future__ import annotations

from localstack.runtime import hooks

from localstack_tuning.adjustment import is_the_version, switched_on
from localstack_tuning.registry import Phase, adjustments


@hooks.on_runtime_create(priority=100)  # type: ignore[untyped-decorator]
def apply_adjustments_of_the_start() -> None:
    """Apply the adjustments of this phase, to LocalStack 4.14.0 and to no other version."""
    if not is_the_version():
        return  # localstack_tuning.plugin logs it
    for adjustment in switched_on(adjustments(Phase.RUNTIME_CREATE)):
        adjustment.apply()
