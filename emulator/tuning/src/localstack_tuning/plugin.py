"""What LocalStack finds: a hook that runs before its services are loaded."""

import logging

from localstack.runtime import hooks

from localstack_tuning import (
    accept_headers,
    assumed_roles,
    definition_cache,
    direct_invocations,
    environment_assignment,
    evaluation_steps,
    event_patterns,
    execution_data,
    execution_events,
    execution_logs,
    execution_threads,
    function_logs,
    function_names,
    garbage_collection,
    header_lookups,
    huge_pages,
    invocation_metrics,
    jsonpath_cache,
    one_core,
    queue_metrics,
    request_contexts,
    request_log,
    reused_threads,
    route_cache,
    rule_matching,
    rule_targets,
    scope_copies,
    shared_timer,
    starting,
    store_lookups,
)
from localstack_tuning.adjustment import LOCALSTACK_VERSION, is_the_version, switched_on
from localstack_tuning.when_loaded import when_loaded

LOG = logging.getLogger(__name__)
ADJUSTMENTS = (
    environment_assignment.ADJUSTMENT,
    jsonpath_cache.ADJUSTMENT,
    definition_cache.ADJUSTMENT,
    assumed_roles.ADJUSTMENT,
    direct_invocations.ADJUSTMENT,
    function_logs.ADJUSTMENT,
    execution_logs.ADJUSTMENT,
    execution_events.ADJUSTMENT,
    rule_targets.ADJUSTMENT,
    invocation_metrics.ADJUSTMENT,
    queue_metrics.ADJUSTMENT,
    shared_timer.ADJUSTMENT,
    reused_threads.ADJUSTMENT,
    execution_threads.ADJUSTMENT,
    execution_data.ADJUSTMENT,
    accept_headers.ADJUSTMENT,
    route_cache.ADJUSTMENT,
    header_lookups.ADJUSTMENT,
    request_log.ADJUSTMENT,
    request_contexts.ADJUSTMENT,
    event_patterns.ADJUSTMENT,
    rule_matching.ADJUSTMENT,
    evaluation_steps.ADJUSTMENT,
    function_names.ADJUSTMENT,
    store_lookups.ADJUSTMENT,
    one_core.ADJUSTMENT,
    scope_copies.ADJUSTMENT,
    huge_pages.ADJUSTMENT,
)


@hooks.on_infra_start(priority=100)
def apply_adjustments() -> None:
    """Apply every adjustment that is not switched off, to the version they were written for and to no other."""
    if not is_the_version():
        LOG.warning("tuning: written for LocalStack %s, which this is not; nothing is adjusted", LOCALSTACK_VERSION)
        return
    applied = switched_on(ADJUSTMENTS)
    for adjustment in applied:
        adjustment.apply()
    applied += switched_on(starting.ADJUSTMENTS)
    LOG.info("tuning: %s", ", ".join(adjustment.name for adjustment in applied) or "everything is switched off")


_WHEN_LOADED = {
    garbage_collection.ADJUSTMENT.name: garbage_collection.set_aside,
    huge_pages.ADJUSTMENT.name: huge_pages.lay_into_huge_pages,
}


@hooks.on_infra_ready()
def adjust_when_loaded() -> None:
    """The adjustments that are not made to a module."""
    if is_the_version():
        applied = switched_on([garbage_collection.ADJUSTMENT, huge_pages.ADJUSTMENT])
        when_loaded([_WHEN_LOADED[adjustment.name] for adjustment in applied])
