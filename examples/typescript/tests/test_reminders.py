"""Reminders that are sent, when their time has come, and one that is refused."""

from datetime import timedelta
from typing import Any

ADA = {"to": " Ada@Example.com", "text": "the engine", "minutes": 0}
ONE_WEEK = 7 * 24 * 60


def test_a_reminder_is_sent(state_machine: Any, logs: Any) -> None:
    outcome = state_machine().start(ADA).wait()

    assert outcome.path == ["Check The Reminder", "Until Its Time", "Send It"]
    assert outcome.output == {"sent": True, "to": "ada@example.com", "text": "the engine"}
    assert logs("Send").wait_for("to ada@example.com: the engine")


def test_a_reminder_waits_for_its_time(state_machine: Any, clock: Any) -> None:
    machine = state_machine()
    clock.skip_waits()

    outcome = machine.start({**ADA, "minutes": ONE_WEEK}).wait()

    assert outcome.succeeded
    assert outcome.events[-1].at - outcome.events[0].at >= timedelta(days=7)


def test_a_reminder_without_an_address_is_refused(state_machine: Any) -> None:
    outcome = state_machine().start({**ADA, "to": "Ada"}).wait()

    assert outcome.path == ["Check The Reminder", "Refused"]
    assert outcome.cause == "expected an address with @, found Ada"
