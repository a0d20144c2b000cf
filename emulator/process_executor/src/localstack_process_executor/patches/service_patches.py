"""What LocalStack 4.14.0's Lambda service does around an executor, and AWS does not: put right at run time.

LocalStack 4.14.0 is frozen; each change below names the defect it removes and is made for that version only. Loaded
before the service has any function.
"""

import threading
import weakref
from collections.abc import Callable, MutableMapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from localstack.aws.api.lambda_ import InvocationType, State, TracingMode
from localstack.services.lambda_.invocation import assignment
from localstack.services.lambda_.invocation.execution_environment import ExecutionEnvironment
from localstack.services.lambda_.invocation.lambda_service import LambdaService
from localstack.services.lambda_.invocation.logs import QUEUE_SHUTDOWN, LogHandler, LogItem
from localstack.services.lambda_.invocation.version_manager import LambdaVersionManager
from localstack.utils.xray.trace_header import TraceHeader

from localstack_process_executor.environments import tracing
from localstack_process_executor.environments.errors import EnvironmentStoppedError
from localstack_process_executor.patches import (
    aliases,
    answers,
    function_url_events,
    function_urls,
    log_delivery,
    proxy_results,
    refusals,
    response_streams,
    task_errors,
)

CLIENT_CONTEXT = "client_context"
"""The attribute of an executor that holds its invocation's, a JSON document."""

_lock = threading.Lock()
_applied = False
_managers: weakref.WeakValueDictionary[str, LambdaVersionManager] = weakref.WeakValueDictionary()
"""The newest manager of each qualified function version."""


def apply(operations: MutableMapping[str, Any]) -> None:
    """Make the changes, to classes once and to each table of the service's operations that there is."""
    global _applied  # noqa: PLW0603 - the patched classes are global, too
    with _lock:
        aliases.remember_updates(operations)
        response_streams.stream_responses(operations)
        if not _applied:
            _applied = True
            for patch in PATCHES:
                patch()


def _hand_on_the_client_context() -> None:
    """Hand ``ClientContext`` on to the executor, for synchronous invocations only, as Lambda does."""
    invoke = ExecutionEnvironment.invoke

    @wraps(invoke)
    def invoke_with_context(self: ExecutionEnvironment, invocation: Any) -> Any:
        # one invocation at a time: nobody else's context is in the way
        sent = None if invocation.invocation_type == InvocationType.Event else invocation.client_context
        setattr(self.runtime_executor, CLIENT_CONTEXT, refusals.decoded_context(sent))
        return invoke(self, invocation)

    ExecutionEnvironment.invoke = invoke_with_context  # type: ignore[method-assign]


def _trace_as_aws_does() -> None:
    """Keep a caller's decision to sample a trace, and name the functions that it has run through.

    Lambda decides by itself only for a function that is actively traced:
    https://docs.aws.amazon.com/lambda/latest/api/API_TracingConfig.html. It names the functions that a trace runs
    through to find those that invoke themselves: https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
    """
    invoke = ExecutionEnvironment.invoke
    ensure = TraceHeader.ensure_sampled_exists

    @wraps(ensure)
    def keep_or_ensure(self: TraceHeader, sampled: object = None) -> TraceHeader:
        return self if self.sampled in {0, 1} else ensure(self, sampled)

    @wraps(invoke)
    def trace_and_invoke(self: ExecutionEnvironment, invocation: Any) -> Any:
        version = self.function_version
        trace = invocation.trace_context.get("aws_trace_header") or TraceHeader().ensure_root_exists()
        trace.ensure_parent_exists().ensure_sampled_exists(version.config.tracing_config_mode == TracingMode.Active)
        lineage = tracing.lineage(trace.lineage, version.id.unqualified_arn())
        seen = TraceHeader(trace.root, trace.parent, trace.sampled, trace.data, lineage)
        # whoever waits is told what the function has seen; a queued event may be tried again, from where it was
        queued = invocation.invocation_type == InvocationType.Event
        invocation.trace_context["aws_trace_header"] = trace if queued else seen
        return invoke(self, replace(invocation, trace_context={"aws_trace_header": seen}))

    TraceHeader.ensure_sampled_exists = keep_or_ensure
    ExecutionEnvironment.invoke = trace_and_invoke  # type: ignore[method-assign]


def _keep_reserved_variables() -> None:
    """Let reserved variables win over a function's own; the executor adds those that are allowed."""
    variables: Callable[[ExecutionEnvironment], dict[str, str]] = ExecutionEnvironment.get_environment_variables

    @wraps(variables)
    def without_the_functions_own(self: ExecutionEnvironment) -> dict[str, str]:
        version = self.function_version
        self.function_version = replace(version, config=replace(version.config, environment=None))
        try:
            return variables(self)
        finally:
            self.function_version = version

    ExecutionEnvironment.get_environment_variables = without_the_functions_own  # type: ignore[method-assign]


def _log_where_the_function_says() -> None:
    """Log to the group that ``LoggingConfig`` names, in one stream for each environment.

    A stream was named anew, and by the local date, for each invocation: at midnight an environment had two.
    https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html
    """
    default: Callable[[ExecutionEnvironment], str] = ExecutionEnvironment.get_log_group_name
    streams: weakref.WeakKeyDictionary[ExecutionEnvironment, str] = weakref.WeakKeyDictionary()

    @wraps(default)
    def group(self: ExecutionEnvironment) -> str:
        return self.function_version.config.logging_config.get("LogGroup") or default(self)

    def stream(self: ExecutionEnvironment) -> str:
        if self not in streams:
            version = self.function_version.id
            owner = "" if group(self) == default(self) else version.function_name
            streams[self] = f"{datetime.now(UTC):%Y/%m/%d}/{owner}[{version.qualifier}]{self.id}"
        return streams[self]

    ExecutionEnvironment.get_log_group_name = group  # type: ignore[method-assign]
    ExecutionEnvironment.get_log_stream_name = stream  # type: ignore[method-assign]


def _invoke_the_version_that_replaced_another() -> None:
    """Invoke the version that replaced one which an update has stopped since the invocation began."""
    start: Callable[[LambdaVersionManager], Any] = LambdaVersionManager.start
    invoke: Callable[..., Any] = LambdaVersionManager.invoke

    @wraps(start)
    def remember_and_start(self: LambdaVersionManager) -> Any:
        state = start(self)
        if state.state == State.Active:
            _managers[self.function_arn] = self
        return state

    @wraps(invoke)
    def invoke_newest(self: LambdaVersionManager, *, invocation: Any) -> Any:
        chosen = _managers.get(self.function_arn, self) if self.shutdown_event.is_set() else self
        try:
            return invoke(chosen, invocation=invocation)
        except (assignment.AssignmentException, EnvironmentStoppedError):
            # no environment could be had: nothing has run
            newest = _managers.get(self.function_arn, chosen)
            if newest is chosen:
                raise
            return invoke(newest, invocation=invocation)

    LambdaVersionManager.start = remember_and_start  # type: ignore[method-assign]
    LambdaVersionManager.invoke = invoke_newest  # type: ignore[method-assign]


def _keep_the_last_logs() -> None:
    """Store the last logs of a version that is updated or deleted before they are stored."""
    add_logs = LogHandler.add_logs
    closing = threading.Lock()
    closed: weakref.WeakSet[LogHandler] = weakref.WeakSet()

    @wraps(add_logs)
    def add(self: LogHandler, log_item: LogItem) -> None:
        with closing:
            if self not in closed:
                add_logs(self, log_item)
                return
        late = LogHandler(self.role_arn, self.region)
        late.start_subscriber()
        add_logs(late, log_item)
        late.log_queue.put(QUEUE_SHUTDOWN)

    def stop(self: LogHandler) -> None:
        with closing:
            closed.add(self)
            self.log_queue.put(QUEUE_SHUTDOWN)
        thread, self._thread = self._thread, None
        if thread:
            thread.join(timeout=2)
        self._shutdown_event.set()

    LogHandler.add_logs = add  # type: ignore[method-assign]
    LogHandler.stop = stop  # type: ignore[method-assign]


def _wait_for_provisioned_initialisations() -> None:
    """Wait for an initialisation as long as Lambda does, not twenty seconds."""
    usual: Callable[[ExecutionEnvironment], float] = ExecutionEnvironment._get_startup_timeout_seconds  # noqa: SLF001

    @wraps(usual)
    def seconds(self: ExecutionEnvironment) -> float:
        from localstack_process_executor.environments.environment import init_seconds

        config = self.function_version.config
        return usual(self) + init_seconds(self.initialization_type, float(config.timeout))

    ExecutionEnvironment._get_startup_timeout_seconds = seconds  # type: ignore[assignment,method-assign] # noqa: SLF001


def _refuse_what_is_no_event() -> None:
    """Refuse an event that is not JSON, or too large, before a function sees it."""
    invoke: Callable[..., Any] = LambdaService.invoke

    @wraps(invoke)
    def check_and_invoke(self: LambdaService, *arguments: Any, payload: bytes | None = None, **options: Any) -> Any:
        task_errors.name_lambdas_own()
        proxy_results.refuse_malformed()
        refusals.check_event(payload or b"", options.get("invocation_type"))
        refusals.check_context(options.get("client_context"))
        return invoke(self, *arguments, payload=payload, **options)

    LambdaService.invoke = check_and_invoke  # type: ignore[method-assign]


def _store_what_has_no_outcome_yet() -> None:
    """Store the log of a provisioned initialisation when it is over, and an invocation's while it runs."""
    log_delivery.store_what_has_no_outcome_yet(_managers)


PATCHES: tuple[Callable[[], None], ...] = (
    _hand_on_the_client_context,
    _trace_as_aws_does,
    _keep_reserved_variables,
    _log_where_the_function_says,
    _invoke_the_version_that_replaced_another,
    _keep_the_last_logs,
    log_delivery.keep_events_as_they_are,
    _store_what_has_no_outcome_yet,
    _wait_for_provisioned_initialisations,
    _refuse_what_is_no_event,
    refusals.refuse_variables,
    aliases.update_weights,
    answers.send_aws_headers,
    function_url_events.describe_requests_as_aws,
    function_urls.answer_as_aws,
)
"""In the order in which they are made; ``docs/patches.md`` lists them."""
