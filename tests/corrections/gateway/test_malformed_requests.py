"""Requests that no service can read are the caller's fault, not LocalStack's."""

from __future__ import annotations

import http.client
from contextlib import closing
from typing import TYPE_CHECKING

import psutil
import pytest

if TYPE_CHECKING:
    from localdev.engines import EmbeddedEngine

STATES, EVENTS, QUEUES = "AWSStepFunctions", "AWSEvents", "AmazonSQS"


def send(
    engine: EmbeddedEngine, service: str, method: str, path: str, body: bytes = b"", **headers: str
) -> tuple[int, bytes]:
    """Send a signed request and return status and body of the answer."""
    signed = {
        "Authorization": f"AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/{service}/aws4_request, Signature=a",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    with closing(http.client.HTTPConnection("127.0.0.1", engine.port, timeout=60)) as connection:
        connection.request(method, path, body, signed)
        response = connection.getresponse()
        return response.status, response.read()


def call(engine: EmbeddedEngine, service: str, target: str, body: bytes) -> tuple[int, bytes]:
    """Call an operation of a service that speaks JSON."""
    return send(engine, service, "POST", "/", body, X_Amz_Target=target, Content_Type="application/x-amz-json-1.0")


@pytest.mark.parametrize(
    ("service", "target"),
    [
        ("states", f"{STATES}.StartExecution"),
        ("events", f"{EVENTS}.PutEvents"),
        ("logs", "Logs_20140328.PutLogEvents"),
        ("dynamodb", "DynamoDB_20120810.PutItem"),
        ("sqs", f"{QUEUES}.SendMessage"),
        ("monitoring", "GraniteServiceVersion20100801.PutMetricData"),
    ],
)
def test_a_body_that_is_no_json_is_refused(corrected_engine: EmbeddedEngine, service: str, target: str) -> None:
    status, body = call(corrected_engine, service, target, b"{bad")

    assert (status, b"SerializationException" in body) == (400, True)


@pytest.mark.parametrize(
    ("service", "target"),
    [
        ("logs", "Logs_20140328.DescribeLogGroups"),
        ("dynamodb", "DynamoDB_20120810.ListTables"),
        ("kms", "TrentService.ListKeys"),
        ("ssm", "AmazonSSM.DescribeParameters"),
        ("cloudcontrolapi", "CloudApiService.ListResources"),
    ],
)
def test_a_body_of_null_is_no_error_of_the_service(corrected_engine: EmbeddedEngine, service: str, target: str) -> None:
    # what AWS says of it is not known
    status, body = call(corrected_engine, service, target, b" null ")

    assert (status, b"SerializationException" in body) == (400, True)


def test_an_operation_that_nobody_knows_is_refused(corrected_engine: EmbeddedEngine) -> None:
    for service, target in (("states", f"{STATES}.Nope"), ("sqs", f"{QUEUES}.Nope")):
        status, body = call(corrected_engine, service, target, b"{}")
        assert (status, b"UnknownOperationException" in body) == (400, True)

    form = {"Content_Type": "application/x-www-form-urlencoded"}
    status, body = send(corrected_engine, "sts", "POST", "/", b"Action=Nope", **form)
    assert (status, b"InvalidAction" in body) == (400, True)
    status, body = send(corrected_engine, "sts", "POST", "/", b"", **form)
    assert (status, b"MissingAction" in body) == (400, True)


def test_a_method_that_a_rest_service_does_not_have_is_refused(corrected_engine: EmbeddedEngine) -> None:
    assert send(corrected_engine, "lambda", "PATCH", "/2015-03-31/functions", b"{}")[0] == 404
    assert send(corrected_engine, "s3", "PATCH", "/bucket/key")[0] == 405


@pytest.mark.parametrize("body", [b"{}", b"", b'{"input": "{}"}'])
def test_a_parameter_that_is_missing_is_named(corrected_engine: EmbeddedEngine, body: bytes) -> None:
    status, answer = call(corrected_engine, "states", f"{STATES}.StartExecution", body)

    assert status == 400
    assert b"ValidationException" in answer
    assert b"Value null at 'stateMachineArn' failed to satisfy constraint: Member must not be null" in answer


def test_a_host_that_is_none_is_refused(corrected_engine: EmbeddedEngine) -> None:
    status, answer = send(corrected_engine, "s3", "GET", "/", Host=f"{'a' * 300}.s3.localhost.localstack.cloud")

    assert (status, b"InvalidURI" in answer) == (400, True)


def test_a_service_that_uses_rest_names_it_too(corrected_engine: EmbeddedEngine) -> None:
    status, answer = send(corrected_engine, "lambda", "POST", "/2015-03-31/functions", b"{}")

    assert status == 400
    assert b"Value null at 'functionName'" in answer


def test_what_a_service_refuses_by_itself_stays_as_it_is(corrected_engine: EmbeddedEngine) -> None:
    status, answer = call(
        corrected_engine,
        "sqs",
        f"{QUEUES}.SendMessage",
        b'{"QueueUrl": "http://localhost:4566/000000000000/none", "MessageBody": "a"}',
    )

    assert (status, b"QueueDoesNotExist" in answer) == (400, True)


def test_a_long_signature_takes_no_more_than_its_share(corrected_engine: EmbeddedEngine) -> None:
    process = psutil.Process(corrected_engine.instance().pid)
    before = sum(process.cpu_times()[:2])

    send(corrected_engine, "s3", "GET", "/", Authorization=f"AWS4-HMAC-SHA256 Credential={'a' * 60_000}")

    # it took eleven seconds of processor time
    assert sum(process.cpu_times()[:2]) - before < 5.0
