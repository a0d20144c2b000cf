"""REST APIs: write access logs and execution logs, as the stage says."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from localstack_corrections.apigateway.handler_chain import GATEWAY
from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from types import ModuleType


def _log(gateway: ModuleType) -> None:
    init = gateway.RestApiGateway.__init__

    def with_logs(self: Any) -> None:
        init(self)

        def handler(_chain: Any, context: Any, response: Any) -> None:
            stage = context.stage_configuration or {}
            if stage.get("accessLogSettings"):
                _write_access_log(context, response, stage["accessLogSettings"])
            if stage.get("methodSettings"):
                _write_execution_log(context, response)

        self.response_handlers.append(handler)

    gateway.RestApiGateway.__init__ = with_logs


def _write_access_log(context: Any, response: Any, settings: dict[str, str]) -> None:
    from localstack_corrections.apis import access_logs

    group = access_logs.log_group_of(settings.get("destinationArn") or "")
    line = settings.get("format")
    if group and line and context.context_variables:
        access_logs.WRITER.write(group, access_logs.render(line, variables(context, response)))


def variables(context: Any, response: Any) -> dict[str, Any]:
    """Return the variables of ``$context`` that access logs have.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
    """
    known = dict(context.context_variables)
    error = known.get("error") or {}
    answered = context.endpoint_response or {}
    request = context.invocation_request or {}
    integration = {
        "status": answered.get("status_code"),
        "integrationStatus": answered.get("status_code"),
        "latency": None,
        "error": error.get("message") if not answered else None,
        "requestId": None,
    }
    return {
        **known,
        "error.messageString": f'"{error["message"]}"' if error.get("message") else None,
        "integration": integration,
        "integrationStatus": answered.get("status_code"),
        "integrationErrorMessage": integration["error"],
        "responseLatency": int(time.time() * 1000) - int(known.get("requestTimeEpoch") or 0),
        "responseLength": len(response.data or b""),
        "routeKey": f"{request.get('http_method')} {known.get('resourcePath')}",
        "status": response.status_code,
        "xrayTraceId": context.trace_id,
    }


def _write_execution_log(context: Any, response: Any) -> None:
    """Write the steps of an invocation to ``API-Gateway-Execution-Logs_{api}/{stage}``."""
    from localstack_corrections.apigateway.throttling import settings_of
    from localstack_corrections.apis import access_logs

    if not context.resource:
        return
    level = settings_of(context)[1].get("loggingLevel") or "OFF"
    failed = response.status_code >= 400
    if level == "OFF" or (level == "ERROR" and not failed):
        return
    known = context.context_variables
    request = context.invocation_request
    group = (context.account_id, context.region, f"{access_logs.EXECUTION_LOGS}{context.api_id}/{context.stage}")
    error = (known.get("error") or {}).get("message")
    lines = [
        f"Extended Request Id: {known['extendedRequestId']}",
        f"Starting execution for request: {known['requestId']}",
        f"HTTP Method: {request['http_method']}, Resource Path: {context.resource['path']}",
        f"Method request path: {request.get('path_parameters') or {}}",
        f"Method request query string: {request['query_string_parameters']}",
        *([f"Execution failed due to configuration error: {error}"] if error else ["Successfully completed execution"]),
        f"Method completed with status: {response.status_code}",
    ]
    for line in lines:
        access_logs.WRITER.write(group, f"({known['requestId']}) {line}", known["requestId"].replace("-", ""))


CORRECTION = Correction(
    name="api-logs",
    localstack="Keeps the settings of access and execution logs, and writes none.",
    aws="Writes a line for each request to the stage's log group, and the steps of the execution to the API's own.",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html",
    patches={GATEWAY: _log},
)
