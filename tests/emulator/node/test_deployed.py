"""Node.js functions through a running LocalStack."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import requests

from tests.emulator.deployed import zipped

if TYPE_CHECKING:
    from tests.emulator.deployed import MakeDeployed

ASKS_THE_EMULATOR = """
    exports.handler = async () => {
        const answer = await fetch(process.env.AWS_ENDPOINT_URL + "/_localstack/health");
        return { status: answer.status, name: process.env.AWS_LAMBDA_FUNCTION_NAME };
    };
"""


@pytest.mark.parametrize("runtime", ["nodejs20.x", "nodejs22.x"])
def test_a_function_is_deployed_and_reaches_the_emulator(deploy: MakeDeployed, runtime: str) -> None:
    function = deploy({"index.js": ASKS_THE_EMULATOR}, Runtime=runtime, Handler="index.handler")

    assert function.answer({}) == {"status": 200, "name": function.name}


def test_its_log_has_awss_lines(deploy: MakeDeployed) -> None:
    function = deploy(
        {"index.mjs": "export const handler = async () => { console.log('baking'); };"},
        Runtime="nodejs20.x",
        Handler="index.handler",
    )
    answer = function.call({})

    lines = function.logged()

    assert lines[0].startswith("INIT_START Runtime Version: nodejs:")
    assert any(line.endswith(f"\t{answer.request_id}\tINFO\tbaking\n") for line in lines)
    assert any(line.startswith(f"REPORT RequestId: {answer.request_id}\t") for line in lines)


def test_an_update_is_used_by_the_next_invocation(deploy: MakeDeployed) -> None:

    function = deploy({"index.js": "exports.handler = async () => 1;"}, Runtime="nodejs20.x", Handler="index.handler")
    assert function.answer({}) == 1

    function.client.update_function_code(
        FunctionName=function.name, ZipFile=zipped({"index.js": "exports.handler = async () => 2;"})
    )
    function.wait_until_active()

    assert function.answer({}) == 2


STREAMS = """
    exports.handler = awslambda.streamifyResponse(async (event, stream) => {
        if (event.url || event.rawPath) {
            stream = awslambda.HttpResponseStream.from(stream, { statusCode: 201, headers: { "x-pizza": "funghi" } });
        }
        stream.write("margherita ");
        if (event.fail) throw new RangeError("no oven");
        stream.write("funghi");
        stream.end();
    });
"""


def test_a_streamed_response_arrives_in_an_event_stream(deploy: MakeDeployed) -> None:
    function = deploy({"index.js": STREAMS}, Runtime="nodejs20.x", Handler="index.handler")

    answer = function.client.invoke_with_response_stream(FunctionName=function.name, Payload=b"{}", LogType="Tail")
    *chunks, complete = answer["EventStream"]

    assert answer["StatusCode"] == 200
    assert b"".join(chunk["PayloadChunk"]["Payload"] for chunk in chunks) == b"margherita funghi"
    assert complete["InvokeComplete"]["LogResult"]


def test_a_function_that_fails_while_it_streams_says_so_at_the_end(deploy: MakeDeployed) -> None:
    function = deploy({"index.js": STREAMS}, Runtime="nodejs20.x", Handler="index.handler")

    answer = function.client.invoke_with_response_stream(FunctionName=function.name, Payload=b'{"fail": true}')
    complete = list(answer["EventStream"])[-1]["InvokeComplete"]

    assert complete["ErrorCode"] == "RangeError"
    assert "no oven" in complete["ErrorDetails"]


def test_a_url_answers_with_the_status_and_headers_that_a_stream_begins_with(deploy: MakeDeployed) -> None:
    function = deploy({"index.js": STREAMS}, Runtime="nodejs20.x", Handler="index.handler")
    url = function.client.create_function_url_config(
        FunctionName=function.name, AuthType="NONE", InvokeMode="RESPONSE_STREAM"
    )["FunctionUrl"]
    host = urlsplit(url).netloc

    answer = requests.get(function.cloud.endpoint_url, headers={"Host": host}, timeout=60)

    assert (answer.status_code, answer.headers["x-pizza"], answer.text) == (201, "funghi", "margherita funghi")
