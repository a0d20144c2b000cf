"""An execution as plain text."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.stub import Stubber

from localdev.engines.clients import Clients
from localdev.executions.diagram import mermaid
from localdev.executions.report import history_text, path_line, report_text, rows
from tests.unit.executions.conftest import NAMES, recording

ARN = "arn:aws:states:us-east-1:000000000000:execution:machine:one"
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("choice_default_to_fail", "By size ✓ → Small ✗"),
        ("task_retried", "Task ↻"),
        ("task_caught", "Task ⚠ → Caught ✓"),
        ("running", "Pass ✓ → Wait …"),
        ("stopped", "Wait ■"),
        ("loop", "Count ✓ → Again? ✓ → Count ✓ → Again? ✓ → Count ✓ → Again? ✓ → Done ✓"),
        ("parallel_failed", "Both ✗ (Right ✓ → Burn ✗)"),
        ("map_failed", "Each ✗ (item 1: By size ✓ → Large ✗)"),
    ],
)
def test_the_way_is_one_line_with_a_sign_for_each_state(name: str, line: str) -> None:
    assert path_line(recording(name).history) == line


@pytest.mark.parametrize("name", NAMES)
def test_every_event_is_one_line(name: str) -> None:
    history = recording(name).history

    table = history_text(history).split("\n\n", 1)[1].splitlines()

    assert len(table) == len(history.events)
    assert all(line.isprintable() and len(line) < 250 for line in table)


def test_a_rows_detail_is_error_and_cause_where_there_is_one() -> None:
    reported = {row.type: row.detail for row in rows(recording("task_retries_run_out").history)}

    assert reported["ExecutionFailed"] == "ValueError: attempt 3 is to fail"


def test_a_row_names_the_state_that_its_event_belongs_to() -> None:
    states = [row.state for row in rows(recording("map_failed").history)]

    assert states == [
        "", "Each", "Each", "Each [0]", "By size", "By size", "Small", "Small", "Each [0]",
        "Each [1]", "By size", "By size", "Large", "Each [1]", "Each", "",
    ]  # fmt: skip


def test_a_rows_data_is_whole() -> None:
    row = rows(recording("large_input").history, limit=None)[0]

    assert len(str(row.as_data()["detail"])) > 20_000


def _event(number: int, kind: str, **details: Any) -> dict[str, Any]:
    return {
        "id": number,
        "previousEventId": number - 1 if number > 2 else 0,
        "type": kind,
        "timestamp": BEGAN + timedelta(seconds=number - 1),
        **details,
    }


def test_every_page_of_events_is_given_after_status_failure_and_way() -> None:
    client = Clients("http://127.0.0.1:1").client("stepfunctions")
    first = {
        "events": [_event(1, "ExecutionStarted", executionStartedEventDetails={"input": "{}"})],
        "nextToken": "more",
    }
    second = {
        "events": [
            _event(2, "FailStateEntered", stateEnteredEventDetails={"name": "Sorry"}),
            _event(3, "ExecutionFailed", executionFailedEventDetails={"error": "No", "cause": "They asked"}),
        ]
    }
    wanted = {"executionArn": ARN, "includeExecutionData": True, "maxResults": 1000}
    with Stubber(client) as stubber:
        stubber.add_response("get_execution_history", first, wanted)
        stubber.add_response("get_execution_history", second, {**wanted, "nextToken": "more"})

        reported = report_text(client, ARN)

    assert reported.splitlines() == [
        "FAILED  after 2.00 s",
        "No: They asked",
        "Sorry ✗",
        "input   {}",
        "",
        "    1      0.000 s  ExecutionStarted         {}",
        "    2      1.000 s  FailStateEntered  Sorry",
        "    3      2.000 s  ExecutionFailed          No: They asked",
    ]


def test_an_event_tells_what_a_test_has_put_in_place_of_the_real_thing() -> None:
    history = recording("task_retried").history
    number = history.visits[0].attempts[0].scheduled

    reported = replace(history, injected={number: "mocked: return"})

    row = next(row for row in rows(reported) if row.id == number)
    assert row.as_data()["injected"] == "mocked: return"
    assert f"[mocked: return] {row.detail}" in history_text(reported)
    assert "(mocked: return)" in mermaid(recording("task_retried").definition, reported)
