"""A history that was read before is read on, and not anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from botocore.stub import Stubber

from localdev.engines.clients import Clients
from localdev.executions.events import read_events
from localdev.executions.growing import LONG, end_of, grown, history_of
from localdev.executions.replay import read_history
from tests.unit.executions.conftest import recording

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from localdev.executions.history import History

ARN = "arn:aws:states:us-east-1:000000000000:execution:machine:one"
BACKWARDS = {"executionArn": ARN, "includeExecutionData": True, "reverseOrder": True, "maxResults": 100}
FROM_THE_END = {**BACKWARDS, "maxResults": 1000}
FORWARDS = {"executionArn": ARN, "includeExecutionData": True, "maxResults": 1000}


@pytest.fixture
def states() -> Iterator[Any]:
    """Provide a client with a stub: what is asked for and answered is laid down by the test."""
    client = Clients("http://127.0.0.1:1").client("stepfunctions")
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def _recorded() -> list[dict[str, Any]]:
    events = recording("choice").document["events"]
    return [{**event, "timestamp": datetime.fromisoformat(event["timestamp"])} for event in events]


def _history(events: Sequence[dict[str, Any]]) -> History:
    return read_history(read_events(events))


def test_only_what_is_new_is_read(states: Any) -> None:
    events = _recorded()
    states.add_response("get_execution_history", {"events": events[:2:-1], "nextToken": "2"}, BACKWARDS)

    assert grown(states.client, ARN, _history(events[:4])) == _history(events)


def test_a_history_with_nothing_new_is_the_one_that_is_known(states: Any) -> None:
    events = _recorded()
    known = _history(events)
    states.add_response("get_execution_history", {"events": events[::-1]}, BACKWARDS)

    assert grown(states.client, ARN, known) is known


def test_pages_are_read_back_to_the_last_event_that_is_known(states: Any) -> None:
    events = _recorded()
    states.add_response("get_execution_history", {"events": events[:3:-1], "nextToken": "2"}, BACKWARDS)
    states.add_response("get_execution_history", {"events": events[3::-1]}, {**BACKWARDS, "nextToken": "2"})

    assert grown(states.client, ARN, _history(events[:2])) == _history(events)


def test_another_execution_of_the_same_name_is_read_from_its_beginning(states: Any) -> None:
    events = _recorded()
    known = _history(events)
    first = known.events[0]
    other = replace(known, events=(*known.events[:-1], known.events[-1]._replace(at=first.at)))
    states.add_response("get_execution_history", {"events": events[::-1]}, BACKWARDS)
    states.add_response("get_execution_history", {"events": events}, FORWARDS)

    assert grown(states.client, ARN, other) == known


def test_a_history_of_no_event_yet_is_read_from_its_beginning(states: Any) -> None:
    events = _recorded()
    states.add_response("get_execution_history", {"events": events}, FORWARDS)

    assert grown(states.client, ARN, _history([])) == _history(events)


def test_the_end_of_a_long_history_is_one_page_of_it(states: Any) -> None:
    events = [{**each, "id": each["id"] + LONG, "previousEventId": LONG} for each in _recorded()]
    states.add_response("get_execution_history", {"events": events[:2:-1], "nextToken": "2"}, FROM_THE_END)

    end = end_of(states.client, ARN)

    assert not end.is_whole
    assert end.failure == _history(events).failure
    assert [event.id for event in end.events] == [event["id"] for event in events[3:]]


def test_one_that_is_not_long_is_read_in_whole_from_its_end(states: Any) -> None:
    events = _recorded()
    states.add_response("get_execution_history", {"events": events[:2:-1], "nextToken": "2"}, FROM_THE_END)
    states.add_response("get_execution_history", {"events": events[2::-1]}, {**FROM_THE_END, "nextToken": "2"})

    assert end_of(states.client, ARN) == _history(events)


def test_while_an_execution_runs_no_second_page_is_read_from_its_end(states: Any) -> None:
    events = _recorded()[:-1]
    states.add_response("get_execution_history", {"events": events[:2:-1], "nextToken": "2"}, FROM_THE_END)

    assert not end_of(states.client, ARN).is_whole


def test_a_history_of_several_pages_is_read_in_whole(states: Any) -> None:
    events = _recorded()
    after_a = {**FORWARDS, "nextToken": "a"}
    states.add_response("get_execution_history", {"events": events[:3], "nextToken": "a"}, FORWARDS)
    states.add_response("get_execution_history", {"events": events[3:5], "nextToken": "b"}, after_a)
    states.add_response("get_execution_history", {"events": events[5:]}, {**FORWARDS, "nextToken": "b"})

    history = history_of(states.client, ARN)

    assert history == _history(events)
    assert history.is_whole


def test_what_fails_between_two_pages_is_raised(states: Any) -> None:
    states.add_response("get_execution_history", {"events": _recorded()[:3], "nextToken": "a"}, FORWARDS)
    states.add_client_error(
        "get_execution_history", "ExecutionDoesNotExist", expected_params={**FORWARDS, "nextToken": "a"}
    )

    with pytest.raises(states.client.exceptions.ExecutionDoesNotExist):
        history_of(states.client, ARN)
