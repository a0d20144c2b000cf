"""Schedules that come due at once."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from localdev.system.waiting import wait_until

if TYPE_CHECKING:
    from tests.rehearsals.rehearsing import Rehearsing

# a Thursday
BEGIN = datetime(2026, 1, 1, 6, 0, tzinfo=UTC)
DAY = 24 * 60 * 60
ROLE = "arn:aws:iam::000000000000:role/scheduler"


def queue(rehearsing: Rehearsing, name: str) -> tuple[str, str]:
    client = rehearsing.clients.client("sqs")
    url = client.create_queue(QueueName=name)["QueueUrl"]
    attributes = client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    return url, attributes["QueueArn"]


def received(rehearsing: Rehearsing, url: str, number: int) -> list[Any]:
    client, found = rehearsing.clients.client("sqs"), []

    def all_there() -> bool | None:
        messages = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        for message in messages:
            client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            found.append(json.loads(message["Body"]))
        return len(found) >= number or None

    wait_until(all_there, what=f"{number} messages", seconds=20)
    return found


def advance(rehearsing: Rehearsing, seconds: float, *names: str, begin: datetime = BEGIN) -> list[str]:
    document = {"from": begin.timestamp(), "advanceSeconds": seconds, "names": names}
    return [run["at"] for run in rehearsing.request("POST", "/schedules", json=document)["runs"]]


@pytest.mark.parametrize(
    ("expression", "due"),
    [
        ("rate(12 hours)", ["2026-01-01T18:00:00+00:00", "2026-01-02T06:00:00+00:00"]),
        ("cron(0 20 * * ? *)", ["2026-01-01T20:00:00+00:00"]),
        # 6 is Friday for AWS
        ("cron(30 4 ? * 6 *)", ["2026-01-02T04:30:00+00:00"]),
        ("cron(0 8 ? * MON-WED *)", []),
    ],
)
def test_a_rule_runs_as_often_as_it_comes_due(rehearsing: Rehearsing, expression: str, due: list[str]) -> None:
    url, arn = queue(rehearsing, "scheduled")
    events = rehearsing.clients.client("events")
    events.put_rule(Name="nightly", ScheduleExpression=expression)
    events.put_targets(Rule="nightly", Targets=[{"Id": "queue", "Arn": arn}])

    assert advance(rehearsing, DAY, "nightly") == due

    got = received(rehearsing, url, len(due))
    assert [event["time"].replace("Z", "+00:00") for event in got] == due
    assert all(event["detail-type"] == "Scheduled Event" for event in got)


@pytest.mark.parametrize(
    ("expression", "zone", "due"),
    [
        ("at(2026-01-01T12:00:00)", "UTC", "2026-01-01T12:00:00+00:00"),
        ("cron(0 9 * * ? *)", "America/New_York", "2026-01-01T14:00:00+00:00"),
    ],
)
def test_a_schedule_of_scheduler_runs_with_its_input(
    rehearsing: Rehearsing, expression: str, zone: str, due: str
) -> None:
    url, arn = queue(rehearsing, "by-scheduler")
    scheduler = rehearsing.clients.client("scheduler")
    name = f"once-{zone.replace('/', '-')}"
    scheduler.create_schedule(
        Name=name, ScheduleExpression=expression, ScheduleExpressionTimezone=zone, FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": arn, "RoleArn": ROLE, "Input": '{"when": "<aws.scheduler.scheduled-time>"}'},
    )  # fmt: skip

    assert advance(rehearsing, DAY, name) == [due]
    assert received(rehearsing, url, 1) == [{"when": due.replace("+00:00", "Z")}]


# where summer time begins at 01:00 UTC on 29 March, and ends at 01:00 UTC on 25 October
SPRING, AUTUMN = "2026-03-28T22:00:00+00:00", "2026-10-24T22:00:00+00:00"


@pytest.mark.parametrize(
    ("hours", "begin", "due"),
    [
        # at 02:30, which is left out
        ("30 2", SPRING, ["2026-03-30T00:30:00+00:00"]),
        ("0 12", SPRING, ["2026-03-29T10:00:00+00:00", "2026-03-30T10:00:00+00:00"]),
        # at 02:30, which comes twice
        ("30 2", AUTUMN, ["2026-10-25T00:30:00+00:00", "2026-10-26T01:30:00+00:00"]),
        ("30 2", "2026-10-25T00:45:00+00:00", ["2026-10-26T01:30:00+00:00"]),
        ("0 12", AUTUMN, ["2026-10-25T11:00:00+00:00", "2026-10-26T11:00:00+00:00"]),
        ("0 1-4", SPRING, [f"2026-03-29T0{hour}:00:00+00:00" for hour in (0, 1, 2)]),
    ],
)
def test_a_schedule_keeps_to_the_local_time_over_a_change_of_summer_time(
    rehearsing: Rehearsing, hours: str, begin: str, due: list[str]
) -> None:
    _, arn = queue(rehearsing, "over-the-change")
    name = "over-the-change"
    rehearsing.clients.client("scheduler").create_schedule(
        Name=name, ScheduleExpression=f"cron({hours} * * ? *)", ScheduleExpressionTimezone="Europe/Berlin",
        FlexibleTimeWindow={"Mode": "OFF"}, Target={"Arn": arn, "RoleArn": ROLE, "Input": "{}"},
    )  # fmt: skip
    try:
        found = advance(rehearsing, 2 * DAY, name, begin=datetime.fromisoformat(begin))
    finally:
        rehearsing.clients.client("scheduler").delete_schedule(Name=name)

    assert found[: len(due)] == due


def test_a_rule_that_is_disabled_is_not_there(rehearsing: Rehearsing) -> None:
    rehearsing.clients.client("events").put_rule(Name="off", ScheduleExpression="rate(1 day)", State="DISABLED")
    document = {"from": BEGIN.timestamp(), "advanceSeconds": DAY, "names": ["off"]}
    response = rehearsing.send("POST", "/schedules", json=document)
    assert response.status_code == 400
    assert "There is no enabled schedule 'off'" in response.json()["message"]


@pytest.mark.parametrize(("seconds", "message"), [(-1, "cannot go back"), (DAY * 365, "more than 10000 times")])
def test_a_time_that_cannot_pass_is_refused(rehearsing: Rehearsing, seconds: float, message: str) -> None:
    rehearsing.clients.client("events").put_rule(Name="often", ScheduleExpression="rate(1 minute)")
    document = {"from": BEGIN.timestamp(), "advanceSeconds": seconds, "names": ["often"]}
    response = rehearsing.send("POST", "/schedules", json=document)
    assert response.status_code == 400
    assert message in response.json()["message"]
