"""HTTP tasks: ``arn:aws:states:::http:invoke`` calls an API, with the credentials of an EventBridge connection."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from localstack_corrections.correction import Correction
from localstack_corrections.stepfunctions.asl import TASK_SERVICE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

_SECONDS: Final = 60
_FIRST_ERROR: Final = 400
_LARGEST: Final = 256 * 1024


class HttpError(Exception):
    """A call that failed, with Step Functions' name for it."""

    def __init__(self, error: str, cause: str) -> None:
        self.error = error
        self.cause = cause
        super().__init__(f"{error}: {cause}")


def call(parameters: dict[str, Any], region: str) -> dict[str, Any]:
    """Make the request, and return the task's result. Raise HttpError."""
    import requests

    # read no more than a state may return, and say who asks, as the guide's page lists
    headers = {"User-Agent": f"Amazon|StepFunctions|HttpInvoke|{region}", "Range": f"bytes=0-{_LARGEST}"}
    body = parameters.get("RequestBody")
    url = _authorized(parameters, headers, body)
    data = _encoded(parameters, body, headers)
    headers |= {name: str(value) for name, value in (parameters.get("Headers") or {}).items()}
    try:
        response = requests.request(
            parameters["Method"],
            url,
            params=parameters.get("QueryParameters"),
            headers=headers,
            data=data,
            timeout=_SECONDS,
            allow_redirects=False,
        )
    except requests.RequestException as error:
        raise HttpError("States.Http.Socket", str(error)) from None
    result = {
        "Headers": {name.lower(): [value] for name, value in response.headers.items()},
        "ResponseBody": _decoded(response.text),
        "StatusCode": response.status_code,
        "StatusText": response.reason,
    }
    if response.status_code >= _FIRST_ERROR:
        raise HttpError(f"States.Http.StatusCode.{response.status_code}", json.dumps(result, separators=(",", ":")))
    return result


def _authorized(parameters: dict[str, Any], headers: dict[str, str], body: Any) -> str:
    connection = (parameters.get("Authentication") or parameters.get("InvocationConfig") or {}).get("ConnectionArn")
    endpoint: str = parameters["ApiEndpoint"]
    if connection is None:
        return endpoint
    from localstack.services.events.api_destination import add_api_destination_authorization

    destination = {"ConnectionArn": connection, "InvocationEndpoint": endpoint}
    into = body if isinstance(body, dict) else {}
    return add_api_destination_authorization(destination, headers, into) or endpoint


def _encoded(parameters: dict[str, Any], body: Any, headers: dict[str, str]) -> bytes | None:
    if body is None:
        return None
    transform = parameters.get("Transform") or {}
    if transform.get("RequestBodyEncoding") == "URL_ENCODED":
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        style = (transform.get("RequestEncodingOptions") or {}).get("ArrayFormat", "INDICES")
        return urlencode(list(_pairs("", body, style))).encode()
    headers["Content-Type"] = "text/plain" if isinstance(body, str) else "application/json"
    return body.encode() if isinstance(body, str) else json.dumps(body, separators=(",", ":")).encode()


def _pairs(name: str, value: Any, style: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _pairs(f"{name}[{key}]" if name else key, item, style)
    elif isinstance(value, list):
        if style == "COMMAS":
            yield name, ",".join(map(_text, value))
        for index, item in enumerate(value if style != "COMMAS" else ()):
            inside = {"INDICES": f"{name}[{index}]", "BRACKETS": f"{name}[]", "REPEAT": name}.get(style, name)
            yield from _pairs(inside, item, style)
    else:
        yield name, _text(value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _decoded(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _make_task(module: ModuleType) -> None:
    original = module.state_task_service_for

    def state_task_service_for(service_name: str) -> Any:
        return _task()() if service_name == "http" else original(service_name)

    module.state_task_service_for = state_task_service_for  # type: ignore[attr-defined]


def _task() -> Any:
    from localstack.services.stepfunctions.asl.component.common.error_name.custom_error_name import CustomErrorName
    from localstack.services.stepfunctions.asl.component.common.error_name.failure_event import FailureEvent
    from localstack.services.stepfunctions.asl.component.state.state_execution.state_task.service import (
        state_task_service,
    )

    class StateTaskServiceHttp(state_task_service.StateTaskService):  # type: ignore[misc]
        """A task that calls an API."""

        def _validate_service_integration_is_supported(self) -> None:
            if self.resource.condition is not None or self.resource.api_action != "invoke":
                message = f"The resource provided {self.resource.resource_arn} not recognized."
                raise ValueError(message)

        def _normalise_parameters(self, *_: Any, **__: Any) -> None:
            """Leave parameters as they are: they are no request of a service of AWS."""

        def _normalise_response(self, *_: Any, **__: Any) -> None:
            """Leave the result as it is."""

        def _eval_service_task(
            self,
            env: Any,
            resource_runtime_part: Any,
            normalised_parameters: Any,
            state_credentials: Any,  # noqa: ARG002 - a connection has its own
        ) -> None:
            env.stack.append(call(normalised_parameters, resource_runtime_part.region))

        def _from_error(self, env: Any, ex: Exception) -> Any:
            if not isinstance(ex, HttpError):
                return super()._from_error(env, ex)
            details = {
                "error": ex.error,
                "cause": ex.cause,
                "resource": self._get_sfn_resource(),
                "resourceType": self._get_sfn_resource_type(),
            }
            return FailureEvent(
                env=env,
                error_name=CustomErrorName(error_name=ex.error),
                event_type="TaskFailed",
                event_details={"taskFailedEventDetails": details},
            )

    return StateTaskServiceHttp


CORRECTION = Correction(
    name="http-invoke",
    localstack="Refuses `arn:aws:states:::http:invoke`.",
    aws="Calls the API with the connection's credentials, and fails with `States.Http.StatusCode.<code>` or"
    " `States.Http.Socket`.",
    source="https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html",
    patches={f"{TASK_SERVICE}.state_task_service_factory": _make_task},
)
