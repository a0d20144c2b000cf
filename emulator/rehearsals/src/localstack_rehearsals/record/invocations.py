"""Record the invocations of functions, and the calls that functions make to AWS's APIs."""

from __future__ import annotations

import time
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

from localstack_rehearsals.record.ring import RING
from localstack_rehearsals.record.texts import document_of, parent_of, root_of, root_of_event, text_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

_FIRST_ERROR: Final = 400
_EXECUTION: ContextVar[str | None] = ContextVar("the execution whose task invokes a function", default=None)


def _name_the_execution(module: ModuleType) -> None:
    """Remember, while a task invokes its function, which execution it is of."""
    integrate = module.execute_lambda_function_integration

    def integrate_and_name(env: Any, *args: Any, **options: Any) -> None:
        execution = env.states.context_object.context_object_data["Execution"]["Id"]
        before = _EXECUTION.set(execution)
        try:
            integrate(env, *args, **options)
        finally:
            _EXECUTION.reset(before)

    module.execute_lambda_function_integration = integrate_and_name  # type: ignore[attr-defined]


def _record_invocations(module: ModuleType) -> None:
    from localstack.utils.xray.trace_header import TraceHeader

    environment = module.ExecutionEnvironment
    invoke = environment.invoke

    def invoke_and_record(self: Any, invocation: Any) -> Any:
        header = invocation.trace_context.get("aws_trace_header")
        if header is None:
            invocation.trace_context["aws_trace_header"] = header = TraceHeader().ensure_root_exists()
        # the parent in the function's trace header is the one that its calls name
        header.ensure_parent_exists()
        payload = text_of(invocation.payload)
        began, since = time.time(), time.monotonic()
        result, problem = None, None
        try:
            result = invoke(self, invocation)
        except Exception as error:
            problem = f"{type(error).__name__}: {error}"
            raise
        finally:
            output = text_of(result.payload) if result else None
            failed = result is not None and result.is_error
            version = self.function_version.id
            RING.add(
                "invocation",
                trace=root_of_event(payload) or header.root,
                parent=header.parent,
                id=invocation.request_id,
                at=began,
                seconds=time.monotonic() - since,
                name=version.function_name,
                execution=_EXECUTION.get(),
                resource=version.unqualified_arn(),
                status="failed" if failed or problem else "succeeded",
                input=payload,
                output=output,
                error=problem,
            )
        return result

    environment.invoke = invoke_and_record


def _record_calls(module: ModuleType) -> None:
    module.run_custom_response_handlers.append(_record_call)


def _record_call(_chain: Any, context: Any, response: Any) -> None:
    """Record a call that carries a trace, as those of functions do."""
    operation = context.operation
    header = context.request.headers.get("X-Amzn-Trace-Id") if operation else None
    if header is None:
        return
    failed = response.status_code >= _FIRST_ERROR
    # of large answers, which may be streams, the status is enough
    answered = context.service_exception.message if context.service_exception else None
    RING.add(
        "call",
        trace=root_of(header),
        parent=parent_of(header),
        id=context.request_id,
        at=time.time(),
        seconds=None,
        name=f"{context.service.service_name}:{operation.name}",
        status="failed" if failed else "succeeded",
        input=document_of(dict(context.service_request or {})),
        output=None if failed else document_of(_answer_of(context)),
        error=answered,
    )


def _answer_of(context: Any) -> dict[str, Any]:
    return {name: value for name, value in (context.service_response or {}).items() if name != "ResponseMetadata"}


PATCHES: Final[tuple[tuple[str, Callable[[ModuleType], None]], ...]] = (
    ("localstack.services.lambda_.invocation.execution_environment", _record_invocations),
    (
        "localstack.services.stepfunctions.asl.component.state.state_execution.state_task.lambda_eval_utils",
        _name_the_execution,
    ),
    ("localstack.aws.handlers", _record_calls),
)
