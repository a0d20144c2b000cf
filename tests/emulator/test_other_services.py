"""A function seen through other services: section 7."""

from __future__ import annotations

import base64
import json
import re
import uuid
from typing import TYPE_CHECKING, Any

import pytest
import urllib3

from localdev.system.waiting import wait_until
from tests.emulator.deployed import ROLE, Function, receive, rest_api

if TYPE_CHECKING:
    from tests.emulator.deployed import Cloud, MakeDeployed

TROUBLE = """
    import os, time
    class OvenError(Exception): pass
    def handler(event, context):
        print(context.aws_request_id)
        exec(event.get("code", "pass"))
        return event
"""


def run(cloud: Cloud, definition: dict[str, Any], event: object) -> dict[str, Any]:
    """Return one execution of a state machine, at its end."""
    stepfunctions = cloud.client("stepfunctions")
    machine = stepfunctions.create_state_machine(
        name=f"m-{uuid.uuid4().hex[:8]}", definition=json.dumps(definition), roleArn=ROLE
    )["stateMachineArn"]
    execution = stepfunctions.start_execution(stateMachineArn=machine, input=json.dumps(event))["executionArn"]

    def probe() -> dict[str, Any] | None:
        about: dict[str, Any] = stepfunctions.describe_execution(executionArn=execution)
        return None if about["status"] == "RUNNING" else about

    try:
        return wait_until(probe, what="the execution to end", seconds=30)
    finally:
        stepfunctions.delete_state_machine(stateMachineArn=machine)


def task(function: Function, **more: Any) -> dict[str, Any]:
    """Return a state machine of one task."""
    return {
        "StartAt": "Task",
        "States": {"Task": {"Type": "Task", "Resource": function.arn, "End": True, **more}}
        | ({"Caught": {"Type": "Pass", "End": True}} if "Catch" in more else {}),
    }


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("raise OvenError('cold')", "OvenError"),
        ("os._exit(1)", "Runtime.ExitError"),
        ("time.sleep(30)", "Sandbox.Timedout"),
        ("x = bytearray(300_000_000)", "Runtime.OutOfMemory"),
    ],
)
def test_a_failed_task_has_the_error_type_and_the_payload_as_cause(
    deploy: MakeDeployed, cloud: Cloud, code: str, error: str
) -> None:
    function = deploy(TROUBLE, Timeout=2)

    about = run(cloud, task(function), {"code": code})

    assert (about["status"], about["error"]) == ("FAILED", error)
    cause = json.loads(about["cause"])
    assert cause["errorType"] == error
    assert set(cause) >= {"errorMessage", "errorType"}


def test_a_function_that_outlives_its_states_timeout(deploy: MakeDeployed, cloud: Cloud) -> None:
    function = deploy(TROUBLE, Timeout=60)

    about = run(cloud, task(function, TimeoutSeconds=1), {"code": "time.sleep(25)"})

    assert (about["status"], about["error"]) == ("FAILED", "States.Timeout")
    assert (about["stopDate"] - about["startDate"]).total_seconds() < 10


@pytest.mark.parametrize(
    ("code", "caught"),
    [
        ("raise OvenError('cold')", "OvenError"),
        ("raise OvenError('cold')", "States.TaskFailed"),
        ("raise OvenError('cold')", "States.ALL"),
        ("os._exit(1)", "Runtime.ExitError"),
        ("os._exit(1)", "States.TaskFailed"),
    ],
)
def test_an_error_is_caught_by_its_name(deploy: MakeDeployed, cloud: Cloud, code: str, caught: str) -> None:
    function = deploy(TROUBLE)

    about = run(cloud, task(function, Catch=[{"ErrorEquals": [caught], "Next": "Caught"}]), {"code": code})

    assert about["status"] == "SUCCEEDED"
    assert json.loads(about["output"])["Error"] in {"OvenError", "Runtime.ExitError"}


def resource(function: Function, integration: str) -> dict[str, Any]:
    """Return the two ways in which a task names a function."""
    if integration == "function":
        return {"Resource": function.arn}
    return {
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": function.name, "Payload.$": "$"},
    }


by_either_integration = pytest.mark.parametrize("integration", ["function", "invoke"])


@by_either_integration
def test_lambdas_own_errors_are_retried_and_caught_by_their_names(
    deploy: MakeDeployed, cloud: Cloud, integration: str
) -> None:
    function = deploy(TROUBLE)
    function.client.put_function_concurrency(FunctionName=function.name, ReservedConcurrentExecutions=0)
    names = ["Lambda.ServiceException", "Lambda.TooManyRequestsException"]
    definition = task(
        function,
        **resource(function, integration),
        Retry=[{"ErrorEquals": names, "IntervalSeconds": 1, "MaxAttempts": 1}],
        Catch=[{"ErrorEquals": names, "Next": "Caught"}],
    )

    about = run(cloud, definition, {})

    assert about["status"] == "SUCCEEDED"
    caught = json.loads(about["output"])
    assert caught["Error"] == "Lambda.TooManyRequestsException"
    assert re.fullmatch(
        r"Rate Exceeded\. \(Service: AWSLambda; Status Code: 429; Error Code: TooManyRequestsException; "
        r"Request ID: [0-9a-f-]{36}; Proxy: null\)",
        caught["Cause"],
    )
    assert (about["stopDate"] - about["startDate"]).total_seconds() >= 1


@by_either_integration
def test_a_function_that_is_gone(deploy: MakeDeployed, cloud: Cloud, integration: str) -> None:
    function = deploy(TROUBLE)
    function.client.delete_function(FunctionName=function.name)

    about = run(cloud, task(function, **resource(function, integration)), {})

    assert (about["status"], about["error"]) == ("FAILED", "Lambda.ResourceNotFoundException")
    assert f"Function not found: {function.arn}" in about["cause"]


@by_either_integration
def test_an_error_without_a_type(deploy: MakeDeployed, cloud: Cloud, integration: str) -> None:
    function = deploy(
        """
        import os, urllib.request
        def handler(event, context):
            api = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation"
            urllib.request.urlopen(f"{api}/{context.aws_request_id}/error", b'{"errorMessage":"cold"}')
        """
    )

    about = run(cloud, task(function, **resource(function, integration)), {})

    assert (about["status"], about["error"]) == ("FAILED", "Lambda.Unknown")
    assert about["cause"] == (
        "The cause could not be determined because Lambda did not return an error type. "
        'Returned payload: {"errorMessage":"cold"}'
    )


@by_either_integration
def test_a_states_timeout_is_caught_by_its_name_and_no_failed_task(
    deploy: MakeDeployed, cloud: Cloud, integration: str
) -> None:
    function = deploy(TROUBLE, Timeout=60)
    catch = [
        {"ErrorEquals": ["States.TaskFailed"], "Next": "Wrong"},
        {"ErrorEquals": ["States.Timeout"], "Next": "Caught"},
    ]
    definition = task(function, **resource(function, integration), TimeoutSeconds=1, Catch=catch)
    definition["States"]["Wrong"] = {"Type": "Fail"}

    about = run(cloud, definition, {"code": "time.sleep(25)"})

    assert about["status"] == "SUCCEEDED"
    assert json.loads(about["output"])["Error"] == "States.Timeout"


def test_a_retry_that_succeeds(deploy: MakeDeployed, cloud: Cloud) -> None:
    function = deploy(
        """
        import os, pathlib
        def handler(event, context):
            once = pathlib.Path("/tmp/once")
            if not once.exists():
                once.touch()
                raise TimeoutError("first attempt")
            return "second attempt"
        """
    )
    retry = {"ErrorEquals": ["TimeoutError"], "IntervalSeconds": 1, "MaxAttempts": 2}

    about = run(cloud, task(function, Retry=[retry]), {})

    assert json.loads(about["output"]) == "second attempt"


def test_the_invoke_integration_passes_the_payload_on(deploy: MakeDeployed, cloud: Cloud) -> None:
    function = deploy(TROUBLE)
    definition = {
        "StartAt": "Task",
        "States": {
            "Task": {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke",
                "Parameters": {"FunctionName": function.name, "Payload.$": "$", "LogType": "Tail"},
                "End": True,
            }
        },
    }

    output = json.loads(run(cloud, definition, {"a": 1})["output"])

    assert (output["Payload"], output["StatusCode"], output["ExecutedVersion"]) == ({"a": 1}, 200, "$LATEST")
    assert base64.b64decode(output["LogResult"]).startswith(b"START RequestId: ")


def test_a_queued_event_that_is_tried_again_has_run_through_nothing_more(deploy: MakeDeployed) -> None:
    function = deploy(
        "import os\ndef handler(event, context):\n    print('trace', os.environ['_X_AMZN_TRACE_ID'])\n    1 / 0\n"
    )
    function.client.put_function_event_invoke_config(FunctionName=function.name, MaximumRetryAttempts=1)

    function.call({}, InvocationType="Event")

    def traces() -> list[str] | None:
        found = [line for line in function.logged("trace ") if line.startswith("trace ")]
        return found if len(found) == 2 else None

    first, second = wait_until(traces, what="two tries", seconds=30)
    assert first == second
    assert re.search(r";Lineage=1:[0-9a-f]{8}:0\n", first)


def test_the_trace_root_is_seen_behind_the_api_gateway(deploy: MakeDeployed, cloud: Cloud) -> None:
    function = deploy(
        "import os, json\ndef handler(event, context):\n"
        "    return {'statusCode': 200, 'body': os.environ['_X_AMZN_TRACE_ID']}\n"
    )
    root = "1-3152b799-8954dae64eda91bc9a23a7e8"

    response = call_api(cloud, function, headers={"X-Amzn-Trace-Id": f"Root={root};Sampled=1"})

    assert response.status == 200
    assert f"Root={root}" in response.data.decode()


def call_api(cloud: Cloud, function: Function, **options: Any) -> urllib3.BaseHTTPResponse:
    """Return one request to a REST API whose root is a proxy of the function."""
    with rest_api(cloud, function, "GET") as address:
        return urllib3.request("GET", address, retries=False, **options)


def call_url(cloud: Cloud, function: Function, **headers: str) -> urllib3.BaseHTTPResponse:
    """Return one request to the function's own URL."""
    url = function.client.create_function_url_config(FunctionName=function.name, AuthType="NONE")["FunctionUrl"]
    host = url.split("//")[1].rstrip("/").partition(":")[0]
    return urllib3.request("GET", f"{cloud.endpoint_url}/a/b?c=d", headers={"Host": host, **headers}, retries=False)


def test_a_function_url_gives_what_the_function_returns(deploy: MakeDeployed, cloud: Cloud) -> None:
    function = deploy(
        "def handler(event, context):\n"
        "    return {'statusCode': 201, 'headers': {'x-oven': 'hot'}, 'body': event['rawPath']}\n"
    )

    response = call_url(cloud, function)

    assert (response.status, response.headers["x-oven"], response.data) == (201, "hot", b"/a/b")


def test_a_function_url_has_no_client_context_and_the_callers_trace_root(deploy: MakeDeployed, cloud: Cloud) -> None:
    root = "1-3152b799-8954dae64eda91bc9a23a7e8"
    source = (
        "import os\ndef handler(event, context):\n"
        "    return {'context': context.client_context, 'trace': os.environ['_X_AMZN_TRACE_ID']}\n"
    )

    seen = call_url(cloud, deploy(source), **{"X-Amzn-Trace-Id": f"Root={root}"}).json()

    assert seen["context"] is None
    assert seen["trace"].startswith(f"Root={root};")


@pytest.mark.parametrize(
    ("code", "condition", "count"), [("pass", "Success", 1), ("raise OvenError('x')", "RetriesExhausted", 3)]
)
def test_an_asynchronous_invocation_reaches_its_destination(
    deploy: MakeDeployed, cloud: Cloud, queue: str, code: str, condition: str, count: int
) -> None:
    function = deploy(TROUBLE)
    destination = {"Destination": queue}
    function.client.put_function_event_invoke_config(
        FunctionName=function.name, DestinationConfig={"OnSuccess": destination, "OnFailure": destination}
    )

    request_id = function.call({"code": code}, InvocationType="Event").request_id
    record = json.loads(receive(cloud, queue)["Body"])

    assert record["requestContext"]["condition"] == condition
    assert record["requestContext"]["approximateInvokeCount"] == count
    assert record["requestContext"]["requestId"] == request_id
    assert record["requestPayload"] == {"code": code}
    if condition == "Success":
        assert record["responsePayload"] == {"code": code}
    else:
        assert record["responsePayload"]["errorType"] == "OvenError"
        assert record["responsePayload"]["requestId"] == request_id
        assert set(record["responsePayload"]) == {"errorMessage", "errorType", "requestId", "stackTrace"}
        # a retry keeps the id
        assert function.logged().count(f"{request_id}\n") == count


def test_a_dead_letter_tells_what_went_wrong(deploy: MakeDeployed, cloud: Cloud, queue: str) -> None:
    function = deploy(TROUBLE, DeadLetterConfig={"TargetArn": queue})
    function.client.put_function_event_invoke_config(FunctionName=function.name, MaximumRetryAttempts=0)

    request_id = function.call({"code": "raise OvenError('cold')"}, InvocationType="Event").request_id
    message = receive(cloud, queue)

    attributes = {key: value["StringValue"] for key, value in message["MessageAttributes"].items()}
    assert attributes == {"RequestID": request_id, "ErrorCode": "200", "ErrorMessage": "cold"}
    assert json.loads(message["Body"]) == {"code": "raise OvenError('cold')"}


PARTIAL = """
    def handler(event, context):
        failed = []
        for record in event["Records"]:
            body = record["body"]
            print("record", body)
            if "bad" in body and record.get("attributes", {}).get("ApproximateReceiveCount") == "1":
                failed.append({"itemIdentifier": record["messageId"]})
        return {"batchItemFailures": failed}
"""


def test_an_sqs_event_source_with_a_partial_answer(deploy: MakeDeployed, cloud: Cloud) -> None:
    function = deploy(PARTIAL)
    sqs = cloud.client("sqs")
    url = sqs.create_queue(QueueName=function.name, Attributes={"VisibilityTimeout": "1"})["QueueUrl"]
    mapping = function.client.create_event_source_mapping(
        FunctionName=function.name,
        EventSourceArn=f"arn:aws:sqs:us-east-1:000000000000:{function.name}",
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )["UUID"]
    try:
        for body in ("good", "bad"):
            sqs.send_message(QueueUrl=url, MessageBody=body)

        def twice() -> bool | None:
            return True if function.logged("record").count("record bad\n") == 2 else None

        wait_until(twice, what="the failed record to come again", seconds=30)
        assert function.logged("record").count("record good\n") == 1
    finally:
        function.client.delete_event_source_mapping(UUID=mapping)
