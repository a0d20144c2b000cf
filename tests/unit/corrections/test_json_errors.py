"""Why an event is no JSON, in Jackson's words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localstack_corrections.lambda_.json_errors import why_not_json

SOURCE = "[Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: "


SAID: dict[str, str] = json.loads((Path(__file__).parent / "jackson_2_18_2.json").read_text())
"""Each payload, its bytes as characters, and the message of the exception that ``ObjectMapper.readTree`` threw."""


@pytest.mark.parametrize("payload", SAID)
def test_what_is_wrong_and_where(payload: str) -> None:
    assert why_not_json(payload.encode("latin-1")) == SAID[payload]


def test_a_document_may_be_a_thousand_deep() -> None:
    assert why_not_json(b"[" * 1000 + b"]" * 1000) is None
    assert why_not_json(b"[" * 1001) == (
        "Document nesting depth (1001) exceeds the maximum allowed (1000, from "
        f"`StreamReadConstraints.getMaxNestingDepth()`)\n at {SOURCE}1, column: 1002]"
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
)


@given(JSON, st.booleans(), st.sampled_from([None, 2]))
def test_there_is_nothing_wrong_with_json(value: Any, ascii_only: bool, indent: int | None) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)

    assert why_not_json(text.encode("utf-8", "replace")) is None


@given(st.binary() | st.text(alphabet="{}[]:,\"'\\\\ue01-+.truefalsNIn \n/").map(str.encode))
def test_whatever_comes_is_judged(payload: bytes) -> None:
    try:
        json.loads(payload)
    except ValueError:
        reason = why_not_json(payload)
        assert reason is None or f"\n at {SOURCE}" in reason
