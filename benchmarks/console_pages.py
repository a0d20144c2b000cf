"""Measure the console's processor time for a page: ``.venv/bin/python -m benchmarks.console_pages``.

No engine runs: executions of 1,000 and 25,000 events, and a list of 50,000 executions are made up, and answered to
botocore as an engine's bytes. So what is measured is the console alone, whatever else the machine does.
"""

from __future__ import annotations

import gc
import json
import statistics
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast

from botocore.awsrequest import AWSResponse
from starlette.testclient import TestClient

from localdev.console.app import create_app
from localdev.console.settings import Settings
from localdev.engines.clients import Clients
from localdev.executions.client import ExecutionsClient
from tests.unit.executions.made_up import ACCEPT, BEGAN, Writer, loop_definition, loop_events

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from botocore.awsrequest import AWSPreparedRequest

_PREFIX: Final = "arn:aws:states:us-east-1:000000000000"
_MACHINE: Final = f"{_PREFIX}:stateMachine:made-up"
_DEFINITION: Final = {
    "StartAt": "Each",
    "States": {"Each": {"Type": "Map", "ItemProcessor": ACCEPT, "End": True}},
}
_HEADERS: Final[Any] = {"content-type": "application/x-amz-json-1.0"}
_LISTED: Final = 50_000
_TIMES: Final = 9
_FAILED_EVERY: Final = 5
_LOOP: Final = "loop-"
_ROUNDS: Final = 4_140


def main() -> None:
    """Measure, and print a row each."""
    get = _console(_Engine())
    get("/machines")
    get(f"/executions/{_arn('10-0')}")
    print("| page | processor time, median | most |\n|---|---|---|")
    small = [_arn(f"250-{each}") for each in range(_TIMES)]
    _row("an execution of 1,000 events, opened", [get(f"/executions/{arn}") for arn in small])
    _row("the same, again", [get(f"/executions/{small[-1]}") for _ in range(_TIMES)])
    for what, name in (("a Map of 25,000 events", "6250-"), ("a loop of 25,000 events that failed", _LOOP)):
        long_ones = [_arn(f"{name}{each}") for each in range(3)]
        _row(f"{what}, its outcome", [get(f"/executions/{arn}") for arn in long_ones])
        _row("the same, all of it", [get(f"/live/{arn}") for arn in long_ones])
        _row("the same, again", [get(f"/executions/{long_ones[-1]}") for _ in range(_TIMES)])
    total = f"{_LISTED:,} executions"
    started = [_console(_Engine())(f"/machines/{_MACHINE}") for _ in range(3)]
    _row(f"{total}, the first page of a console just started", started)
    _row("the same, again", [get(f"/machines/{_MACHINE}") for _ in range(_TIMES)])
    _row("the same, kept current", [get(f"/list/{_MACHINE}") for _ in range(_TIMES)])
    pages = [get(f"/machines/{_MACHINE}?after={1_000 * each}") for each in range(1, _TIMES)]
    _row(f"{total}, a page further back", pages)
    _row(f"{total}, those that failed", [get(f"/machines/{_MACHINE}?status=FAILED") for _ in range(_TIMES)])
    first, until_found = zip(*(_search(_console(_Engine())) for _ in range(3)), strict=True)
    _row(f"{total}, a search, until its first answer (in all threads)", list(first))
    _row("the same, until 500 of them are searched", list(until_found))
    _row("the same, again", [_search(get)[1] for _ in range(_TIMES)])


def _search(get: Any) -> tuple[float, float]:
    """Return the processor time of the first answer, and of all of them until the search has come to its end."""
    path = f"/machines/{_MACHINE}?q=nowhere"
    answers = [get(path)]
    while "Searching" in get.text:
        answers.append(get(path))
    return answers[0], sum(answers)


def _row(what: str, seconds: list[float]) -> None:
    print(f"| {what} | {statistics.median(seconds) * 1000:.0f} ms | {max(seconds) * 1000:.0f} ms |", flush=True)


def _arn(name: str) -> str:
    return f"{_PREFIX}:execution:made-up:{name}"


def _console(engine: _Engine) -> Any:
    clients = Clients("http://127.0.0.1:1")
    states = clients.client("stepfunctions")
    states.meta.events.register("before-send.sfn", cast("Any", engine.answer))
    settings = Settings(
        client=ExecutionsClient(states, clients.client("logs"), clients.client("lambda")),
        control=None,
        where="a made-up engine",
        how_to_start="./scripts/up",
    )
    web = TestClient(create_app(settings), base_url="http://127.0.0.1:8080").__enter__()
    # as a console's first visitor comes, it has long been warm
    for thread in threading.enumerate():
        if thread.name == "console-warm":
            thread.join()

    def get(path: str) -> float:
        gc.collect()
        answered, began = engine.seconds, time.process_time()
        response = web.get(path)
        seconds = time.process_time() - began - (engine.seconds - answered)
        assert response.status_code == 200, response.text[:300]
        get.text = response.text  # type: ignore[attr-defined]
        return seconds

    return get


@dataclass
class _Engine:
    """Answers botocore's requests in place of the network."""

    seconds: float = 0.0
    """Processor time that the answers themselves took, which is not the console's."""
    histories: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def answer(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        """Return the answer to a request."""
        began = time.thread_time()
        target = request.headers["X-Amz-Target"]
        action = (target.decode() if isinstance(target, bytes) else target).rpartition(".")[2]
        document = json.loads(cast("bytes", request.body))
        body = json.dumps(self._answers()[action](document)).encode()
        response = AWSResponse(str(request.url), 200, _HEADERS, _Raw(body))
        self.seconds += time.thread_time() - began
        return response

    def _answers(self) -> dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]]:
        return {
            "ListStateMachines": self._list_state_machines,
            "DescribeStateMachine": self._describe_state_machine,
            "DescribeStateMachineForExecution": self._describe_state_machine_for_execution,
            "DescribeExecution": self._describe_execution,
            "ListExecutions": self._list_executions,
            "GetExecutionHistory": self._get_execution_history,
        }

    def _list_state_machines(self, _: Mapping[str, Any]) -> dict[str, Any]:
        machine = self._describe_state_machine({})
        return {"stateMachines": [{key: machine[key] for key in ("stateMachineArn", "name", "type", "creationDate")}]}

    def _describe_state_machine(self, _: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "stateMachineArn": _MACHINE,
            "name": "made-up",
            "type": "STANDARD",
            "roleArn": "arn:aws:iam::000000000000:role/made-up",
            "definition": json.dumps(_DEFINITION),
            "creationDate": BEGAN.timestamp(),
        }

    def _describe_state_machine_for_execution(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        described = {**self._describe_state_machine({}), "updateDate": BEGAN.timestamp()}
        is_loop = asked["executionArn"].rpartition(":")[2].startswith(_LOOP)
        return {**described, "definition": json.dumps(loop_definition(_ROUNDS))} if is_loop else described

    def _describe_execution(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        found = _item(asked["executionArn"].rpartition(":")[2])
        return {**found, "input": json.dumps({"customer": "c-1", "order": found["name"]}), "output": "{}"}

    def _list_executions(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        begin, size = int(asked.get("nextToken", 0)), asked["maxResults"]
        wanted = asked.get("statusFilter")
        names = range(_LISTED) if wanted is None else range(0, _LISTED, _FAILED_EVERY)
        found = [_item(str(name)) for name in names[begin : begin + size]]
        further = {"nextToken": str(begin + size)} if begin + size < len(names) else {}
        return {"executions": found, **further}

    def _get_execution_history(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        events = self._events(asked["executionArn"].rpartition(":")[2])
        begin, size = int(asked.get("nextToken", 0)), asked["maxResults"]
        ordered = events[::-1] if asked.get("reverseOrder") else events
        further = {"nextToken": str(begin + size)} if begin + size < len(events) else {}
        return {"events": ordered[begin : begin + size], **further}

    def _events(self, name: str) -> list[dict[str, Any]]:
        key, _, _ = name.partition("-")
        if key not in self.histories:
            is_loop = name.startswith(_LOOP)
            events = loop_events(_ROUNDS).events if is_loop else _events_of_map(int(key) if "-" in name else 5)
            self.histories[key] = [{**event, "timestamp": event["timestamp"].timestamp()} for event in events]
        return self.histories[key]


class _Raw:
    """A body as botocore reads it."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **_: Any) -> Iterator[bytes]:
        """Yield all of it."""
        yield self._body


def _item(name: str) -> dict[str, Any]:
    has_failed = name.startswith(_LOOP) or (name.isdigit() and int(name) % _FAILED_EVERY == 0)
    at = BEGAN.timestamp()
    return {
        "executionArn": _arn(name),
        "stateMachineArn": _MACHINE,
        "name": name,
        "status": "FAILED" if has_failed else "SUCCEEDED",
        "startDate": at,
        "stopDate": at + 1,
    }


def _events_of_map(items: int) -> list[dict[str, Any]]:
    writer = Writer()
    writer.write("ExecutionStarted", input="{}")
    writer.write("MapStateEntered", name="Each", input="{}")
    begun = writer.write("MapStateStarted", length=items)
    for index in range(items):
        writer.write("MapIterationStarted", begun, name="Each", index=index)
        writer.write("TaskStateEntered", name="Accept", input=json.dumps({"name": f"file-{index}"}))
        writer.write("TaskStateExited", name="Accept", output="{}")
        writer.write("MapIterationSucceeded", name="Each", index=index)
    writer.write("MapStateSucceeded")
    writer.write("MapStateExited", name="Each", output="[]")
    writer.write("ExecutionSucceeded", output="[]")
    return writer.events


if __name__ == "__main__":
    main()
