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
    state_machine_copies,
    store_lookups,
)
from localstack_tuning.adjustment import LOCALSTACK_VERSION, is_the_version, switched_on

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
    state_machine_copies.ADJUSTMENT,
    evaluation_steps.ADJUSTMENT,
    function_names.ADJUSTMENT,
    store_lookups.ADJUSTMENT,
    one_core.ADJUSTMENT,
    scope_copies.ADJUSTMENT,
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


@hooks.on_infra_ready()
def set_garbage_aside() -> None:
    """The one adjustment that is not made to a module."""
    if is_the_version() and switched_on([garbage_collection.ADJUSTMENT]):
        garbage_collection.set_aside_when_loaded()
