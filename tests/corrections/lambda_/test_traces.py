"""The trace of an invocation, as the function and the caller see it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.emulator.deployed import Function, MakeDeployed

TRACE = "import os\ndef handler(event, context):\n    return os.environ['_X_AMZN_TRACE_ID']\n"
ROOT = "1-3152b799-8954dae64eda91bc9a23a7e8"


def trace_seen(function: Function, header: str | None = None) -> tuple[str, str]:
    """Return the trace in the function's environment and in the answer's header, of a caller that sent this one."""

    def add_header(params: dict[str, Any], **_: Any) -> None:
        if header:
            params["headers"]["X-Amzn-Trace-Id"] = header

    client = function.cloud._client("lambda")
    client.meta.events.register("before-call.lambda.Invoke", add_header)
    answer = client.invoke(FunctionName=function.name)
    return json.load(answer["Payload"]), answer["ResponseMetadata"]["HTTPHeaders"]["x-amzn-trace-id"]


def test_the_trace_root_of_the_caller_is_seen_inside(deploy: MakeDeployed) -> None:
    seen, _ = trace_seen(deploy(TRACE), f"Root={ROOT};Parent=7fa8c0f79203be72;Sampled=1")

    assert f"Root={ROOT}" in seen
    assert seen.split(";")[1].startswith("Parent=")


@pytest.mark.parametrize("mode", ["Active", "PassThrough"])
@pytest.mark.parametrize("decision", ["0", "1"])
def test_a_trace_is_sampled_when_the_caller_says_so(deploy: MakeDeployed, mode: str, decision: str) -> None:
    function = deploy(TRACE, TracingConfig={"Mode": mode})

    for trace in trace_seen(function, f"Root={ROOT};Parent=7fa8c0f79203be72;Sampled={decision}"):
        assert f";Sampled={decision}" in trace


@pytest.mark.parametrize(
    ("options", "decision"), [({"Mode": "Active"}, "1"), ({"Mode": "PassThrough"}, "0"), ({}, "0")]
)
@pytest.mark.parametrize("header", [None, f"Root={ROOT}", f"Root={ROOT};Sampled=?"])
def test_a_trace_nobody_has_decided_on_is_sampled_by_an_actively_traced_function(
    deploy: MakeDeployed, options: dict[str, str], decision: str, header: str | None
) -> None:
    function = deploy(TRACE, TracingConfig=options) if options else deploy(TRACE)

    for trace in trace_seen(function, header):
        assert f";Sampled={decision}" in trace


def test_a_trace_says_which_functions_it_has_run_through(deploy: MakeDeployed) -> None:
    function, other = deploy(TRACE), deploy(TRACE)

    first = trace_seen(function)
    second = trace_seen(other, first[0])
    again = trace_seen(function, second[0])

    lineages = [seen.partition(";Lineage=")[2] for seen, _ in (first, second, again)]
    mine, others = re.fullmatch(r"1:([0-9a-f]{8}):0\|([0-9a-f]{8}):0", lineages[1]).groups()  # type: ignore[union-attr]
    assert lineages == [f"1:{mine}:0", f"1:{mine}:0|{others}:0", f"1:{mine}:1|{others}:0"]
    for seen, answered in (first, second, again):
        assert answered == seen


def test_localstack_as_released_names_no_function(deploy_as_released: MakeDeployed) -> None:
    assert "Lineage" not in deploy_as_released(TRACE).answer()
