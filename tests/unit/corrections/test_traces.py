"""The functions that a trace has run through."""

from __future__ import annotations

import pytest

from localstack_corrections.lambda_.traces import lineage


@pytest.mark.parametrize("upstream", [None, "", "1:", "2:0badcafe:0", "0badcafe:0", "1:here:0", "1:0badcafe:x|", ":"])
def test_a_lineage_that_is_none_begins_anew(upstream: str | None) -> None:
    assert lineage(upstream, "arn:aws:lambda:us-east-1:000000000000:function:f") == "1:9be734d8:0"


def test_a_lineage_counts_how_often_a_trace_came_back() -> None:
    arn = "arn:aws:lambda:us-east-1:000000000000:function:f"

    assert lineage("1:0badcafe:3", arn) == "1:0badcafe:3|9be734d8:0"
    assert lineage("1:9be734d8:0|0badcafe:3", arn) == "1:9be734d8:1|0badcafe:3"
