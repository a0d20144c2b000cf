"""Show what small adjustments do beside what LocalStack does; prints JSON, a pair of outcomes for each question."""

import json
import logging
import os
import time
from types import SimpleNamespace
from typing import Any

from localstack.aws.api import RequestContext
from localstack.aws.handlers import logging as request_logging
from localstack.services.apigateway.next_gen.execute_api.context import RestApiInvocationContext
from localstack.services.events import event_rule_engine
from localstack.services.events import provider as events_provider
from localstack.services.events.provider import EventsProvider
from localstack.services.logs.models import get_moto_logs_backend
from localstack.services.logs.provider import LogsProvider  # noqa: F401 - it changes moto
from localstack.services.stepfunctions import provider as stepfunctions
from localstack.services.stepfunctions.backend.state_machine import StateMachineRevision
from localstack.utils import event_matcher
from moto.logs.exceptions import ResourceNotFoundException
from moto.logs.models import LogEvent
from rolo.gateway import chain
from werkzeug.datastructures import Headers, headers

from localstack_tuning.events import event_patterns, rule_matching
from localstack_tuning.gateway import header_lookups, request_contexts, request_log, service_calls
from localstack_tuning.logs import log_events
from localstack_tuning.stepfunctions import execution_data

ADJUSTED: list[bool] = []
ACCOUNT, REGION = "000000000000", "eu-west-1"


def looked_up() -> list[Any]:
    values = Headers([("Accept", "a"), ("accept", "b"), ("Content-Length", "12"), ("X-Number", "twelve")])
    of_environ = headers.EnvironHeaders({"HTTP_ACCEPT": "a", "CONTENT_LENGTH": "12"})
    return [
        [values.get("ACCEPT"), values.get("nothing"), values.get("nothing", 7), values.get("content-length", type=int)],
        [values.get("x-number", type=int), values.get("x-number", 3, int), "accept" in values, "nothing" in values],
        [of_environ.get("Accept"), of_environ.get("nothing"), "accept" in of_environ, "nothing" in of_environ],
        [outcome(lambda: values["nothing"]), outcome(lambda: values.get(7))],
    ]


def outcome(work: Any) -> Any:
    try:
        return work()
    except Exception as error:  # noqa: BLE001
        return type(error).__name__


class Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.levelname} {record.name} {record.getMessage()}")


def logged() -> list[str]:
    lines = Lines()
    logging.getLogger("localstack.request").addHandler(lines)
    request = service_calls._request()
    response = SimpleNamespace(status_code=202, headers={}, is_streamed=False, data=b"")
    operation = SimpleNamespace(name="Order", input_shape=None, output_shape=None)
    for is_internal_call in (False, True):
        failed = SimpleNamespace(code="E", message="")
        for an_operation, exception in ((operation, None), (operation, failed), (None, None)):
            context = SimpleNamespace(
                is_internal_call=is_internal_call,
                operation=an_operation,
                service=SimpleNamespace(service_name="kitchen"),
                service_exception=exception,
                request=request,
                service_request={},
                service_response={},
                account_id=ACCOUNT,
                region=REGION,
            )
            request_logging.ResponseLogger()(None, context, response)
    logging.getLogger("localstack.request").removeHandler(lines)
    return lines.lines


def put(ways: Any, events: list[Any], *, group: str = "g", stream: str = "s") -> list[Any]:
    """Return the result of the same events either way."""
    return [outcome(lambda way=way: way(group, stream, events)) for way in ways]


def stored() -> list[Any]:
    now = int(time.time() * 1000)
    service_calls.running = lambda _: None
    backends = [get_moto_logs_backend(ACCOUNT, region) for region in (REGION, "eu-west-2")]
    for backend in backends:
        backend.create_log_group("g", {})
        backend.create_log_stream("g", "s")

    def ours(group: str, stream: str, events: list[Any]) -> None:
        log_events.put_log_events(ACCOUNT, REGION, group, stream, events)

    def theirs(group: str, stream: str, events: list[Any]) -> None:
        backends[1].put_log_events(group, stream, events)

    ways = (ours, theirs)
    day = 24 * 3600 * 1000
    outcomes = [
        put(ways, [{"timestamp": now, "message": "one\n"}, {"timestamp": now + 5, "message": "two"}]),
        put(ways, [{"timestamp": now - 15 * day, "message": "too old"}, {"timestamp": now, "message": "three"}]),
        put(ways, [{"timestamp": now + day, "message": "too new"}]),
        put(ways, [{"timestamp": now, "message": "a"}, {"timestamp": now - 1, "message": "not in order"}]),
        put(ways, [{"timestamp": now, "message": "nowhere"}], stream="nothing"),
        put(ways, [{"timestamp": now, "message": "nowhere"}], group="nothing"),
    ]
    streams = [backend.groups["g"].streams["s"] for backend in backends]
    kept = [
        [
            [(event.timestamp, event.message) for event in stream.events],
            stream.stored_bytes,
            stream.upload_sequence_token,
            stream.last_ingestion_time is not None,
            all(isinstance(event, LogEvent) for event in stream.events),
        ]
        for stream in streams
    ]
    assert ResourceNotFoundException.__name__ == outcomes[-1][1]
    return [list(side) for side in zip(*outcomes, kept, strict=True)]


PATTERNS = (
    '{"source": ["kitchen"], "detail": {"status": ["FAILED", {"prefix": "TIMED"}]}}',
    '{"$or": [{"source": ["kitchen"]}, {"detail": {"status": [{"anything-but": "FAILED"}]}}]}',
    '{"source": ["elsewhere"]}',
    "{}",
    '{"source": []}',
    '{"source": "kitchen"}',
    "no pattern",
    {"detail": {"status": [{"exists": True}]}},
)
RULES = [
    (1, '{"source": ["kitchen"]}'),
    (2, '{"source": ["kitchen"], "detail": {"status": ["FAILED"]}}'),
]
EVENTS = (
    {"source": "kitchen", "detail": {"status": "FAILED"}},
    {"source": "kitchen", "detail": {"status": "TIMED_OUT"}},
    {"source": "bar", "detail": {"status": "SUCCEEDED"}},
    {"source": "bar"},
)


def matched() -> list[Any]:
    """Twice, for what is kept must be as good as new."""
    return [
        [outcome(lambda pattern=pattern, event=event: event_matcher.matches_event(pattern, event)) for event in EVENTS]
        for pattern in PATTERNS * 2
    ]


def cloned() -> list[Any]:
    """Return what an execution keeps of a state machine that is updated, and what the state machine has then."""
    tags = [{"key": "a", "value": "b"}]
    machine = StateMachineRevision("m", "arn:m", "{}", "role", {"level": "ALL"}, None, tags=tags)
    clone = stepfunctions.copy.deepcopy(machine)
    machine.create_revision('{"StartAt": "Oven"}', "another role", {"level": "OFF", "destinations": []})
    return [
        [each.definition, each.role_arn, each.logging_config, each.revision_id is None, each.name]
        for each in (clone, machine)
    ]


def handed_over() -> list[Any]:
    """Return which rules see which event, and on how many threads."""
    provider = EventsProvider.__new__(EventsProvider)
    seen, threads = [], []
    provider._process_rules = lambda rule, region, account, event, _: (
        events_provider.matches_event(rule.event_pattern, event)
        and seen.append([rule.name, event["source"], region, account])
    )
    start = events_provider.start_worker_thread

    def started(method: Any, params: Any = None, name: str | None = None) -> None:
        threads.append(name)
        outcome(lambda: method(params))

    events_provider.start_worker_thread = started
    if ADJUSTED:
        rule_matching._match_first(events_provider)
    rules = [SimpleNamespace(name=str(number), event_pattern=it, schedule_expression=None) for number, it in RULES]
    rules.append(SimpleNamespace(name="hourly", event_pattern=None, schedule_expression="rate(1 hour)"))
    for event in EVENTS:
        events_provider.start_worker_thread(
            provider._process_rules_async,
            params={
                "rules": rules,
                "region": REGION,
                "account_id": ACCOUNT,
                "event_formatted": event,
                "trace_header": None,
            },
            name="events-process-rules",
        )
    events_provider.start_worker_thread(lambda _: seen.append("another"), name="another")
    events_provider.start_worker_thread = start
    return [seen, len(threads)]


def kept() -> list[Any]:
    """Attributes of the contexts of a request to a service and of one to an API."""
    seen = []
    for context in (RequestContext(None), RestApiInvocationContext(None)):
        context.account_id, context.flag = ACCOUNT, True
        del context.flag
        seen.append([context.account_id, context.get("account_id"), context.get("flag"), sorted(context.__dict__)])
        seen.append([outcome(lambda context=context: context.flag), outcome(lambda context=context: context.nothing)])
        seen.append(outcome(lambda context=context: context.is_internal_call))
    return seen


logging.getLogger("localstack.request").setLevel(logging.INFO)
logging.getLogger("localstack.request.internal").setLevel(logging.WARNING)
released = {
    "headers": looked_up(),
    "log": logged(),
    "patterns": matched(),
    "clones": cloned(),
    "contexts": kept(),
    "rules": handed_over(),
}
ADJUSTED.append(True)
header_lookups._look_up(headers)
event_patterns._compile_once(event_rule_engine)
execution_data._copy_attributes(stepfunctions)
request_contexts._set_as_usual(chain)
request_log._log_lines_alone(request_logging)
ours, theirs = stored()
print(
    json.dumps(
        {
            "released": {**released, "events": theirs},
            "adjusted": {
                "headers": looked_up(),
                "log": logged(),
                "events": ours,
                "patterns": matched(),
                "clones": cloned(),
                "contexts": kept(),
                "rules": handed_over(),
            },
        }
    ),
    flush=True,
)
os._exit(0)
