"""Handlers of every shape that AWS's Node.js runtimes take."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from localdev.system.processes import free_port
from tests.emulator.node.conftest import evaluates

if TYPE_CHECKING:
    from tests.emulator.node.conftest import MakeNode

SHAPES = {
    "async": "exports.handler = async (event) => ({ got: event });",
    "callback": "exports.handler = (event, context, back) => { setTimeout(() => back(null, { got: event }), 5); };",
    "succeed": "exports.handler = (event, context) => { context.succeed({ got: event }); };",
    "promise": "exports.handler = (event) => new Promise((done) => setImmediate(() => done({ got: event })));",
}
STREAMING = """
    exports.handler = awslambda.streamifyResponse(async (event, stream) => {
        stream.write("margherita ");
        await new Promise((done) => setTimeout(done, 10));
        stream.write("funghi");
        stream.end();
        await stream.finished;
    });
"""


@pytest.mark.parametrize("shape", SHAPES)
def test_a_handler_answers_whichever_way_it_is_written(make_node: MakeNode, shape: str) -> None:
    function = make_node(SHAPES[shape])

    assert function.answer({"pizza": "🍕"}) == {"got": {"pizza": "🍕"}}
    assert function.answer([1, None]) == {"got": [1, None]}


def test_an_answer_of_nothing_is_null(make_node: MakeNode) -> None:
    assert make_node("exports.handler = async () => {};").answer({}) is None


def test_a_handler_that_never_calls_back_answers_null_when_nothing_is_left_to_do(make_node: MakeNode) -> None:
    assert make_node("exports.handler = (event, context, callback) => {};").answer({}) is None


@pytest.mark.parametrize(
    ("files", "handler"),
    [
        ({"function.mjs": "export const handler = async () => 'here';"}, "function.handler"),
        ({"function.cjs": "exports.handler = async () => 'here';"}, "function.handler"),
        (
            {"function.js": "export const handler = async () => 'here';", "package.json": '{"type": "module"}'},
            "function.handler",
        ),
        ({"src/api/orders.js": "exports.create = { run: async () => 'here' };"}, "src/api/orders.create.run"),
        (
            {
                "index.js": "exports.handler = async () => require('./lib/part');",
                "lib/part.js": "module.exports = 'here';",
            },
            "index.handler",
        ),
    ],
    ids=["mjs", "cjs", "type-module", "folder", "parts"],
)
def test_a_handler_is_found_in_every_kind_of_module(make_node: MakeNode, files: dict[str, str], handler: str) -> None:
    assert make_node(files, handler=handler).answer({}) == "here"


def test_modules_of_the_package_and_the_top_level_await_of_one(make_node: MakeNode) -> None:
    files = {
        "function.mjs": "import { name } from 'pizza'; const late = await Promise.resolve(name);"
        " export const handler = async () => late;",
        "node_modules/pizza/package.json": '{"type": "module", "exports": "./index.js"}',
        "node_modules/pizza/index.js": "export const name = 'funghi';",
    }

    assert make_node(files).answer({}) == "funghi"


def test_a_streaming_handler_answers_a_synchronous_invocation_whole(make_node: MakeNode) -> None:
    outcome = make_node(STREAMING).invoke({})

    assert (outcome.is_error, outcome.payload) == (False, b"margherita funghi")


def test_module_state_is_kept_from_one_invocation_to_the_next(make_node: MakeNode) -> None:
    function = make_node("let count = 0; exports.handler = async () => ++count;")

    assert [function.answer({}) for _ in range(3)] == [1, 2, 3]


def test_an_answer_waits_until_the_event_loop_is_empty(make_node: MakeNode) -> None:
    function = make_node("""
        let late = false;
        exports.handler = (event, context, callback) => {
            if (event.at_once) context.callbackWaitsForEmptyEventLoop = false;
            else late = false;
            setTimeout(() => { late = true; }, 300);
            const before = late;
            callback(null, before);
            module.exports.late = () => late;
            if (event.ask) callback;
        };
    """)

    assert function.answer({}) is False
    # the timer has run before the first answer
    assert function.answer({"at_once": True}) is True


def test_large_events_and_answers_are_whole(make_node: MakeNode) -> None:
    function = make_node("exports.handler = async (event) => event + event;")
    text = "ümläut " * 300_000

    assert function.answer(text) == text + text


def test_the_context_is_that_of_the_invocation(make_node: MakeNode) -> None:
    function = make_node("""
        exports.handler = async (event, context) => ({
            ...context, left: context.getRemainingTimeInMillis(), keys: Object.keys(context).sort(),
        });
    """)

    outcome = function.invoke_as("request-1", {})

    context = json.loads(outcome.payload)
    assert context["awsRequestId"] == "request-1"
    assert context["functionName"] == "f"
    assert context["memoryLimitInMB"] == "256"
    assert context["invokedFunctionArn"] == "arn:aws:lambda:us-east-1:000000000000:function:f"
    assert 0 < context["left"] <= 20_000
    assert context["callbackWaitsForEmptyEventLoop"] is True


def test_the_environment_has_awss_variables_and_the_functions_own(make_node: MakeNode) -> None:
    function = make_node(
        "exports.handler = async () => process.env;", variables={"NODE_OPTIONS": "--stack-trace-limit=3", "PIZZA": "1"}
    )

    variables = function.answer({})

    assert variables["NODE_PATH"].split(":")[1].endswith("/nodejs/node_modules")
    assert variables["AWS_EXECUTION_ENV"] == "AWS_Lambda_nodejs22.x"
    assert (variables["NODE_OPTIONS"], variables["PIZZA"], variables["TZ"]) == ("--stack-trace-limit=3", "1", ":UTC")
    assert "_X_AMZN_TRACE_ID" in variables
    assert not {"PYTHONPATH", "_LAMBDA_TELEMETRY_LOG_FD", "HOSTNAME", "USER"} & variables.keys()


def test_layers_are_found_by_require_and_by_import(make_node: MakeNode) -> None:
    layers = [
        {"nodejs/node_modules/oven/index.js": "module.exports = 'first';"},
        {"nodejs/node_modules/oven/index.js": "module.exports = 'second';"},
    ]
    source = """
        import { createRequire } from "node:module";
        import oven from "oven";
        export const handler = async () => [oven, createRequire(import.meta.url)("oven")];
    """

    assert make_node({"function.mjs": source}, layers=layers).answer({}) == ["second", "second"]


@pytest.mark.parametrize("is_copy", [True, False], ids=["copy", "folder-that-is-edited"])
def test_the_sdk_is_found_by_require_and_by_import(make_node: MakeNode, is_copy: bool) -> None:
    required = (
        "const { PizzaClient } = require('@aws-sdk/client-pizza'); exports.handler = async () => PizzaClient.name;"
    )
    imported = (
        "import { PizzaClient } from '@aws-sdk/client-pizza'; export const handler = async () => PizzaClient.name;"
    )

    assert make_node(required, is_copy=is_copy).answer({}) == "PizzaClient"
    assert make_node({"function.mjs": imported}, is_copy=is_copy).answer({}) == "PizzaClient"


def test_a_package_brings_its_own_sdk(make_node: MakeNode) -> None:
    files = {
        "function.js": "exports.handler = async () => require('@aws-sdk/client-pizza');",
        "node_modules/@aws-sdk/client-pizza/index.js": "module.exports = 'its own';",
    }

    assert make_node(files).answer({}) == "its own"


SDK_2 = {
    "node_modules/aws-sdk/package.json": '{"name": "aws-sdk", "main": "lib/aws.js"}',
    "node_modules/aws-sdk/lib/aws.js": "require('./node_loader'); module.exports = require('./core');",
    "node_modules/aws-sdk/lib/core.js": "exports.Config = class { update(given) { Object.assign(this, given); } };",
    "node_modules/aws-sdk/lib/node_loader.js": "const AWS = require('./core'); AWS.config = new AWS.Config();",
}
"""What makes its configuration where version 2 of the SDK makes it."""


@pytest.mark.parametrize(
    ("file", "loads"),
    [
        ("function.js", "const AWS = require('aws-sdk'); exports.handler = async () => at;"),
        ("function.mjs", "import AWS from 'aws-sdk'; export const handler = async () => at;"),
    ],
    ids=["require", "import"],
)
def test_version_2_of_the_sdk_finds_the_emulator(make_node: MakeNode, file: str, loads: str) -> None:
    endpoint = {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}
    source = f"{loads} const at = [AWS.config.endpoint, AWS.config.s3ForcePathStyle];"
    function = make_node({file: source, **SDK_2}, variables=endpoint)

    assert function.answer() == ["http://127.0.0.1:4566", True]


def test_a_wrapper_script_starts_the_runtime(make_node: MakeNode) -> None:
    files = {
        "function.js": "exports.handler = async () => [process.env.PIZZA, process.execArgv.includes('--no-warnings')];",
        "wrapper": '#!/bin/sh\nexport PIZZA=funghi\nprogram=$1; shift\nexec "$program" --no-warnings "$@"\n',
    }

    function = make_node(files, variables={"AWS_LAMBDA_EXEC_WRAPPER": "/var/task/wrapper"})

    assert function.answer({}) == ["funghi", True]


def test_files_are_where_aws_has_them(make_node: MakeNode, file_system: str) -> None:
    if file_system == "plain":
        pytest.skip("without namespaces there are other folders: README.md")
    function = make_node(evaluates())

    assert function.answer("[process.execPath, __filename, process.cwd(), process.getuid()]") == [
        "/var/lang/bin/node",
        "/var/task/function.js",
        "/var/task",
        993,
    ]


def test_temporary_files_are_kept_and_code_cannot_be_changed(make_node: MakeNode, file_system: str) -> None:
    if file_system == "plain":
        pytest.skip("without namespaces there are other folders: README.md")
    function = make_node(evaluates())

    function.answer("require('fs').writeFileSync('/tmp/pizza', 'funghi')")

    assert function.answer("require('fs').readFileSync('/tmp/pizza', 'utf8')") == "funghi"
    assert function.error("require('fs').writeFileSync('/var/task/x', '')")["errorMessage"].startswith("EROFS")


def test_files_of_the_machine_are_out_of_reach(make_node: MakeNode, file_system: str) -> None:
    if file_system == "plain":
        pytest.skip("without namespaces the machine's files can be read: README.md")
    function = make_node(evaluates())

    assert function.answer("['/mnt', '/srv', '/root', '/home'].map((place) => require('fs').readdirSync(place))") == [
        [], [], [], [],
    ]  # fmt: skip


def test_names_that_localstack_gives_this_machine_are_found_without_dns(make_node: MakeNode) -> None:
    function = make_node("""
        const dns = require("node:dns");
        exports.handler = async (name) => (await dns.promises.lookup(name)).address;
    """)

    assert function.answer("localhost.localstack.cloud") == "127.0.0.1"
    assert function.answer("my-bucket.s3.localhost.localstack.cloud") == "127.0.0.1"


@pytest.mark.parametrize(
    "request_",
    [
        'new Promise((resolve) => require("http").get(url).on("error", resolve))',
        'new Promise((resolve) => require("https").get(url.replace("http:", "https:")).on("error", resolve))',
        "fetch(url).catch((error) => error.cause)",
    ],
    ids=["http", "https", "fetch"],
)
def test_requests_to_these_names_reach_this_machine(make_node: MakeNode, request_: str) -> None:
    function = make_node(
        f"exports.handler = async (url) => {{ const e = await ({request_}); return [e.code, e.address]; }}"
    )

    # nobody listens there
    address = f"my-bucket.s3.localhost.localstack.cloud:{free_port()}"
    assert function.answer(f"http://{address}") == ["ECONNREFUSED", "127.0.0.1"]
