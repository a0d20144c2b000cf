"""Schedules whose time comes at once: EventBridge rules with a schedule, and those of EventBridge Scheduler.

LocalStack looks at its rules once a minute, and never runs Scheduler's schedules.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from localstack_rehearsals.answers import MalformedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

MOST: Final = 10_000
"""How often schedules may come due in one request."""
_RATE: Final = re.compile(r"rate\(\s*(\d+)\s+(minute|hour|day)s?\s*\)$")
_AT: Final = re.compile(r"at\(([^)]+)\)$")
_CRON: Final = re.compile(r"cron\(([^)]*)\)$")
_DAY_NUMBER: Final = re.compile(r"(?<![#/\d])[1-7](?!\d)")
_LONGEST_CHANGE: Final = timedelta(hours=3)
"""By which local time may jump, with room to spare."""
_TARGET_ID: Final = "scheduled"


@dataclass(frozen=True)
class Scheduled:
    """Something with a schedule that is enabled."""

    name: str
    expression: str
    run: Callable[[datetime], None]
    zone: str = "UTC"


def occurrences(expression: str, begin: datetime, end: datetime, zone: str = "UTC") -> Iterator[datetime]:
    """Yield when an expression comes due after ``begin``, up to ``end``; a rate counts from ``begin``.

    :raises MalformedError: it is none.
    """
    if rate := _RATE.match(expression):
        step = timedelta(**{f"{rate[2]}s": int(rate[1])})
        moment = begin + step
        while moment <= end:
            yield moment
            moment += step
    elif at := _AT.match(expression):
        moment = datetime.fromisoformat(at[1]).replace(tzinfo=ZoneInfo(zone))
        if begin < moment <= end:
            yield moment.astimezone(UTC)
    elif cron := _CRON.match(expression):
        yield from _cron_occurrences(cron[1], begin, end, zone)
    else:
        raise MalformedError(f"A schedule is a rate(…), a cron(…) or an at(…); found {expression!r}.")


def _cron_occurrences(fields: str, begin: datetime, end: datetime, zone: str) -> Iterator[datetime]:
    """Yield the moments of a cron expression in the local time of a zone.

    Of summer time, AWS passes over what falls into the hour that is left out, and runs once what does so twice.
    https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#daylist-savings-time
    """
    translated = unix_cron(fields)
    from crontab import CronTab  # type: ignore[import-untyped]  # in LocalStack's environment

    table, place = CronTab(translated), ZoneInfo(zone)
    # an hour that comes twice may have begun again already
    local = begin.astimezone(place).replace(tzinfo=None, microsecond=0) - _LONGEST_CHANGE
    last = end.astimezone(place).replace(tzinfo=None) + _LONGEST_CHANGE
    while (local := table.next(now=local, default_utc=True, return_datetime=True)) is not None and local <= last:
        moment = local.replace(tzinfo=place).astimezone(UTC)
        if begin < moment <= end and moment.astimezone(place).replace(tzinfo=None) == local:
            yield moment


def unix_cron(fields: str) -> str:
    """Return AWS's six fields with the days of the week counted from 0. :raises MalformedError: they are not six."""
    parts = fields.split()
    if len(parts) != len(("minute", "hour", "day", "month", "weekday", "year")):
        raise MalformedError(f"A cron expression has six fields; found {fields!r}.")
    parts[4] = _DAY_NUMBER.sub(lambda number: str(int(number[0]) - 1), parts[4])
    return " ".join(parts)


def advance(begin: datetime, seconds: float, names: Sequence[str], *, pass_over: bool = False) -> list[dict[str, Any]]:
    """Run the named schedules as often as they come due, in the order of their times, and return which and when.

    :param pass_over: leave out names of what has no schedule
    :raises MalformedError: the time is in the past, there is no such schedule, or they come due too often.
    """
    if seconds < 0:
        raise MalformedError(f"Schedules cannot go back: they were to advance by {seconds:g} seconds.")
    found = {scheduled.name: scheduled for scheduled in (*_rules(), *_schedules())}
    missing = [name for name in names if name not in found]
    if missing and not pass_over:
        raise MalformedError(f"There is no enabled schedule {missing[0]!r}; there is {', '.join(found) or 'none'}.")
    due = []
    for name in dict.fromkeys(name for name in names if name in found):
        scheduled = found[name]
        for moment in occurrences(scheduled.expression, begin, begin + timedelta(seconds=seconds), scheduled.zone):
            due.append((moment, name, scheduled))
            if len(due) > MOST:
                raise MalformedError(f"The schedules come due more than {MOST} times in {seconds:g} seconds.")
    due.sort(key=lambda each: each[:2])
    for moment, _, scheduled in due:
        scheduled.run(moment)
    return [{"name": name, "at": moment.isoformat()} for moment, name, _ in due]


def _rules() -> Iterator[Scheduled]:
    """Yield the rules of EventBridge that have a schedule."""
    from localstack.services.plugins import SERVICE_PLUGINS

    provider = SERVICE_PLUGINS.require("events").lifecycle_hook
    for service in list(provider._rule_services_store.values()):
        rule = service.rule
        if rule.schedule_expression and rule.state != "DISABLED":
            yield Scheduled(rule.name, rule.schedule_expression, _runs_rule(provider, rule))


def _runs_rule(provider: Any, rule: Any) -> Callable[[datetime], None]:
    def run(moment: datetime) -> None:
        event = {
            "version": "0", "id": f"{rule.name}-{moment:%Y%m%dT%H%M%S}", "detail-type": "Scheduled Event",
            "source": "aws.events", "account": rule.account_id, "time": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
            "region": rule.region, "resources": [rule.arn], "detail": {},
        }  # fmt: skip
        for target in list(rule.targets.values()):
            sender = provider._target_sender_store[f"{rule.arn}-{target['Id']}"]
            sender.process_event(dict(event), trace_header=_trace_header())

    return run


def _schedules() -> Iterator[Scheduled]:
    """Yield the schedules of EventBridge Scheduler."""
    from moto.scheduler.models import scheduler_backends

    for account, regions in list(scheduler_backends.items()):
        for region, backend in list(regions.items()):
            for group in list(backend.schedule_groups.values()):
                for schedule in list(group.schedules.values()):
                    if schedule.state == "ENABLED":
                        run = _runs_schedule(schedule, account, region)
                        yield Scheduled(
                            schedule.name, schedule.schedule_expression, run, schedule.schedule_expression_timezone
                        )


def _runs_schedule(schedule: Any, account: str, region: str) -> Callable[[datetime], None]:
    def run(moment: datetime) -> None:
        from localstack.services.events.target import TargetSenderFactory

        text = str(schedule.target.get("Input") or "{}")
        text = text.replace("<aws.scheduler.scheduled-time>", f"{moment:%Y-%m-%dT%H:%M:%SZ}")
        text = text.replace("<aws.scheduler.schedule-arn>", schedule.arn)
        parameters = {name: value for name, value in schedule.target.items() if name.endswith("Parameters")}
        target = {"Id": _TARGET_ID, "Arn": schedule.target["Arn"], **parameters}
        sender = TargetSenderFactory(target, schedule.arn, schedule.name, region, account).get_target_sender()
        sender.send_event(json.loads(text), _trace_header())

    return run


def _trace_header() -> Any:
    from localstack.utils.xray.trace_header import TraceHeader

    return TraceHeader().ensure_root_exists()
