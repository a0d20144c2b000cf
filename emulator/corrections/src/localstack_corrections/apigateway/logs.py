"""REST APIs: write access logs and execution logs, as the stage says."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from localstack_corrections.apigateway.handler_chain import GATEWAY
from localstack_corrections.apigateway.measured import measured_of
from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from types import ModuleType

_INTEGRATION = "localstack.services.apigateway.next_gen.execute_api.handlers.integration"


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

        self.request_handlers.insert(0, _note_the_time)
        self.response_handlers.append(handler)

    gateway.RestApiGateway.__init__ = with_logs


def _note_the_time(_chain: Any, context: Any, _response: Any) -> None:
    context.since = time.perf_counter()


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
    request = context.invocation_request or {}
    measured = measured_of(context)
    return {
        **known,
        **measured,
        **_integration_variables(context, error.get("message")),
        "error.messageString": f'"{error["message"]}"' if error.get("message") else None,
        "responseLatency": int((time.perf_counter() - context.since) * 1000),
        "responseLength": len(response.data or b""),
        "routeKey": f"{request.get('http_method')} {known.get('resourcePath')}",
        "status": response.status_code,
        "xrayTraceId": context.trace_id,
    }


def _integration_variables(context: Any, error: str | None) -> dict[str, Any]:
    """Return what is known of the integration: nothing where the request did not come so far."""
    answered = context.endpoint_response or {}
    latency = measured_of(context).get("integrationLatency")
    if latency is None:
        return {}
    status = answered.get("status_code")
    # of a function's answer, one is Lambda's and the other the function's
    service_status = 200 if answered and context.integration["type"] == "AWS_PROXY" else status
    failure = None if answered else error
    return {
        "integrationStatus": service_status,
        "integrationErrorMessage": failure,
        "integration.error": failure,
        "integration.integrationStatus": service_status,
        "integration.latency": latency,
        "integration.status": status,
    }


def _time_integrations(module: ModuleType) -> None:
    handler = module.IntegrationHandler
    call = handler.__call__

    def timed(self: Any, chain: Any, context: Any, response: Any) -> None:
        began = time.perf_counter()
        try:
            call(self, chain, context, response)
        finally:
            measured_of(context)["integrationLatency"] = int((time.perf_counter() - began) * 1000)

    handler.__call__ = timed


def _write_execution_log(context: Any, response: Any) -> None:
    """Write the steps of an invocation to ``API-Gateway-Execution-Logs_{api}/{stage}``."""
    from localstack_corrections.apigateway.execution_lines import lines
    from localstack_corrections.apigateway.throttling import settings_of
    from localstack_corrections.apis import access_logs

    if not context.resource:
        return
    settings = settings_of(context)[1]
    level = settings.get("loggingLevel") or "OFF"
    failed = response.status_code >= 400
    if level == "OFF" or (level == "ERROR" and not failed):
        return
    request_id = context.context_variables["requestId"]
    group = (context.account_id, context.region, f"{access_logs.EXECUTION_LOGS}{context.api_id}/{context.stage}")
    for line in lines(context, response, with_data=bool(settings.get("dataTraceEnabled"))):
        access_logs.WRITER.write(group, f"({request_id}) {line}", request_id.replace("-", ""))


CORRECTION = Correction(
    name="api-logs",
    localstack="Keeps the settings of access and execution logs, and writes none.",
    aws="Writes a line for each request to the stage's log group, and the steps of the execution to the API's own.",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html",
    patches={GATEWAY: _log, _INTEGRATION: _time_integrations},
)
