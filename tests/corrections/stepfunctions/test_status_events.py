"""Test the events and log lines of executions' status changes."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from localdev.system.waiting import wait_until
from tests.corrections.stepfunctions.running import ROLE, SECONDS, created, ended, name, started, states

if TYPE_CHECKING:
    from localdev.engines.clients import Clients

_PASS = states("P", P={"Type": "Pass", "End": True})
_FAIL = states("F", F={"Type": "Fail", "Error": "E", "Cause": "c"})


class Listener:
    """A queue that gets the events of the executions of one machine."""

    def __init__(self, clients: Clients, machine: str) -> None:
        self._sqs, events, rule = clients.client("sqs"), clients.client("events"), name("rule")
        self._queue = self._sqs.create_queue(QueueName=name("events"))["QueueUrl"]
        attributes = self._sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=["QueueArn"])["Attributes"]
        pattern = {"source": ["aws.states"], "detail": {"stateMachineArn": [machine]}}
        events.put_rule(Name=rule, EventPattern=json.dumps(pattern))
        events.put_targets(Rule=rule, Targets=[{"Id": "queue", "Arn": attributes["QueueArn"]}])

    def heard(self, count: int) -> list[dict[str, Any]]:
        """Wait for as many events, and return them in the order of their arrival."""
        found: list[dict[str, Any]] = []

        def enough() -> list[dict[str, Any]] | None:
            for message in self._sqs.receive_message(QueueUrl=self._queue, WaitTimeSeconds=1).get("Messages", []):
                self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
                found.append(json.loads(message["Body"]))
            return found if len(found) >= count else None

        return wait_until(enough, what=f"{count} events", seconds=SECONDS)


def test_events_come_in_order_with_milliseconds(aws: Clients) -> None:
    machine = created(aws, _PASS)
    listener = Listener(aws, machine)
    executions = [started(aws, machine, {"n": number}) for number in range(5)]
    events = listener.heard(10)
    for number, execution in enumerate(executions):
        running, succeeded = (event["detail"] for event in events if event["resources"] == [execution])
        assert (running["status"], succeeded["status"]) == ("RUNNING", "SUCCEEDED")
        assert (running["stopDate"], running["output"], running["outputDetails"]) == (None, None, None)
        assert isinstance(succeeded["startDate"], int)
        assert succeeded["stopDate"] >= succeeded["startDate"] > 10**12
        # the input as it was given
        assert (succeeded["input"], succeeded["output"]) == (f'{{"n": {number}}}', f'{{"n":{number}}}')
        assert (succeeded["redriveCount"], succeeded["redriveStatus"]) == (0, "NOT_REDRIVABLE")


def test_as_released_dates_are_texts(released: Clients) -> None:
    machine = created(released, _PASS)
    listener = Listener(released, machine)
    started(released, machine)
    assert isinstance(listener.heard(1)[0]["detail"]["startDate"], str)


def test_the_event_of_a_version_names_its_machine(aws: Clients) -> None:
    machine = created(aws, _FAIL)
    client = aws.client("stepfunctions")
    version = client.publish_state_machine_version(stateMachineArn=machine)["stateMachineVersionArn"]
    listener = Listener(aws, machine)
    started(aws, version)
    failed = listener.heard(2)[1]["detail"]
    assert (failed["stateMachineArn"], failed["stateMachineVersionArn"]) == (machine, version)
    assert (failed["status"], failed["error"], failed["cause"]) == ("FAILED", "E", "c")


def _logged(clients: Clients, level: str, definition: dict[str, Any], last: str) -> list[dict[str, Any]]:
    """Run an Express execution, and return its log once it has an event."""
    logs, group = clients.client("logs"), f"/aws/vendedlogs/states/{name()}"
    logs.create_log_group(logGroupName=group)
    arn = f"arn:aws:logs:us-east-1:{ROLE.split(':')[4]}:log-group:{group}:*"
    configuration = {
        "level": level,
        "includeExecutionData": False,
        "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": arn}}],
    }
    machine = created(clients, definition, type="EXPRESS", loggingConfiguration=configuration)
    started(clients, machine, {"secret": 1})

    def entries() -> list[dict[str, Any]] | None:
        events = logs.filter_log_events(logGroupName=group)["events"]
        found = [json.loads(event["message"]) for event in events]
        return found if any(entry["type"] == last for entry in found) else None

    return wait_until(entries, what=f"{last} in a log", seconds=SECONDS)


def test_each_level_of_a_log_has_its_events(aws: Clients) -> None:
    kinds = {
        level: [entry["type"] for entry in _logged(aws, level, _FAIL, "ExecutionFailed")]
        for level in ("ALL", "ERROR", "FATAL")
    }
    assert kinds["ALL"] == ["ExecutionStarted", "FailStateEntered", "ExecutionFailed"]
    assert kinds["ERROR"] == ["FailStateEntered", "ExecutionFailed"]
    assert kinds["FATAL"] == ["ExecutionFailed"]


def test_an_entry_has_milliseconds_and_no_data(aws: Clients) -> None:
    entries = _logged(aws, "ALL", _PASS, "ExecutionSucceeded")
    assert all(int(entry["event_timestamp"]) > 10**12 and entry["redrive_count"] == "0" for entry in entries)
    assert "secret" not in json.dumps(entries)


_ASSIGNS = {"StartAt": "P", "States": {"P": {"Type": "Pass", "Assign": {"v.$": "$.secret"}, "End": True}}}


def test_an_entry_has_no_variables_where_no_data_is_wanted(aws: Clients) -> None:
    entries = _logged(aws, "ALL", _ASSIGNS, "ExecutionSucceeded")
    assert not any("assignedVariables" in entry["details"] for entry in entries)


def test_as_released_an_entry_has_variables_where_no_data_is_wanted(released: Clients) -> None:
    entries = _logged(released, "ALL", _ASSIGNS, "ExecutionSucceeded")
    assert any("assignedVariables" in entry["details"] for entry in entries)


def test_a_stream_has_the_name_of_the_machine_and_the_minute(aws: Clients) -> None:
    group, logs = f"/aws/vendedlogs/states/{name()}", aws.client("logs")
    logs.create_log_group(logGroupName=group)
    arn = f"arn:aws:logs:us-east-1:{ROLE.split(':')[4]}:log-group:{group}:*"
    machine = created(
        aws,
        _PASS,
        type="EXPRESS",
        loggingConfiguration={"level": "ALL", "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": arn}}]},
    )
    started(aws, machine)

    def stream() -> str | None:
        events = logs.filter_log_events(logGroupName=group)["events"]
        return events[0]["logStreamName"] if events else None

    found = wait_until(stream, what="an entry of a log", seconds=SECONDS)
    assert re.fullmatch(rf"states/{machine.rsplit(':', 1)[1]}/\d{{4}}(-\d\d){{4}}/[0-9a-f]{{8}}", found)


def test_as_released_an_entry_has_a_date_as_text(released: Clients) -> None:
    [entry] = _logged(released, "FATAL", _FAIL, "ExecutionFailed")
    assert not entry["event_timestamp"].isdigit()


def test_a_standard_execution_with_a_log_ends(aws: Clients) -> None:
    machine = created(aws, _PASS)
    assert ended(aws, started(aws, machine))["status"] == "SUCCEEDED"
