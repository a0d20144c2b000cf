"""Functions, queues and rules, read through AWS's own APIs; the messages of a queue as an emulator lists them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, cast

import urllib3
from botocore.exceptions import ClientError, EndpointConnectionError

from localdev.console.services.record import NONE_KEPT, Record, Recorded
from localdev.executions.errors import NotFoundError
from localdev.executions.logs import Invocation, invocations, log_line
from localdev.executions.records import place_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_sqs import SQSClient

_MOST_LISTED: Final = 200
_LATEST_LINE: Final = timedelta(seconds=5)
_LONGEST_RUN: Final = timedelta(minutes=15)
_LAST_HOURS: Final = timedelta(hours=3)
_MOST_LINES: Final = 2_000
_MISSING: Final = {
    "AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist", "ResourceNotFoundException", "ValidationException",
}  # fmt: skip
_OK: Final = 200
_SECONDS: Final = 10.0
_MS: Final = 1000


@dataclass(frozen=True)
class Located:
    """Resource with a name in one account and region."""

    name: str
    arn: str
    is_elsewhere: bool = field(default=False, kw_only=True)
    """Whether it is in another account or region than the first that is read."""

    @property
    def key(self) -> str:
        """Key in the address of its page."""
        return self.arn if self.is_elsewhere else self.name

    @property
    def place(self) -> str:
        """Its account and region, for a person."""
        return place_of(self.arn)


@dataclass(frozen=True)
class Function(Located):
    """A function, as Lambda describes it."""

    runtime: str
    handler: str
    memory: int
    timeout: int
    description: str
    log_group: str


@dataclass(frozen=True)
class Message:
    """A message of a queue."""

    id: str
    body: str
    sent: datetime | None
    receives: str
    trace: str | None


@dataclass(frozen=True)
class Queue(Located):
    """A queue, with how many messages it says that it has."""

    url: str
    visible: int
    in_flight: int
    delayed: int


@dataclass(frozen=True)
class Rule(Located):
    """A rule of EventBridge."""

    bus: str
    is_on: bool
    pattern: str | None
    schedule: str | None
    description: str
    targets: tuple[str, ...] = ()
    """The targets' ARNs."""

    @property
    def key(self) -> str:
        """Key in the address of its page: its bus and its name."""
        bus = f"{self.arn.partition(':rule/')[0]}:event-bus/{self.bus}" if self.is_elsewhere else self.bus
        return f"{bus}/{self.name}"


class Stack:
    """Reads what stands around the state machines of one endpoint."""

    def __init__(self, client: Callable[[str], Any], *, emulator: str | None = None) -> None:
        """Take what makes boto3's client of a service, once for each.

        ``emulator`` is the emulator's own endpoint; ``None`` for an AWS account, which keeps no record for us.
        """
        self._client = client
        self._emulator = emulator
        self._record = Record(emulator) if emulator else None
        self._pool = urllib3.PoolManager(retries=False)

    @property
    def _functions(self) -> LambdaClient:
        return cast("LambdaClient", self._client("lambda"))

    @property
    def _queues(self) -> SQSClient:
        return cast("SQSClient", self._client("sqs"))

    @property
    def _events(self) -> Any:
        return self._client("events")

    @property
    def is_account(self) -> bool:
        """Whether this is an AWS account."""
        return self._emulator is None

    def recorded(self, limit: int, **equal: str) -> Recorded:
        """Return entries of the emulator's record."""
        return self._record.read(limit, **equal) if self._record else NONE_KEPT

    # functions

    def functions(self) -> list[Function]:
        """Return the functions, by name."""
        pages = self._functions.get_paginator("list_functions").paginate(PaginationConfig={"MaxItems": _MOST_LISTED})
        return sorted((_function(each) for page in pages for each in page["Functions"]), key=lambda each: each.name)

    def function(self, name: str) -> Function:
        """Return one function, by its name."""
        try:
            return _function(self._functions.get_function_configuration(FunctionName=name))
        except ClientError as error:
            raise _not_found(error, f"There is no function {name}.") from error

    def logged(self, function: Function, request_id: str, at: datetime, took: timedelta) -> list[Invocation]:
        """Return the log lines of one invocation; ``took`` is nothing where it has not ended."""
        begin = at - _LATEST_LINE
        end = at + (took or _LONGEST_RUN) + _LATEST_LINE
        found = invocations(self._lines(function.log_group, begin, end))
        return [invocation for invocation in found if invocation.request_id == request_id]

    def last_logged(self, function: Function) -> list[Invocation]:
        """Return the invocations of the last hours that the function's log tells of, newest first."""
        now = datetime.now(UTC)
        return invocations(self._lines(function.log_group, now - _LAST_HOURS, now + _LATEST_LINE))[::-1]

    def _lines(self, group: str, begin: datetime, end: datetime) -> list[Any]:
        pages = (
            self._client("logs")
            .get_paginator("filter_log_events")
            .paginate(
                logGroupName=group, startTime=_ms(begin), endTime=_ms(end), PaginationConfig={"MaxItems": _MOST_LINES}
            )
        )
        try:
            return [log_line(cast("Mapping[str, object]", event)) for page in pages for event in page["events"]]
        except ClientError as error:
            if error.response["Error"]["Code"] not in _MISSING:
                raise
            return []

    # queues

    def queues(self) -> list[Queue]:
        """Return the queues, by name."""
        pages = self._queues.get_paginator("list_queues").paginate(PaginationConfig={"MaxItems": _MOST_LISTED})
        urls = [url for page in pages for url in page.get("QueueUrls", [])]
        return sorted((self._queue(url) for url in urls), key=lambda each: each.name)

    def queue(self, name: str) -> Queue:
        """Return one queue, by its name."""
        try:
            return self._queue(self._queues.get_queue_url(QueueName=name)["QueueUrl"])
        except ClientError as error:
            raise _not_found(error, f"There is no queue {name}.") from error

    def _queue(self, url: str) -> Queue:
        answer = self._queues.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
        said = cast("Mapping[str, str]", answer["Attributes"])
        prefix = "ApproximateNumberOfMessages"
        return Queue(
            name=url.rpartition("/")[2],
            url=url,
            arn=said.get("QueueArn", ""),
            visible=int(said.get(prefix, 0)),
            in_flight=int(said.get(f"{prefix}NotVisible", 0)),
            delayed=int(said.get(f"{prefix}Delayed", 0)),
        )

    def messages(self, queue: Queue) -> tuple[Message, ...] | None:
        """Return the messages of a queue without receiving them; ``None`` where the engine cannot list them so.

        :raises EndpointConnectionError: the emulator does not answer.
        """
        if self._emulator is None:
            return None
        url = f"{self._emulator.rstrip('/')}/_aws/sqs/messages"
        fields = {"QueueUrl": queue.url, "ShowInvisible": "true", "ShowDelayed": "true"}
        try:
            response = self._pool.request(
                "GET", url, fields=fields, headers={"Accept": "application/json"}, timeout=_SECONDS
            )
        except urllib3.exceptions.HTTPError as error:
            raise EndpointConnectionError(endpoint_url=self._emulator) from error
        return messages_of(response.data) if response.status == _OK else None

    # rules

    def rules(self) -> list[Rule]:
        """Return the rules of every bus, by name, without their targets."""
        buses = self._events.list_event_buses()["EventBuses"]
        found = [
            _rule(each)
            for bus in buses
            for page in self._events.get_paginator("list_rules").paginate(EventBusName=bus["Name"])
            for each in page["Rules"]
        ]
        return sorted(found, key=lambda each: (each.name, each.bus))[:_MOST_LISTED]

    def rule(self, bus: str, name: str) -> Rule:
        """Return one rule with its targets."""
        try:
            found = self._events.describe_rule(Name=name, EventBusName=bus)
            targets = self._events.list_targets_by_rule(Rule=name, EventBusName=bus)["Targets"]
        except ClientError as error:
            raise _not_found(error, f"There is no rule {name} on the bus {bus}.") from error
        return replace(_rule(found), targets=tuple(target["Arn"] for target in targets))


def _function(config: Any) -> Function:
    name = config["FunctionName"]
    return Function(
        name=name,
        arn=config.get("FunctionArn", ""),
        runtime=config.get("Runtime") or "container image",
        handler=config.get("Handler") or "",
        memory=config.get("MemorySize") or 0,
        timeout=config.get("Timeout") or 0,
        description=config.get("Description") or "",
        log_group=(config.get("LoggingConfig") or {}).get("LogGroup") or f"/aws/lambda/{name}",
    )


def _rule(found: Any) -> Rule:
    return Rule(
        name=found["Name"],
        bus=found.get("EventBusName") or "default",
        arn=found.get("Arn", ""),
        is_on=found.get("State") != "DISABLED",
        pattern=found.get("EventPattern"),
        schedule=found.get("ScheduleExpression"),
        description=found.get("Description") or "",
    )


def messages_of(body: bytes) -> tuple[Message, ...]:
    """Return the messages of the emulator's answer, which has the shape of ReceiveMessage's; newest first."""
    try:
        document = json.loads(body)
    except ValueError:
        return ()
    result = ((document.get("ReceiveMessageResponse") or document).get("ReceiveMessageResult") or document) or {}
    listed = result.get("Message") or result.get("Messages") or []
    found = [_message(each) for each in ([listed] if isinstance(listed, dict) else listed)]
    return tuple(sorted(found, key=lambda each: each.sent or datetime.min.replace(tzinfo=UTC), reverse=True))


def _message(found: Mapping[str, Any]) -> Message:
    said = found.get("Attributes") or found.get("Attribute") or {}
    if isinstance(said, list):
        said = {each["Name"]: each["Value"] for each in said}
    sent = str(said.get("SentTimestamp", ""))
    header = str(said.get("AWSTraceHeader") or "")
    return Message(
        id=str(found.get("MessageId", "")),
        body=str(found.get("Body", "")),
        sent=datetime.fromtimestamp(int(sent) / _MS, UTC) if sent.isdigit() else None,
        receives=str(said.get("ApproximateReceiveCount", "0")),
        trace=header.partition("Root=")[2].partition(";")[0] or None,
    )


def _not_found(error: ClientError, sentence: str) -> Exception:
    if error.response["Error"]["Code"] not in _MISSING:
        return error
    return NotFoundError(sentence, "It may have been removed, or be another emulator's.")


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * _MS)
