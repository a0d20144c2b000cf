"""The record of what an emulator was asked for: bounded, and found by what its entries say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from localstack_rehearsals.record import control, texts
from localstack_rehearsals.record.ring import Ring

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = "1-6b0bbd35-48cbd6ba654d0142ea17cdc0"


def _names(ring: Ring) -> list[str]:
    return [entry["name"] for entry in ring.newest(100, lambda _: True)]


def test_older_entries_make_room_for_newer_ones() -> None:
    ring = Ring(most=2)
    for name in ("first", "second", "third"):
        ring.add("request", name=name)

    assert _names(ring) == ["third", "second"]
    assert ring.forgotten == 1


def test_large_entries_make_others_go_earlier() -> None:
    ring = Ring(characters=25)
    for name in ("first", "second", "third"):
        ring.add("request", name=name, input="x" * 10)

    assert _names(ring) == ["third", "second"]


def test_of_a_long_text_the_beginning_is_kept() -> None:
    ring = Ring(longest=4)
    ring.add("request", name="long", output="abcdefgh")

    (entry,) = ring.newest(1, lambda _: True)
    assert (entry["output"], entry["cut"]) == ("abcd", True)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"kind": "call"}, ["sqs:SendMessage"]),
        ({"trace": "t1"}, ["sqs:SendMessage", "POST /"]),
        ({"trace": "t1", "kind": "request"}, ["POST /"]),
        ({"text": "hawaiian"}, ["POST /"]),
        ({"limit": "1"}, ["GET /"]),
        ({"name": "none"}, []),
    ],
)
def test_entries_are_found_by_what_they_say(
    monkeypatch: pytest.MonkeyPatch, query: Mapping[str, str], names: list[str]
) -> None:
    ring = Ring()
    ring.add("request", trace="t1", name="POST /", input='{"flavour": "hawaiian"}')
    ring.add("call", trace="t1", name="sqs:SendMessage", input="{}")
    ring.add("request", trace="t2", name="GET /")
    monkeypatch.setattr(control, "RING", ring)

    assert [entry["name"] for entry in control.found(query)["entries"]] == names


@pytest.mark.parametrize("header", [f"Root={ROOT};Parent=34e2d2abd693ee9b;Sampled=0", f"Self=x;Root={ROOT}", ROOT])
def test_a_trace_is_named_by_the_root_of_its_header(header: str) -> None:
    assert texts.root_of(header) == ROOT


def test_the_event_of_an_api_names_the_trace_of_its_request() -> None:
    event = f'{{"headers": {{"X-Amzn-Trace-Id": "Root={ROOT};Parent=1"}}, "requestContext": {{"apiId": "a"}}}}'

    assert texts.root_of_event(event) == ROOT
    assert texts.root_of_event(event.replace("apiId", "other")) is None


def test_what_is_no_json_is_named_by_its_type() -> None:
    assert texts.document_of({"Body": object(), "Key": b"k"}) == '{"Body": "<object>", "Key": "k"}'
