"""Every adjustment, registered once, with the phase in which it applies."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localstack_tuning.adjustment import Adjustment


class Phase(StrEnum):
    """A moment of LocalStack's start, named after the hook that runs then."""

    RUNTIME_CREATE = "on_runtime_create"
    """Before LocalStack imports the modules it consists of."""
    INFRA_START = "on_infra_start"
    """Before the first service is loaded."""


REGISTRY: dict[Phase, tuple[str, ...]] = {
    Phase.RUNTIME_CREATE: (
        "runtime.deferred_imports",
        "runtime.botocore_data",
        "runtime.event_aliases",
        "gateway.url_builders",
        "runtime.garbage_collection",
    ),
    Phase.INFRA_START: (
        "lambda_.environment_assignment",
        "stepfunctions.jsonpath_cache",
        "stepfunctions.definition_cache",
        "stepfunctions.assumed_roles",
        "lambda_.direct_invocations",
        "lambda_.function_logs",
        "stepfunctions.execution_logs",
        "stepfunctions.execution_events",
        "events.rule_targets",
        "lambda_.invocation_metrics",
        "sqs.queue_metrics",
        "lambda_.shared_timer",
        "runtime.reused_threads",
        "stepfunctions.execution_threads",
        "stepfunctions.execution_data",
        "gateway.accept_headers",
        "gateway.json_answers",
        "gateway.route_cache",
        "gateway.header_lookups",
        "gateway.request_log",
        "gateway.request_contexts",
        "events.event_patterns",
        "events.rule_matching",
        "stepfunctions.evaluation_steps",
        "lambda_.function_names",
        "runtime.store_lookups",
        "runtime.one_core",
        "cloudformation.scope_copies",
        "runtime.huge_pages",
    ),
}
"""The module of each adjustment, in the order in which they apply.

Modules are named, not imported: those of a later phase may import what an earlier one has to precede.
"""


@cache
def adjustments(phase: Phase) -> tuple[Adjustment, ...]:
    """Return the adjustments of a phase, in the order in which they apply."""
    modules = (import_module(f"localstack_tuning.{name}") for name in REGISTRY[phase])
    return tuple(module.ADJUSTMENT for module in modules)


def all_adjustments() -> Iterator[Adjustment]:
    """Return every adjustment, by phase."""
    for phase in Phase:
        yield from adjustments(phase)
