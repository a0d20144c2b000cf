"""AWS service integrations, such as ``StepFunctions-StartSyncExecution``.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-aws-services-reference.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from localstack_corrections.apigatewayv2.invocation import Answer, HttpApiError
from localstack_corrections.apigatewayv2.parameters import of_request, resolve_all
from localstack_corrections.apis import service_calls
from localstack_corrections.apis.time_limit import TooLongError, at_most

if TYPE_CHECKING:
    from localstack_corrections.apigatewayv2.invocation import Invocation


@dataclass(frozen=True)
class Subtype:
    """One operation that an HTTP API can call."""

    service: str
    operation: str
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    content_type: str = "application/x-amz-json-1.0"
    takes_long: bool = False

    @property
    def parameters(self) -> frozenset[str]:
        """Return the names of all parameters."""
        return frozenset({*self.required, *self.optional, "Region"})


SUBTYPES = {
    "EventBridge-PutEvents": Subtype(
        "events",
        "PutEvents",
        ("Detail", "DetailType", "Source"),
        ("Time", "EventBusName", "Resources", "TraceHeader"),
        "application/x-amz-json-1.1",
    ),
    "SQS-SendMessage": Subtype(
        "sqs",
        "SendMessage",
        ("QueueUrl", "MessageBody"),
        (
            "DelaySeconds", "MessageAttributes", "MessageDeduplicationId", "MessageGroupId",
            "MessageSystemAttributes",
        ),
        "text/xml",
    ),
    "SQS-ReceiveMessage": Subtype(
        "sqs",
        "ReceiveMessage",
        ("QueueUrl",),
        (
            "AttributeNames", "MaxNumberOfMessages", "MessageAttributeNames", "ReceiveRequestAttemptId",
            "VisibilityTimeout", "WaitTimeSeconds",
        ),
        "text/xml",
        takes_long=True,
    ),
    "SQS-DeleteMessage": Subtype("sqs", "DeleteMessage", ("ReceiptHandle", "QueueUrl"), (), "text/xml"),
    "SQS-PurgeQueue": Subtype("sqs", "PurgeQueue", ("QueueUrl",), (), "text/xml"),
    "Kinesis-PutRecord": Subtype(
        "kinesis",
        "PutRecord",
        ("StreamName", "Data", "PartitionKey"),
        ("SequenceNumberForOrdering", "ExplicitHashKey"),
        "application/x-amz-json-1.1",
    ),
    "StepFunctions-StartExecution": Subtype(
        "stepfunctions", "StartExecution", ("StateMachineArn",), ("Name", "Input")
    ),
    "StepFunctions-StartSyncExecution": Subtype(
        "stepfunctions", "StartSyncExecution", ("StateMachineArn",), ("Name", "Input", "TraceHeader"), takes_long=True
    ),
    "StepFunctions-StopExecution": Subtype(
        "stepfunctions", "StopExecution", ("ExecutionArn",), ("Cause", "Error")
    ),
}  # fmt: skip
"""All of AWS's but ``AppConfig-GetConfiguration``: LocalStack 4.14.0 has no AppConfig."""


def call(invocation: Invocation, integration: dict[str, Any]) -> Answer:
    """Return the service's response, or its error, as the service itself answers.

    :raises HttpApiError: a required parameter has no value, or the service took too long.
    """
    subtype = SUBTYPES.get(integration["integrationSubtype"])
    if subtype is None:
        raise HttpApiError(500, "Internal Server Error", reason=f"unknown subtype {integration['integrationSubtype']}")
    values = resolve_all(integration.get("requestParameters") or {}, of_request(invocation))
    if missing := [name for name in subtype.required if not values.get(name)]:
        raise HttpApiError(400, "Bad Request", reason=f"Missing required parameter: {', '.join(missing)}")
    api = invocation.serving.api
    region = values.pop("Region", "") or api.region
    parameters = _request(subtype, values)

    def call_now() -> dict[str, Any]:
        return service_calls.call(
            subtype.service,
            subtype.operation,
            parameters,
            account=api.account,
            region=region,
            source_arn=invocation.source_arn(),
        )

    limit = int(integration.get("timeoutInMillis") or 30_000) / 1000
    try:
        response = at_most(limit, call_now) if subtype.takes_long else call_now()
    except TooLongError as error:
        # https://repost.aws/knowledge-center/api-gateway-504-errors names no exception for HTTP APIs
        raise HttpApiError(504, "Gateway Timeout", reason="The integration timed out") from error
    except ClientError as error:
        return _refusal(invocation, subtype, error)
    invocation.said["integration.integrationStatus"] = 200
    return Answer(200, _body(subtype, response), [("content-type", subtype.content_type)])


def _request(subtype: Subtype, values: dict[str, str]) -> dict[str, Any]:
    """Return the operation's parameters, of the types that it takes.

    :raises HttpApiError: a value is none of its type.
    """
    from localstack.aws.spec import load_service

    shape = load_service(subtype.service).operation_model(subtype.operation).input_shape
    entries = subtype.operation == "PutEvents"
    members = (shape.members["Entries"].member if entries else shape).members
    # Step Functions' own names begin with a small letter
    names = {name.lower(): name for name in members}
    try:
        made = {
            names[name.lower()]: _typed(value, members[names[name.lower()]].type_name)
            for name, value in values.items()
            if name.lower() in names
        }
    except ValueError as error:
        raise HttpApiError(400, "Bad Request", reason=f"A parameter is not of its type: {error}") from error
    return {"Entries": [made]} if entries else made


def _typed(value: str, kind: str) -> Any:
    if kind in {"integer", "long"}:
        return int(value)
    if kind in {"structure", "list", "map"}:
        return json.loads(value)
    if kind == "blob":
        return value.encode()
    if kind == "boolean":
        return value.lower() == "true"
    return datetime.fromisoformat(value) if kind == "timestamp" else value


def _body(subtype: Subtype, response: dict[str, Any]) -> bytes:
    if subtype.content_type == "text/xml":
        return _query_body(subtype, response)
    said = {name: value for name, value in response.items() if value is not None}
    return json.dumps(said, default=_seconds, separators=(",", ":"), ensure_ascii=False).encode()


def _seconds(value: Any) -> float:
    if isinstance(value, datetime):
        return value.timestamp()
    raise TypeError(f"{value!r} has no JSON")


def _query_body(subtype: Subtype, response: dict[str, Any]) -> bytes:
    from localstack.aws.protocol.serializer import create_serializer
    from localstack.aws.spec import load_service
    from localstack.utils.strings import long_uid

    service = load_service(subtype.service, protocol="query")
    serializer = create_serializer(service, "query")
    operation = service.operation_model(subtype.operation)
    data: bytes = serializer.serialize_to_response(response, operation, None, long_uid()).data
    return data


def _refusal(invocation: Invocation, subtype: Subtype, error: ClientError) -> Answer:
    """Return the service's error, with its status and body."""
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") or 400)
    said = error.response["Error"]
    invocation.said["integration.integrationStatus"] = status
    invocation.said["integration.error"] = said.get("Message")
    body = {"__type": said.get("Code"), "message": said.get("Message")}
    return Answer(
        status,
        json.dumps(body).encode(),
        [("content-type", subtype.content_type.replace("text/xml", "application/json"))],
    )
