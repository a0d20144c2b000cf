"""Injected faults: the errors that services, Lambda and time-outs make of a task's call."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn
from uuid import uuid4

from localstack_rehearsals.faults import Call, Fault, key_of, service_error

if TYPE_CHECKING:
    from localstack_rehearsals.patches.tasks import Attempt

_FUNCTION_TIMEOUT = 3.0
"""Seconds a function may take where its configuration cannot be read; Lambda's own default."""


def befall(attempt: Attempt, env: Any) -> None:
    """Inject the faults that hit an attempt. :raises Exception: what the task's call would have raised."""
    rehearsal = attempt.rehearsal
    if not rehearsal.faults:
        return
    for fault in rehearsal.faults_of(call_of(attempt, env)):
        attempt.note(env, "fault", fault.kind, _detail(fault))
        if fault.kind == "delay":
            rehearsal.pause(fault.seconds, env)
        else:
            _RAISE[fault.kind](fault, attempt, env)


def _detail(fault: Fault) -> dict[str, Any]:
    about = {"service": fault.service, "function": fault.function, "seconds": fault.seconds or None}
    return {name: value for name, value in about.items() if value is not None}


def call_of(attempt: Attempt, env: Any) -> Call:
    """Return the call that an attempt is about to make."""
    task, state = attempt.task, attempt.task.name
    document = json.dumps(env.states.get_input(), sort_keys=True, default=str)
    key = key_of(state, attempt.number, document, attempt.rehearsal.name)
    name = attempt.parameters.get("FunctionName")
    function = _function_name(str(name)) if name else None
    if type(task).__name__ == "StateTaskLambda":
        return Call("lambda", "Invoke", function, state, attempt.number, key)
    if type(task).__name__ == "StateTaskActivity":
        return Call("activity", "GetActivityTask", None, state, attempt.number, key)
    return Call(task._get_boto_service_name(), task.resource.api_action, function, state, attempt.number, key)


def _function_name(name: str) -> str:
    """Return the name in a function's ARN, partial ARN or name."""
    _, found, rest = name.partition(":function:")
    return (rest if found else name).split(":")[0]


def _refuse(fault: Fault, attempt: Attempt, env: Any) -> NoReturn:
    """Have the service refuse the call."""
    from botocore.exceptions import ClientError

    call = call_of(attempt, env)
    code, status, message = service_error(fault, call.service)
    code = code.rpartition(".")[2]
    answer = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status, "RequestId": str(uuid4())},
    }
    # botocore names an exception of a service's model after its code, and the state's error is named after that
    raise type(code, (ClientError,), {})(answer, call.operation)


def _crash(fault: Fault, attempt: Attempt, env: Any) -> NoReturn:
    """Have the function's process end while it runs."""
    text = fault.message or "Runtime exited with error: signal: killed"
    _end_function(attempt, env, "Runtime.ExitError", f"RequestId: {uuid4()} Error: {text}")


def _time_out(fault: Fault, attempt: Attempt, env: Any) -> None:
    """Have the call take too long: until the state's time-out, or the function's own, or the client's."""
    task = attempt.task
    if not task.timeout.is_default_value():
        attempt.rehearsal.pause(10.0**8, env)
        return
    call = call_of(attempt, env)
    if call.service == "lambda":
        seconds = fault.seconds or _timeout_of(call.function, env)
        attempt.rehearsal.pause(seconds, env)
        sentence = f"RequestId: {uuid4()} Error: Task timed out after {seconds:.2f} seconds"
        _end_function(attempt, env, "Sandbox.Timedout", sentence)
    attempt.rehearsal.pause(fault.seconds, env)
    fail_as(task, env, "States.TaskFailed", f"Unable to execute HTTP request: Read timed out ({call.service})")


def _timeout_of(function: str | None, env: Any) -> float:
    from botocore.exceptions import ClientError
    from localstack.aws.connect import connect_to

    about = env.aws_execution_details
    client = connect_to(aws_access_key_id=about.account, region_name=about.region).lambda_
    try:
        return float(client.get_function_configuration(FunctionName=function)["Timeout"])
    except (ClientError, KeyError):
        return _FUNCTION_TIMEOUT


def _end_function(attempt: Attempt, env: Any, error: str, message: str) -> NoReturn:
    from localstack.services.stepfunctions.asl.component.state.state_execution.state_task.lambda_eval_utils import (
        LambdaFunctionErrorException,
    )

    payload = json.dumps({"errorType": error, "errorMessage": message}, separators=(",", ":"))
    if call_of(attempt, env).service == "lambda":
        raise LambdaFunctionErrorException("Unhandled", payload)
    fail_as(attempt.task, env, error, message)


_RAISE = {"fail": _refuse, "throttle": _refuse, "away": _refuse, "crash": _crash, "time_out": _time_out}


def fail_as(task: Any, env: Any, error: str, cause: str | None) -> NoReturn:
    """Fail a task as its own kind fails: the event, the error, the cause."""
    from localstack.services.stepfunctions.asl.component.common.error_name import custom_error_name, failure_event
    from localstack.services.stepfunctions.asl.component.common.timeouts.timeout import EvalTimeoutError
    from localstack.services.stepfunctions.asl.eval.callback import callback

    if error == "States.Timeout":
        raise EvalTimeoutError
    if error == "States.HeartbeatTimeout":
        raise callback.HeartbeatTimeoutError
    if type(task).__name__ == "StateTaskActivity":
        raise callback.CallbackOutcomeFailureError(callback.CallbackOutcomeFailure("", error, cause))
    kind, details = _failure(task, error, cause)
    raise failure_event.FailureEventException(
        failure_event.FailureEvent(
            env=env,
            error_name=_error_name(custom_error_name, error),
            event_type=failure_event.HistoryEventType(kind),
            event_details=details,
        )
    )


def _error_name(module: Any, error: str) -> Any:
    if not error.startswith(module.ILLEGAL_CUSTOM_ERROR_PREFIX):
        return module.CustomErrorName(error)
    from localstack.services.stepfunctions.asl.component.common.error_name.error_name import ErrorName

    return ErrorName(error)


def _failure(task: Any, error: str, cause: str | None) -> tuple[str, Any]:
    text = {"error": error, "cause": cause}
    if type(task).__name__ == "StateTaskLambda":
        return "LambdaFunctionFailed", {"lambdaFunctionFailedEventDetails": text}
    about = {"resource": task._get_sfn_resource(), "resourceType": task._get_sfn_resource_type()}
    return "TaskFailed", {"taskFailedEventDetails": text | about}
