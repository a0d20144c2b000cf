"""Integrations of services and HTTP endpoints, and parameter mapping."""

from __future__ import annotations

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlencode

import pytest
from botocore.exceptions import ClientError

from localdev.system.processes import free_port
from tests.corrections import web

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localdev.engines.clients import Clients
    from tests.corrections.apigatewayv2.http_api import HttpApi


def _machine(clients: Clients, kind: Literal["EXPRESS", "STANDARD"]) -> str:
    definition = {
        "StartAt": "Pass",
        "States": {"Pass": {"Type": "Choice", "Choices": [
            {"Variable": "$.fail", "IsPresent": True, "Next": "No"}], "Default": "Yes"},
            "Yes": {"Type": "Pass", "Result": "yes", "ResultPath": "$.said", "End": True},
            "No": {"Type": "Fail", "Error": "NoPizza", "Cause": "none left"}},
    }  # fmt: skip
    made = clients.client("stepfunctions").create_state_machine(
        name=web.name("machine"), definition=json.dumps(definition), roleArn=web.ROLE, type=kind
    )
    return made["stateMachineArn"]


def test_a_synchronous_execution_is_the_response(aws: Clients, api: HttpApi) -> None:
    mapped = {"StateMachineArn": _machine(aws, "EXPRESS"), "Input": "$request.body"}
    api.route("POST /", api.service("StepFunctions-StartSyncExecution", mapped))
    reply = api.request("/", "POST", document={"a": 1})
    assert (reply.status, reply.json["status"]) == (200, "SUCCEEDED")
    assert json.loads(reply.json["output"]) == {"a": 1, "said": "yes"}
    assert isinstance(reply.json["startDate"], float)


def test_a_failed_synchronous_execution_is_a_200(aws: Clients, api: HttpApi) -> None:
    mapped = {"StateMachineArn": _machine(aws, "EXPRESS"), "Input": "$request.body"}
    api.route("POST /", api.service("StepFunctions-StartSyncExecution", mapped))
    said = api.request("/", "POST", document={"fail": True}).json
    assert (said["status"], said["error"], said["cause"]) == ("FAILED", "NoPizza", "none left")


def test_a_standard_machine_cannot_be_run_synchronously(aws: Clients, api: HttpApi) -> None:
    mapped = {"StateMachineArn": _machine(aws, "STANDARD")}
    api.route("POST /", api.service("StepFunctions-StartSyncExecution", mapped))
    reply = api.request("/", "POST")
    assert (reply.status, reply.json["__type"]) == (400, "StateMachineTypeNotSupported")


def test_an_execution_is_started_with_what_the_body_has(aws: Clients, api: HttpApi) -> None:
    mapped = {
        "StateMachineArn": _machine(aws, "STANDARD"),
        "Name": "order-$request.body.order.id",
        "Input": "$request.body.order",
    }
    api.route("POST /", api.service("StepFunctions-StartExecution", mapped))
    number = web.name("n")
    arn = api.request("/", "POST", document={"order": {"id": number}}).json["executionArn"]
    said = aws.client("stepfunctions").describe_execution(executionArn=arn)
    assert (said["name"], json.loads(said["input"])) == (f"order-{number}", {"id": number})


def test_a_message_is_sent(aws: Clients, api: HttpApi) -> None:
    sqs = aws.client("sqs")
    queue = sqs.create_queue(QueueName=web.name("queue"))["QueueUrl"]
    mapped = {"QueueUrl": queue, "MessageBody": "$request.body.text", "DelaySeconds": "0"}
    api.route("POST /", api.service("SQS-SendMessage", mapped))
    reply = api.request("/", "POST", document={"text": "hello"})
    ids = re.findall("<MessageId>(.+?)</MessageId>", reply.body.decode())
    received = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=10)["Messages"]
    assert [(message["MessageId"], message["Body"]) for message in received] == [(ids[0], "hello")]


def test_a_message_is_received_and_deleted(aws: Clients, api: HttpApi) -> None:
    sqs = aws.client("sqs")
    queue = sqs.create_queue(QueueName=web.name("queue"))["QueueUrl"]
    api.route("GET /", api.service("SQS-ReceiveMessage", {"QueueUrl": queue, "WaitTimeSeconds": "5"}))
    deletion = {"QueueUrl": queue, "ReceiptHandle": "$request.querystring.handle"}
    api.route("DELETE /", api.service("SQS-DeleteMessage", deletion))
    sqs.send_message(QueueUrl=queue, MessageBody="diavola")

    received = api.request("/").body.decode()
    handle = re.findall("<ReceiptHandle>(.+?)</ReceiptHandle>", received)[0]
    deleted = api.request(f"/?{urlencode({'handle': handle})}", "DELETE")

    assert "<Body>diavola</Body>" in received
    assert deleted.status == 200
    left = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    assert (left["ApproximateNumberOfMessages"], left["ApproximateNumberOfMessagesNotVisible"]) == ("0", "0")


def test_an_execution_is_stopped(aws: Clients, api: HttpApi) -> None:
    stepfunctions = aws.client("stepfunctions")
    waits = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 300, "End": True}}}
    machine = stepfunctions.create_state_machine(
        name=web.name("machine"), definition=json.dumps(waits), roleArn=web.ROLE
    )["stateMachineArn"]
    execution = stepfunctions.start_execution(stateMachineArn=machine)["executionArn"]
    mapped = {"ExecutionArn": "$request.body.arn", "Error": "Cancelled", "Cause": "$request.body.why"}
    api.route("POST /", api.service("StepFunctions-StopExecution", mapped))

    reply = api.request("/", "POST", document={"arn": execution, "why": "no longer hungry"})

    assert (reply.status, list(reply.json)) == (200, ["stopDate"])
    said = stepfunctions.describe_execution(executionArn=execution)
    assert (said["status"], said["error"], said["cause"]) == ("ABORTED", "Cancelled", "no longer hungry")


def test_an_execution_that_is_not_there_cannot_be_stopped(aws: Clients, api: HttpApi) -> None:
    missing = _machine(aws, "STANDARD").replace(":stateMachine:", ":execution:") + ":nobody"
    api.route("POST /", api.service("StepFunctions-StopExecution", {"ExecutionArn": missing}))

    reply = api.request("/", "POST")

    assert (reply.status, reply.json["__type"]) == (400, "ExecutionDoesNotExist")


def test_a_record_is_put(aws: Clients, api: HttpApi) -> None:
    kinesis = aws.client("kinesis")
    stream = web.name("stream")
    kinesis.create_stream(StreamName=stream, ShardCount=1)
    kinesis.get_waiter("stream_exists").wait(StreamName=stream, WaiterConfig={"Delay": 1})
    mapped = {"StreamName": stream, "Data": "$request.body.order", "PartitionKey": "$request.body.id"}
    api.route("POST /", api.service("Kinesis-PutRecord", mapped))

    reply = api.request("/", "POST", document={"order": "diavola", "id": "7"})

    assert reply.status == 200, reply
    shard = reply.json["ShardId"]
    iterator = kinesis.get_shard_iterator(StreamName=stream, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    records = kinesis.get_records(ShardIterator=iterator["ShardIterator"])["Records"]
    assert [(record["Data"], record["PartitionKey"]) for record in records] == [(b"diavola", "7")]
    assert reply.json["SequenceNumber"] == records[0]["SequenceNumber"]


def test_an_event_is_put(aws: Clients, api: HttpApi) -> None:
    sqs, events = aws.client("sqs"), aws.client("events")
    queue = sqs.create_queue(QueueName=web.name("queue"))["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    rule, source = web.name("rule"), web.name("source")
    events.put_rule(Name=rule, EventPattern=json.dumps({"source": [source]}))
    events.put_targets(Rule=rule, Targets=[{"Id": "queue", "Arn": arn}])
    mapped = {"Source": source, "DetailType": "$request.header.x-kind", "Detail": "$request.body"}
    api.route("POST /", api.service("EventBridge-PutEvents", mapped))
    reply = api.request("/", "POST", headers={"X-Kind": "Order"}, document={"a": 1})
    assert reply.json["FailedEntryCount"] == 0
    [message] = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)["Messages"]
    event = json.loads(message["Body"])
    assert (event["detail-type"], event["detail"]) == ("Order", {"a": 1})


def test_a_required_parameter_without_a_value_is_a_bad_request(aws: Clients, api: HttpApi) -> None:
    queue = aws.client("sqs").create_queue(QueueName=web.name("queue"))["QueueUrl"]
    api.route("POST /", api.service("SQS-SendMessage", {"QueueUrl": queue, "MessageBody": "$request.body.text"}))
    assert api.request("/", "POST", document={"other": 1}).status == 400


def test_a_subtype_needs_its_parameters(api: HttpApi) -> None:
    with pytest.raises(api.client.exceptions.BadRequestException, match="StateMachineArn"):
        api.service("StepFunctions-StartExecution", {"Input": "$request.body"})


class _Mirror(BaseHTTPRequestHandler):
    """Answers with what it was asked."""

    def do_POST(self) -> None:
        """Answer."""
        length = int(self.headers.get("Content-Length") or 0)
        said: dict[str, Any] = {
            "path": self.path,
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "body": self.rfile.read(length).decode(),
        }
        body = json.dumps(said).encode()
        self.send_response(418)
        self.send_header("X-From", "mirror")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def mirror() -> Iterator[str]:
    """Provide the address of an HTTP server."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Mirror) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_an_endpoint_gets_the_request_and_its_answer_is_the_response(api: HttpApi, mirror: str) -> None:
    api.route("POST /in/{proxy+}", api.web(f"{mirror}/out/{{proxy}}?own=1"))
    reply = api.request("/in/a/b?x=y", "POST", headers={"X-Own": "z"}, body="text")
    assert (reply.status, reply.headers["x-from"]) == (418, "mirror")
    assert (reply.json["path"], reply.json["headers"]["x-own"], reply.json["body"]) == (
        "/out/a/b?own=1&x=y",
        "z",
        "text",
    )


def test_an_endpoint_is_shown_of_the_client_as_by_a_proxy(api: HttpApi, mirror: str) -> None:
    api.route("POST /", api.web(mirror))
    reply = api.request("/", "POST", headers={"X-Forwarded-For": "203.0.113.9"})
    headers = reply.json["headers"]
    host = f"{api.id}.execute-api.us-east-1.amazonaws.com"
    assert headers["forwarded"] == f"for=127.0.0.1;host={host};proto=http"
    assert headers["via"] == "HTTP/1.1 AmazonAPIGateway"
    # what the client sent itself goes through, and nothing is added to it
    assert headers["x-forwarded-for"] == "203.0.113.9"
    assert "x-forwarded-proto" not in headers
    assert len(reply.headers.getlist("date")) == len(reply.headers.getlist("server")) == 1


def test_parameters_are_mapped(api: HttpApi, mirror: str) -> None:
    mapped = {
        "overwrite:path": "/v1/$request.path.id",
        "append:header.x-stage": "$context.stage",
        "remove:header.x-secret": "''",
        "overwrite:querystring.who": "${request.header.x-who}!",
    }
    api.route("POST /o/{id}", api.web(mirror, RequestParameters=mapped))
    said = api.request("/o/7?who=a", "POST", headers={"X-Secret": "s", "X-Who": "b"}).json
    assert said["path"] == "/v1/7?who=b%21"
    assert said["headers"]["x-stage"] == "$default"
    assert "x-secret" not in said["headers"]


def test_a_response_is_mapped(api: HttpApi, mirror: str) -> None:
    mapped = {"418": {"overwrite:statuscode": "201", "append:header.x-more": "$response.header.x-from"}}
    api.route("POST /", api.web(mirror, ResponseParameters=mapped))
    reply = api.request("/", "POST")
    assert (reply.status, reply.headers["x-more"]) == (201, "mirror")


def test_an_endpoint_that_is_not_there_is_service_unavailable(api: HttpApi) -> None:
    api.route("POST /", api.web(f"http://127.0.0.1:{free_port()}"))
    reply = api.request("/", "POST")
    assert (reply.status, reply.json) == (503, {"message": "Service Unavailable"})


def test_parameters_of_a_function_are_mapped(api: HttpApi, echo: str) -> None:
    mapped = {
        "append:header.x-id": "$request.path.id",
        "remove:header.x-secret": "''",
        "overwrite:querystring.who": "b",
        "overwrite:path": "/v1/$request.path.id",
    }
    api.route("GET /o/{id}", api.function(echo, RequestParameters=mapped))
    event = api.request("/o/7?who=a&x=1", headers={"X-Secret": "s"}).json
    assert (event["rawPath"], event["rawQueryString"], event["headers"]["x-id"]) == ("/v1/7", "x=1&who=b", "7")
    assert "x-secret" not in event["headers"]


@pytest.mark.parametrize("key", ["append:path", "append:cookie.a", "overwrite:header.Authorization", "header.a"])
def test_a_mapping_of_what_cannot_be_changed_is_refused(api: HttpApi, key: str) -> None:
    with pytest.raises(ClientError, match="Invalid mapping expression"):
        api.web("http://127.0.0.1", RequestParameters={key: "a"})


def test_a_synchronous_execution_that_takes_too_long_is_a_gateway_timeout(aws: Clients, api: HttpApi) -> None:
    waits = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 20, "End": True}}}
    machine = aws.client("stepfunctions").create_state_machine(
        name=web.name("machine"), definition=json.dumps(waits), roleArn=web.ROLE, type="EXPRESS"
    )["stateMachineArn"]
    integration = api.service("StepFunctions-StartSyncExecution", {"StateMachineArn": machine})
    api.client.update_integration(ApiId=api.id, IntegrationId=integration, TimeoutInMillis=100)
    api.route("POST /", integration)
    reply = api.request("/", "POST")
    assert (reply.status, reply.json) == (504, {"message": "Gateway Timeout"})
