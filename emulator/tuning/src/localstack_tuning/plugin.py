"""The hooks that LocalStack runs before its services are loaded, and when it is ready."""

import logging

from localstack.runtime import hooks

from localstack_tuning.adjustment import LOCALSTACK_VERSION, is_the_version, switched_on
from localstack_tuning.registry import Phase, adjustments, all_adjustments

LOG = logging.getLogger(__name__)


@hooks.on_infra_start(priority=100)  # type: ignore[untyped-decorator]
def apply_adjustments() -> None:
    """Apply every adjustment that is not switched off, to LocalStack 4.14.0 and to no other version."""
    if not is_the_version():
        LOG.warning("tuning: written for LocalStack %s, which this is not; nothing is adjusted", LOCALSTACK_VERSION)
        return
    for adjustment in switched_on(adjustments(Phase.INFRA_START)):
        adjustment.apply()
    applied = switched_on(all_adjustments())
    LOG.info("tuning: %s", ", ".join(adjustment.name for adjustment in applied) or "everything is switched off")


@hooks.on_infra_ready()  # type: ignore[untyped-decorator]
def adjust_when_loaded() -> None:
    """Apply what has to wait until nothing more is imported."""
    if is_the_version():
        from localstack_tuning.runtime.when_loaded import when_loaded

        applied = switched_on(all_adjustments())
        when_loaded([adjustment.when_loaded for adjustment in applied if adjustment.when_loaded])
