"""The trace of an invocation: whether it is sampled, and which functions it has run through."""

from __future__ import annotations

import re
import zlib
from dataclasses import replace
from functools import wraps
from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from types import ModuleType

_VISIT = re.compile(r"[0-9a-f]{8}:[0-9]{1,5}")


def _keep_the_decision(module: ModuleType) -> None:
    """Keep a caller's decision to sample a trace: Lambda decides only where nobody has."""
    header = module.TraceHeader
    ensure = header.ensure_sampled_exists

    @wraps(ensure)
    def keep_or_ensure(self: Any, sampled: object = None) -> Any:
        return self if self.sampled in {0, 1} else ensure(self, sampled)

    header.ensure_sampled_exists = keep_or_ensure


def _name_the_functions(module: ModuleType) -> None:
    """Sample the traces of actively traced functions, and add the function to the trace's lineage."""
    environment = module.ExecutionEnvironment
    invoke = environment.invoke

    @wraps(invoke)
    def trace_and_invoke(self: Any, invocation: Any) -> Any:
        from localstack.utils.xray.trace_header import TraceHeader

        version = self.function_version
        trace = invocation.trace_context.get("aws_trace_header") or TraceHeader().ensure_root_exists()
        trace.ensure_parent_exists().ensure_sampled_exists(version.config.tracing_config_mode == "Active")
        through = lineage(trace.lineage, version.id.unqualified_arn())
        seen = TraceHeader(trace.root, trace.parent, trace.sampled, trace.data, through)
        # the caller gets the trace that the function has seen; a queued event may be tried again, from where it was
        invocation.trace_context["aws_trace_header"] = trace if invocation.invocation_type == "Event" else seen
        return invoke(self, replace(invocation, trace_context={"aws_trace_header": seen}))

    environment.invoke = trace_and_invoke


def lineage(upstream: str | None, function_arn: str) -> str:
    """Return the functions a trace has run through, this one included, and how often it has come back to each.

    AWS names each by eight hexadecimal digits of its own: ``1:e547cb94:0|0acafaef:0``, where 1 is the form's version.
    """
    name = f"{zlib.crc32(function_arn.encode()):08x}"
    version, _, given = (upstream or "1:").partition(":")
    visits = [visit for visit in given.split("|") if visit]
    if version != "1" or not all(_VISIT.fullmatch(visit) for visit in visits):
        visits = []
    before = {found: int(count) for found, _, count in (visit.partition(":") for visit in visits)}
    before[name] = before.get(name, -1) + 1
    return "1:" + "|".join(f"{found}:{count}" for found, count in before.items())


TRACES = Correction(
    "traces",
    "Calls every trace sampled, and names no function that a trace has run through.",
    "Keeps the caller's decision, samples for actively traced functions, and names the functions in `Lineage`.",
    "https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html",
    {
        "localstack.utils.xray.trace_header": _keep_the_decision,
        "localstack.services.lambda_.invocation.execution_environment": _name_the_functions,
    },
)
