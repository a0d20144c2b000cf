"""Reads state machines, executions and functions' log lines from any endpoint, page by page."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, cast

from botocore.exceptions import ClientError

from localdev.executions.definition import Definition, read_definition
from localdev.executions.emulator import is_of_aws, wait_for_an_answer
from localdev.executions.ending import says_what_failed
from localdev.executions.errors import NotFoundError, UnknownPageError
from localdev.executions.events import events_of_log, read_events
from localdev.executions.express import MOST_LINES, LoggedLines, newest_lines
from localdev.executions.growing import end_of, grown, history_of
from localdev.executions.injected import with_injected
from localdev.executions.logs import Invocation, invocations, invocations_of, log_line
from localdev.executions.origin import origin_of
from localdev.executions.raw_pages import read_pages_as_they_are
from localdev.executions.records import (
    Execution,
    ExecutionSummary,
    ExpressExecutions,
    ExpressFailure,
    FailedIn,
    Page,
    StateMachine,
    execution_of,
    is_express,
)
from localdev.executions.replay import read_history
from localdev.executions.text import json_object

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_stepfunctions import SFNClient
    from mypy_boto3_stepfunctions.literals import ExecutionStatusType
    from mypy_boto3_stepfunctions.type_defs import DescribeStateMachineOutputTypeDef, ExecutionListItemTypeDef

    from localdev.executions.events import Event
    from localdev.executions.history import Attempt, History

PAGE: Final = 25
_EVENTS_OF_AN_END: Final = 100
_EVENTS_OF_A_LONG_END: Final = 1000
_MISSING: Final = {
    "ExecutionDoesNotExist",
    "InvalidArn",
    "ResourceNotFound",
    "ResourceNotFoundException",
    "StateMachineDoesNotExist",
    "ValidationException",
}
_LATEST_LINE: Final = timedelta(seconds=5)
"""How long after an invocation a line of it may be dated."""
_LONGEST_INIT: Final = timedelta(seconds=15)
_MS: Final = 1000
_STARTED: Final = "ExecutionStarted"
_ENOUGH_EXPRESS: Final = 100
_MOST_LINES_LOOKED_AT: Final = 100_000
"""In a search for one Express execution's lines, where the engine does not search itself."""


class ExecutionsClient:
    """Reads from one endpoint.

    Every method raises :class:`NotFoundError` where there is no such thing, and what botocore raises where the
    endpoint does not answer.
    """

    def __init__(self, states: SFNClient, logs: CloudWatchLogsClient, lambda_: LambdaClient) -> None:
        read_pages_as_they_are(states)
        self._states = states
        self._logs = logs
        self._lambda = lambda_

    def ping(self) -> None:
        """Ask for next to nothing: whoever waits for the answer learns whether there is one."""
        if is_of_aws(self._states.meta.endpoint_url):
            self._states.list_state_machines(maxResults=1)
        else:
            # botocore would ask again after a while, and one that is away would seem to be silent
            wait_for_an_answer(self._states.meta.endpoint_url)

    def state_machines(self) -> Iterator[StateMachine]:
        """Yield every state machine, by name."""
        found = [
            StateMachine(item["stateMachineArn"], item["name"], item["type"], item["creationDate"])
            for page in self._states.get_paginator("list_state_machines").paginate()
            for item in page["stateMachines"]
        ]
        yield from sorted(found, key=lambda machine: machine.name)

    def state_machine(self, arn: str) -> StateMachine:
        """Return one state machine."""
        found = self._described(arn)
        return StateMachine(found["stateMachineArn"], found["name"], found["type"], found["creationDate"])

    def current_definition(self, state_machine_arn: str) -> Definition:
        """Return a state machine's definition as it is now.

        :raises DefinitionError: it cannot be read.
        """
        return read_definition(self._described(state_machine_arn)["definition"])

    def _described(self, arn: str) -> DescribeStateMachineOutputTypeDef:
        with _missing(f"There is no state machine {arn}."):
            return self._states.describe_state_machine(stateMachineArn=arn)

    def executions(
        self, state_machine_arn: str, *, status: str | None = None, after: str | None = None, size: int = PAGE
    ) -> Page[ExecutionSummary]:
        """Return a page of a Standard state machine's executions, newest first.

        :raises UnknownPageError: no page comes after this one, or not any more.
        """
        wanted: dict[str, str] = {}
        if status:
            wanted["statusFilter"] = cast("ExecutionStatusType", status)
        if after:
            wanted["nextToken"] = after
        with _missing(f"There is no state machine {state_machine_arn}."), _known_page():
            found = self._states.list_executions(stateMachineArn=state_machine_arn, maxResults=size, **wanted)  # type: ignore[arg-type]
        return Page(tuple(_summary(item) for item in found["executions"]), found.get("nextToken"))

    def express_executions(self, state_machine_arn: str) -> ExpressExecutions:
        """Return the newest Express executions that the state machine's log group tells of, newest first.

        None where it does not log, or not with the level ``ALL``.
        """
        logged = self._logged(state_machine_arn, is_enough=_has_many)
        found: dict[str, list[str]] = {}
        for message in logged.messages:
            arn = json_object(message).get("execution_arn")
            if isinstance(arn, str):
                found.setdefault(arn, []).append(message)
        histories = [(arn, read_history(events_of_log(messages, arn))) for arn, messages in found.items()]
        rows = [
            (_express_summary(arn, history), history.input)
            for arn, history in histories
            if history.events and history.events[0].type == _STARTED
        ]
        return ExpressExecutions(
            tuple(sorted(rows, key=lambda row: row[0].started, reverse=True)),
            logged.since,
            len(logged.messages),
            {arn: failure for arn, history in histories if (failure := _express_failure(history))},
        )

    def execution(self, arn: str) -> Execution:
        """Return one execution. An Express execution's is put together from its log."""
        if is_express(arn):
            return self._express_execution(arn)
        with _missing(f"There is no execution {arn}."):
            found = self._states.describe_execution(executionArn=arn)
        return Execution(
            arn=found["executionArn"],
            name=found.get("name", arn.rpartition(":")[2]),
            state_machine_arn=found["stateMachineArn"],
            status=found["status"],
            started=found["startDate"],
            stopped=found.get("stopDate"),
            input=found.get("input"),
            output=found.get("output"),
            error=found.get("error"),
            cause=found.get("cause"),
            redrives=found.get("redriveCount", 0),
            is_redrivable=found.get("redriveStatus") == "REDRIVABLE",
            map_run_arn=found.get("mapRunArn"),
        )

    def history(self, arn: str) -> History:
        """Return what an execution did."""
        if is_express(arn):
            return read_history(self._logged_events(arn))
        with _missing(f"There is no execution {arn}."):
            return history_of(self._states, arn)

    def history_with_injected(self, arn: str, known: History | None = None) -> History:
        """Return what an execution did, and what was mocked and injected in it by a test.

        ``known`` is its history as it was read before: it is returned itself where no event has come since.
        """
        history = self.history(arn) if known is None or is_express(arn) else self._grown(arn, known)
        if known is not None and history.events == known.events:
            return known
        return with_injected(history, self._states.meta.endpoint_url, arn)

    def end_of_history(self, arn: str) -> History:
        """Return what the end of a long history says that an execution did; of any other one, all that it did."""
        if is_express(arn):
            return self.history_with_injected(arn)
        with _missing(f"There is no execution {arn}."):
            history = end_of(self._states, arn)
        return with_injected(history, self._states.meta.endpoint_url, arn) if history.is_whole else history

    def _grown(self, arn: str, known: History) -> History:
        with _missing(f"There is no execution {arn}."):
            return grown(self._states, arn, known)

    def executions_of_map_run(self, arn: str, *, size: int, after: str | None = None) -> Page[ExecutionSummary]:
        """Return a page of the executions of a distributed Map's run, newest first."""
        further = {"nextToken": after} if after else {}
        with _missing(f"There is no Map run {arn}."):
            found = self._states.list_executions(mapRunArn=arn, maxResults=size, **further)  # type: ignore[arg-type]
        return Page(tuple(_summary(item) for item in found["executions"]), found.get("nextToken"))

    def parent_of_map_run(self, arn: str) -> str:
        """Return the ARN of the execution whose distributed Map a run is of."""
        with _missing(f"There is no Map run {arn}."):
            return self._states.describe_map_run(mapRunArn=arn)["executionArn"]

    def items_of_map_run(self, arn: str) -> int:
        """Return how many items a distributed Map's run has."""
        with _missing(f"There is no Map run {arn}."):
            return self._states.describe_map_run(mapRunArn=arn)["itemCounts"]["total"]

    def failed_in(self, arn: str, definition: Definition | None = None) -> FailedIn | None:
        """Return the state whose error ended a Standard execution, else the one that it entered last.

        Only the end of the history is read, and more of it where that ends in a Fail state: what led there may be
        further back. Where it is further still, that is the Fail state.
        """
        history = self._end(arn, _EVENTS_OF_AN_END)
        origin = origin_of(history, definition)
        if origin is not None and origin.type == "Fail" and not says_what_failed(history, definition):
            history = self._end(arn, _EVENTS_OF_A_LONG_END)
            origin = origin_of(history, definition)
        if origin is not None:
            return FailedIn(origin.state, origin.failure.error if origin.failure else None)
        return FailedIn(history.visits[-1].state) if history.visits else None

    def _end(self, arn: str, most: int) -> History:
        with _missing(f"There is no execution {arn}."):
            found = self._states.get_execution_history(
                executionArn=arn, reverseOrder=True, maxResults=most, includeExecutionData=False
            )
        return read_history(read_events(cast("list[Mapping[str, object]]", found["events"])))

    def definition(self, execution_arn: str) -> Definition:
        """Return the definition that an execution runs, which may not be its state machine's any more."""
        if is_express(execution_arn):
            return self.current_definition(_machine_of_express(execution_arn))
        with _missing(f"There is no execution {execution_arn}."):
            found = self._states.describe_state_machine_for_execution(executionArn=execution_arn)
        return read_definition(found["definition"])

    def invocations(self, attempt: Attempt, others: Collection[str] = ()) -> list[Invocation]:
        """Return the log lines of the invocation that an attempt was.

        Where the history does not name it, those that started in the attempt's time: more than one where the function
        ran several times within the same moments; ``others`` are request ids of which it is known that they are not
        this attempt's. None where nothing has been logged, or the attempt was no function's.
        """
        if attempt.function is None:
            return []
        window: dict[str, int] = {"startTime": _ms(attempt.at - _LONGEST_INIT)}
        if attempt.ended is not None:
            window["endTime"] = _ms(attempt.ended + _LATEST_LINE)
        try:
            group = self._log_group(attempt.function)
            pages = self._logs.get_paginator("filter_log_events").paginate(logGroupName=group, **window)  # type: ignore[arg-type]
            lines = [log_line(cast("Mapping[str, object]", event)) for page in pages for event in page["events"]]
        except ClientError as error:
            if error.response["Error"]["Code"] not in _MISSING:
                raise
            return []
        return invocations_of(attempt, invocations(lines), others)

    def _log_group(self, function: str) -> str:
        config = self._lambda.get_function_configuration(FunctionName=function)
        return config.get("LoggingConfig", {}).get("LogGroup") or f"/aws/lambda/{config['FunctionName']}"

    def _express_execution(self, arn: str) -> Execution:
        history = self.history(arn)
        if not history.events:
            raise NotFoundError(
                f"Nothing is known of the Express execution {arn}.",
                "Express executions have no history: what they did is in their state machine's log group, where it "
                "logs with the level ALL.",
            )
        return execution_of(history, arn=arn, name=arn.split(":")[-2], state_machine_arn=_machine_of_express(arn))

    def _logged_events(self, arn: str) -> tuple[Event, ...]:
        def has_begun(messages: Sequence[str]) -> bool:
            return any(event.type == _STARTED for event in events_of_log(messages, arn))

        # not every engine looks at the pattern
        logged = self._logged(
            _machine_of_express(arn), most=_MOST_LINES_LOOKED_AT, pattern=f'"{arn}"', is_enough=has_begun
        )
        return events_of_log(logged.messages, arn)

    def _logged(
        self,
        state_machine_arn: str,
        *,
        most: int = MOST_LINES,
        pattern: str | None = None,
        is_enough: Callable[[Sequence[str]], bool] = lambda _: False,
    ) -> LoggedLines:
        machine = self._described(state_machine_arn)
        group = _log_group_of(machine)
        if group is None:
            return LoggedLines((), None)
        return newest_lines(
            self._logs, group, oldest=machine["creationDate"], most=most, pattern=pattern, is_enough=is_enough
        )


def _summary(item: ExecutionListItemTypeDef) -> ExecutionSummary:
    return ExecutionSummary(item["executionArn"], item["name"], item["status"], item["startDate"], item.get("stopDate"))


def _has_many(messages: Sequence[str]) -> bool:
    return sum(_STARTED in message for message in messages) >= _ENOUGH_EXPRESS


def _log_group_of(machine: DescribeStateMachineOutputTypeDef) -> str | None:
    for destination in machine.get("loggingConfiguration", {}).get("destinations", []):
        arn = destination.get("cloudWatchLogsLogGroup", {}).get("logGroupArn", "")
        if ":log-group:" in arn:
            return arn.split(":log-group:")[1].removesuffix(":*")
    return None


def _express_failure(history: History) -> ExpressFailure | None:
    if history.failure is None:
        return None
    origin = origin_of(history)
    return ExpressFailure(history.failure.error, history.failure.cause, origin.state if origin else None)


def _express_summary(arn: str, history: History) -> ExecutionSummary:
    ended = history.events[-1].at if history.status != "RUNNING" else None
    return ExecutionSummary(arn, arn.split(":")[-2], history.status, history.events[0].at, ended)


def _machine_of_express(arn: str) -> str:
    """Return the state machine of an Express execution: ``…:express:NAME:ID:ID`` is of ``…:stateMachine:NAME``."""
    parts = arn.split(":")
    return ":".join([*parts[:5], "stateMachine", parts[6]])


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * _MS)


@contextmanager
def _known_page() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] != "InvalidToken":
            raise
        raise UnknownPageError("The list has no such page.", "Begin with its first page.") from error


@contextmanager
def _missing(sentence: str) -> Iterator[None]:
    """Raise NotFoundError instead of the engine's "no such thing"."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] not in _MISSING:
            raise
        raise NotFoundError(
            sentence, "It may have been removed, or be another emulator's; an emulator that is stopped forgets."
        ) from error
