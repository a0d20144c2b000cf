"""What stands around state machines: traces, functions, queues and rules."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from localdev.console.services.record import NONE_KEPT, Entry, Recorded, entry_of
from localdev.console.services.stack import Function, Message, Queue, Rule, Stack, messages_of
from localdev.console.services.traces import function_name, trace_of, trace_of_execution
from localdev.executions.errors import NotFoundError
from localdev.executions.records import Execution
from tests.unit.console.conftest import ConsoleOf, execution_arn
from tests.unit.executions.conftest import recording

if TYPE_CHECKING:
    from localdev.executions.history import History

BEGAN = 1_767_225_600.0
TRACE = "1-6b0bbd35-48cbd6ba654d0142ea17cdc0"
MADE = "choice"
ARN = execution_arn(MADE)
RULE = "arn:aws:events:us-east-1:000000000000:rule/failed"
QUEUE = "arn:aws:sqs:us-east-1:000000000000:failures"


def _entry(kind: str, name: str, seconds: float = 0.0, **fields: Any) -> Entry:
    return entry_of(
        {"kind": kind, "name": name, "at": BEGAN + seconds, "seconds": 0.1, "id": f"{kind}-{name}", **fields}
    )


ORDER = (
    _entry("request", "POST /orders", trace=TRACE, status=202, input='{"flavour": "hawaiian"}'),
    _entry("invocation", "start", 0.01, trace=TRACE, parent="p1", status="succeeded", input='{"body": "…"}'),
    _entry(
        "call",
        "stepfunctions:StartExecution",
        0.05,
        trace=TRACE,
        parent="p1",
        status="succeeded",
        output=json.dumps({"executionArn": ARN}),
    ),
    _entry(
        "delivery",
        "failed",
        0.2,
        trace="another",
        id="event-1",
        resource=RULE,
        target=QUEUE,
        input=json.dumps({"detail": {"executionArn": ARN}}),
    ),
    _entry("invocation", "consume", 0.3, trace="a third", parent="p2", input='{"Records": [{"body": "event-1"}]}'),
)


@dataclass
class Recording:
    """A source of traces, over entries that are given."""

    entries: tuple[Entry, ...] = ORDER
    asked: list[dict[str, str]] = field(default_factory=list)

    def recorded(self, limit: int, **equal: str) -> Recorded:
        self.asked.append(equal)
        text = equal.pop("text", "")
        found = [
            entry
            for entry in reversed(self.entries)
            if all(getattr(entry, name) == value for name, value in equal.items())
            and (not text or text in (entry.input or "") + (entry.output or ""))
        ]
        return Recorded(tuple(found[:limit]), datetime.fromtimestamp(BEGAN, UTC))

    def execution(self, arn: str) -> tuple[Execution, History]:
        if arn != ARN:
            raise NotFoundError("none")
        began = datetime.fromtimestamp(BEGAN, UTC) + timedelta(seconds=0.06)
        history = recording(MADE).history
        return Execution(arn, MADE, "m", "FAILED", began, began, "{}", None, "E", None), history


def _tree(source: Recording, key: str = TRACE) -> list[tuple[int, str, str]]:
    trace = trace_of_execution(source, key) if key.startswith("arn:") else trace_of(source, key)
    return [(depth, span.kind, span.title) for depth, span in trace.rows() if span.kind != "task"]


ALL_OF_IT = [
    (0, "request", "POST /orders"),
    (1, "function", "start"),
    (2, "call", "stepfunctions:StartExecution"),
    (3, "execution", MADE),
    (4, "rule", "failed"),
    (5, "queue", "failures"),
    (5, "function", "consume"),
]


def test_a_trace_goes_from_the_request_to_the_function_that_its_event_ended_in() -> None:
    assert _tree(Recording()) == ALL_OF_IT


def test_an_execution_leads_to_the_trace_that_it_is_a_part_of() -> None:
    assert _tree(Recording(), ARN) == ALL_OF_IT


def test_an_execution_that_no_function_started_is_a_trace_of_its_own() -> None:
    source = Recording(entries=ORDER[3:])

    assert _tree(source, ARN)[:2] == [(0, "execution", MADE), (1, "rule", "failed")]


def test_an_api_that_starts_executions_without_a_function_is_their_trace() -> None:
    request = _entry("request", "POST /direct", trace=TRACE, status=200, output=json.dumps({"executionArn": ARN}))

    assert _tree(Recording(entries=(request,)), ARN)[:2] == [(0, "request", "POST /direct"), (1, "execution", MADE)]


def test_a_trace_that_starts_itself_again_ends() -> None:
    again = _entry("invocation", "start", 0.4, parent="p1", trace=TRACE, input="event-1")

    assert len(_tree(Recording(entries=(*ORDER, again)))) == len(ALL_OF_IT) + 1


@pytest.mark.parametrize(
    ("function", "name"),
    [
        ("bake", "bake"),
        ("bake:live", "bake"),
        ("arn:aws:lambda:us-east-1:000000000000:function:bake", "bake"),
        ("arn:aws:lambda:us-east-1:000000000000:function:bake:$LATEST", "bake"),
    ],
)
def test_a_function_is_known_by_its_name(function: str, name: str) -> None:
    assert function_name(function) == name


def test_messages_are_listed_newest_first_with_their_trace() -> None:
    def message(number: int, **attributes: str) -> dict[str, Any]:
        said = [{"Name": name, "Value": value} for name, value in attributes.items()]
        return {"MessageId": str(number), "Body": "{}", "Attribute": said}

    listed = [
        message(1, SentTimestamp="1000"),
        message(2, SentTimestamp="2000", AWSTraceHeader=f"Root={TRACE};Parent=1"),
    ]
    body = json.dumps({"ReceiveMessageResponse": {"ReceiveMessageResult": {"Message": listed}}}).encode()

    assert [(found.id, found.trace) for found in messages_of(body)] == [("2", TRACE), ("1", None)]
    assert messages_of(b"<xml/>") == ()


class MadeUpStack(Recording):
    """A stack with one of each."""

    is_account = False
    listed: tuple[Message, ...] | None = (
        Message("m-1", json.dumps({"detail": {"executionArn": ARN}}), None, "0", None),
    )

    def functions(self) -> list[Function]:
        return [self.function("start")]

    def function(self, name: str) -> Function:
        return Function(name, f"arn:aws:lambda:::function:{name}", "python3.13", "a.b", 128, 3, "", "/aws/lambda/x")

    def last_logged(self, function: Function) -> list[Any]:
        del function
        return []

    def queues(self) -> list[Queue]:
        return [self.queue("failures")]

    def queue(self, name: str) -> Queue:
        return Queue(name, QUEUE, f"http://localhost/0/{name}", 1, 0, 0)

    def messages(self, queue: Queue) -> tuple[Message, ...] | None:
        del queue
        return self.listed

    def rules(self) -> list[Rule]:
        return [self.rule("default", "failed")]

    def rule(self, bus: str, name: str) -> Rule:
        return Rule(name, RULE, bus, is_on=True, pattern="{}", schedule=None, description="", targets=(QUEUE,))


class AccountStack(MadeUpStack):
    """The same in an AWS account, whose APIs tell less."""

    is_account = True
    listed = None

    def recorded(self, limit: int, **equal: str) -> Recorded:
        del limit, equal
        return NONE_KEPT


@pytest.mark.parametrize(
    ("path", "texts"),
    [
        ("/requests", ["POST /orders", f"/traces/{TRACE}", MADE]),
        (f"/traces/{TRACE}", ["POST /orders", f"/executions/{ARN}", "/queues/failures", "/rules/default/failed"]),
        (f"/traces/{ARN}", ["POST /orders"]),
        ("/functions", ["/functions/start"]),
        ("/functions/start", [f"/traces/{TRACE}", "python3.13"]),
        ("/queues", ["1 message<"]),
        ("/queues/failures", ["receives none", f"/executions/{ARN}", f"/traces/{ARN}"]),
        ("/rules", ["1 event sent"]),
        ("/rules/default/failed", ["/queues/failures", f"/executions/{ARN}"]),
    ],
)
def test_pages_lead_to_each_other(console_of: ConsoleOf, path: str, texts: list[str]) -> None:
    page = console_of(MADE, stack=MadeUpStack()).page(path)

    assert [text for text in texts if text not in page] == []


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/requests", "APIs do not tell what APIs were sent"),
        (f"/traces/{ARN}", "X-Ray has the rest"),
        ("/functions/start", "APIs do not tell what functions were invoked with"),
        ("/queues/failures", "cannot list messages without receiving them"),
        ("/rules/default/failed", "APIs do not tell the events that rules matched"),
    ],
)
def test_what_an_account_does_not_tell_is_said(console_of: ConsoleOf, path: str, says: str) -> None:
    assert says in console_of(MADE, stack=AccountStack()).page(path)


def test_a_trace_is_found_by_its_id(console_of: ConsoleOf) -> None:
    response = console_of(MADE, stack=MadeUpStack()).web.get("/requests", params={"q": TRACE})

    assert response.headers["location"] == f"/traces/{TRACE}"


def test_a_trace_of_which_nothing_is_known_says_so(console_of: ConsoleOf) -> None:
    response = console_of(MADE, stack=MadeUpStack()).web.get("/traces/1-none")

    assert response.status_code == 404
    assert "Nothing is known of the trace 1-none" in response.text


def test_an_execution_leads_to_its_trace(console_of: ConsoleOf) -> None:
    assert f'href="/traces/{ARN}"' in console_of(MADE, stack=MadeUpStack()).execution(MADE)


def test_a_console_of_state_machines_alone_has_no_other_rooms(console_of: ConsoleOf) -> None:
    console = console_of(MADE)

    assert "/queues" not in console.execution(MADE)
    assert console.web.get("/queues").status_code == 404


def test_markup_in_a_payload_is_text(console_of: ConsoleOf) -> None:
    stack = MadeUpStack()
    stack.entries = (_entry("request", "POST /<b>", trace=TRACE, status=200, input="<script>alert(1)</script>"),)

    page = console_of(MADE, stack=stack).page(f"/traces/{TRACE}")

    assert "<script>alert" not in page
    assert "/<b>" not in page


@pytest.mark.parametrize("query", ["", "?at=yesterday", "?at=2026-01-01&seconds=long", "?at=2026-01-01&seconds=1e99"])
def test_a_log_of_no_time_is_not_found(console_of: ConsoleOf, query: str) -> None:
    console = console_of(MADE, stack=MadeUpStack())

    assert console.web.get(f"/function-log/start/r-1{query}").status_code == 404


def test_what_is_gone_is_not_found() -> None:
    class Gone:
        def describe_rule(self, **_: str) -> None:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException", "Message": "gone"}}, "DescribeRule")

    with pytest.raises(NotFoundError, match="no rule gone"):
        Stack(lambda _: Gone()).rule("default", "gone")
