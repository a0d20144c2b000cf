"""Deliver an environment's log to CloudWatch Logs: LocalStack's own way loses what is known of its events.

LocalStack 4.14.0 takes a log apart where its lines end, also in the middle of a stack trace, gives each a newline, and
all of them the time at which they are stored. The log of an initialisation that nobody has waited for it has no place
for.
"""

import logging
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from localstack.services.lambda_.invocation import logs
from localstack.services.lambda_.invocation.execution_environment import ExecutionEnvironment
from localstack.services.lambda_.invocation.lambda_models import InitializationType
from localstack.services.lambda_.invocation.logs import QUEUE_SHUTDOWN, LogHandler, LogItem
from localstack.services.lambda_.invocation.version_manager import LambdaVersionManager
from localstack.utils.aws.client_types import ServicePrincipal

from localstack_process_executor.environments.output import InvocationLog
from localstack_process_executor.patches.log_room import LogRoom

LOG = logging.getLogger(__name__)


def keep_events_as_they_are() -> None:
    """Store log events with the ends and the times that the environment gives them."""

    def run(self: LogHandler, *_: object, **__: object) -> None:
        client = logs.connect_to.with_assumed_role(
            region_name=self.region, role_arn=self.role_arn, service_principal=ServicePrincipal.lambda_
        ).logs
        while not self._shutdown_event.is_set():
            item = self.log_queue.get()
            if item is QUEUE_SHUTDOWN:
                return
            try:
                _put(client, item)
            except Exception as error:  # noqa: BLE001 - as LocalStack does: the next one may be stored
                LOG.warning("Error saving logs to group %s in region %s: %s", item.log_group, self.region, error)

    LogHandler.run_log_loop = run


def bound_what_waits() -> None:
    """Let who logs wait while more is to be stored than LocalStack may keep in memory."""
    init: Callable[..., None] = LogHandler.__init__
    add: Callable[[LogHandler, LogItem], None] = LogHandler.add_logs

    @wraps(init)
    def begin(self: LogHandler, *arguments: Any, **options: Any) -> None:
        init(self, *arguments, **options)
        self.log_room = LogRoom(self.log_queue)

    @wraps(add)
    def add_logs(self: LogHandler, log_item: LogItem) -> None:
        room: LogRoom = self.log_room
        room.wait(lambda: self._thread is not None and not self._shutdown_event.is_set())
        add(self, log_item)

    LogHandler.__init__ = begin
    LogHandler.add_logs = add_logs


def _put(client: Any, item: LogItem) -> None:
    """Store a log, and make its group and its stream if they are not there."""
    entries = item.logs.entries()
    if not entries:
        return
    stream = {"logGroupName": item.log_group, "logStreamName": item.log_stream}
    try:
        client.put_log_events(**stream, logEvents=entries)
    except client.exceptions.ResourceNotFoundException:
        try:
            client.create_log_group(logGroupName=item.log_group)
        except client.exceptions.ResourceAlreadyExistsException:
            LOG.debug("%s is there, its stream %s is not", item.log_group, item.log_stream)
        client.create_log_stream(**stream)
        client.put_log_events(**stream, logEvents=entries)


def store_what_has_no_outcome_yet(managers: Mapping[str, LambdaVersionManager]) -> None:
    """Store a provisioned initialisation's log when it is over, and an invocation's while it runs.

    ``managers`` are those of the qualified function versions; each has its version's log.
    """
    start: Callable[[ExecutionEnvironment], None] = ExecutionEnvironment.start

    @wraps(start)
    def start_and_store(self: ExecutionEnvironment) -> None:
        def manager() -> LambdaVersionManager | None:
            return managers.get(self.function_version.qualified_arn)

        self.runtime_executor.deliver_log_to(lambda log: _add(self, manager(), log), lambda: _has_room(manager()))
        try:
            start(self)
        finally:
            if self.initialization_type == InitializationType.provisioned_concurrency:
                log = self.runtime_executor.take_log()
                _add(self, managers.get(self.function_version.qualified_arn), log)

    ExecutionEnvironment.start = start_and_store


def _has_room(manager: LambdaVersionManager | None) -> bool:
    return manager is None or manager.log_handler.log_room.is_left()


def _add(environment: ExecutionEnvironment, manager: LambdaVersionManager | None, log: InvocationLog | None) -> None:
    if manager and log:
        manager.log_handler.add_logs(LogItem(environment.get_log_group_name(), environment.get_log_stream_name(), log))
