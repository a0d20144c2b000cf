"""No adjustment changes what a client can see: the same orders on both, and all there is to see of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.tuning.session import ORDERS, steady

if TYPE_CHECKING:
    from tests.tuning.session import Session

type Both = tuple[Session, Session]


def test_the_answers_are_the_same(sessions: Both) -> None:
    released, adjusted = sessions
    assert steady(adjusted.answers) == steady(released.answers)


def test_the_executions_are_the_same(sessions: Both) -> None:
    released, adjusted = sessions
    assert steady(adjusted.executions) == steady(released.executions)


def test_the_histories_are_the_same(sessions: Both) -> None:
    released, adjusted = sessions
    assert steady(adjusted.histories) == steady(released.histories)


def test_the_functions_lines_are_the_same_and_in_the_same_order(sessions: Both) -> None:
    released, adjusted = sessions
    assert steady(adjusted.function_logs) == steady(released.function_logs)


def test_the_executions_log_events_are_the_same_and_in_the_same_order(sessions: Both) -> None:
    released, adjusted = sessions
    assert steady(adjusted.execution_logs) == steady(released.execution_logs)


def test_the_events_of_failed_orders_are_the_same(sessions: Both) -> None:
    released, adjusted = sessions
    assert sorted(map(str, steady(adjusted.messages))) == sorted(map(str, steady(released.messages)))


@pytest.mark.parametrize("function", ["the-state-machine-StartOrder", "the-state-machine-OrderPizza"])
def test_invocations_are_counted_alike(sessions: Both, function: str) -> None:
    expected = {"the-state-machine-StartOrder": 8, "the-state-machine-OrderPizza": len(ORDERS)}[function]
    counts = [
        session.metric("AWS/Lambda", "Invocations", "FunctionName", function, expected=expected) for session in sessions
    ]
    assert counts == [expected, expected]


def test_messages_are_counted_alike(sessions: Both) -> None:
    counts = [
        session.metric("AWS/SQS", "NumberOfMessagesSent", "QueueName", session.queue_name, expected=3)
        for session in sessions
    ]
    assert counts == [3, 3]
