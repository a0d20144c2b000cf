"""Test how Node.js functions fail, and what is in their logs."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from tests.emulator.node.conftest import documents, evaluates, logged

if TYPE_CHECKING:
    from tests.emulator.node.conftest import MakeNode

STAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


def test_an_error_has_its_type_its_message_and_its_trace(make_node: MakeNode) -> None:
    function = make_node("exports.handler = async () => { throw new TypeError('no oven'); };")

    error = function.error({})

    assert (error["errorType"], error["errorMessage"]) == ("TypeError", "no oven")
    assert error["trace"][0] == "TypeError: no oven"
    assert error["trace"][1] == "    at exports.handler (/var/task/function.js:1:39)"
    assert error.keys() == {"errorType", "errorMessage", "trace"}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("exports.handler = (e, c, callback) => callback(new RangeError('x'));", ("RangeError", "x")),
        ("exports.handler = (e, c, callback) => callback('just text');", ("string", "just text")),
        ("exports.handler = async () => { throw 'just text'; };", ("string", "just text")),
        (
            "exports.handler = async () => { const e = new Error('x'); e.name = 'NoOven'; throw e; };",
            ("NoOven", "x"),
        ),
        (
            "exports.handler = (e, c, callback) => { setTimeout(() => { throw new Error('late'); }); };",
            ("Error", "late"),
        ),
        (
            "exports.handler = async () => { Promise.reject(new Error('lost')); await new Promise(() => {}); };",
            ("Runtime.UnhandledPromiseRejection", "Error: lost"),
        ),
    ],
    ids=["callback", "callback-text", "thrown-text", "own-class", "uncaught", "unhandled-rejection"],
)
def test_each_way_to_fail_is_named_as_on_aws(make_node: MakeNode, source: str, expected: tuple[str, str]) -> None:
    error = make_node(source).error({})

    assert (error["errorType"], error["errorMessage"]) == expected


@pytest.mark.parametrize(
    ("files", "handler", "expected"),
    [
        (
            {"function.js": "require('not-there'); exports.handler = async () => 1;"},
            "function.handler",
            ("Runtime.ImportModuleError", "Error: Cannot find module 'not-there'"),
        ),
        (
            {"function.js": "exports.handler = async () => {"},
            "function.handler",
            ("Runtime.UserCodeSyntaxError", "SyntaxError: Unexpected end of input"),
        ),
        (
            {"function.js": "export const handler = async () => 1;", "package.json": '{"type": "commonjs"}'},
            "function.handler",
            ("Runtime.UserCodeSyntaxError", "SyntaxError: Unexpected token 'export'"),
        ),
        (
            {"function.js": "exports.handler = async () => 1;", "package.json": '{"type": "module"}'},
            "function.handler",
            ("ReferenceError", "exports is not defined in ES module scope"),
        ),
        (
            {"function.mjs": "import { createOven } from './oven.mjs';", "oven.mjs": "export const other = 1;"},
            "function.handler",
            ("Runtime.UserCodeSyntaxError", "does not provide an export named 'createOven'"),
        ),
        (
            {"function.mjs": "import 'not-there'; export const handler = async () => 1;"},
            "function.handler",
            ("Error", "Cannot find package 'not-there' imported from"),
        ),
        (
            {
                "function.js": "require('./oven.node'); exports.handler = async () => 1;",
                "oven.node": "\x7fELF of macOS",
            },
            "function.handler",
            ("Error", "/var/task/oven.node: file too short"),
        ),
        ({"function.js": ""}, "function.handler", ("Runtime.HandlerNotFound", "function.handler is undefined")),
        ({"function.js": "exports.handler = 1;"}, "function.handler", ("Runtime.HandlerNotFound", "is not a function")),
        ({"function.js": ""}, "other.handler", ("Runtime.ImportModuleError", "Error: Cannot find module 'other'")),
        ({"function.js": ""}, "function", ("Runtime.MalformedHandlerName", "Bad handler")),
        ({"function.js": "throw new TypeError('at import');"}, "function.handler", ("TypeError", "at import")),
    ],
    ids=[
        "package",
        "syntax",
        "export",
        "type-module",
        "no-such-export",
        "imported-package",
        "add-on",
        "no-handler",
        "no-function",
        "no-module",
        "malformed",
        "raises",
    ],
)
def test_code_that_cannot_be_loaded_fails_each_invocation(
    make_node: MakeNode, files: dict[str, str], handler: str, expected: tuple[str, str]
) -> None:
    function = make_node(files, handler=handler)

    for _ in range(2):
        error = function.error({})
        assert error["errorType"] == expected[0]
        assert expected[1] in error["errorMessage"]


@pytest.mark.parametrize(
    ("handler", "is_refused"),
    [
        ("(event, context, callback) => callback(null, 1)", True),
        ("async (event, context, unused) => 1", True),
        ("async (event, context) => 1", False),
        ("awslambda.streamifyResponse(async (event, stream, context) => { stream.end('1'); })", False),
    ],
    ids=["callback", "third-parameter", "promise", "stream"],
)
def test_node_24_refuses_handlers_that_call_back(make_node: MakeNode, handler: str, is_refused: bool) -> None:
    function = make_node(f"exports.handler = {handler};", runtime_name="nodejs24.x")

    if is_refused:
        error = function.error({})
        assert error["errorType"] == "Runtime.CallbackHandlerDeprecated"
        assert error["errorMessage"].startswith("ERROR: AWS Lambda has removed support for callback-based")
    else:
        assert function.answer({}) == 1


@pytest.mark.parametrize(
    ("status", "text"), [(0, "without providing a reason"), (3, "with error: exit status 3")], ids=["zero", "other"]
)
def test_a_process_that_exits_is_followed_by_another(make_node: MakeNode, status: int, text: str) -> None:
    function = make_node(evaluates())

    error = function.error(f"process.exit({status})")

    assert error["errorType"] == "Runtime.ExitError"
    assert error["errorMessage"].endswith(f"Error: Runtime exited {text}")
    assert function.answer("1 + 1") == 2


def test_a_function_that_takes_too_long_is_ended_and_followed_by_another(make_node: MakeNode) -> None:
    function = make_node(evaluates(), timeout=3.0)

    error = function.error("for (;;);")

    assert error["errorType"] == "Sandbox.Timedout"
    assert error["errorMessage"].endswith("Task timed out after 3.00 seconds")


def test_a_function_that_needs_too_much_memory_is_ended(make_node: MakeNode) -> None:
    function = make_node(evaluates(), memory_size_mb=128)

    error = function.error("const all = []; for (;;) all.push(Buffer.alloc(1 << 20, 1));")

    assert error["errorType"] == "Runtime.OutOfMemory"


def test_an_answer_that_is_too_large_is_refused_and_the_next_is_not(make_node: MakeNode) -> None:
    function = make_node(evaluates())

    refused = function.invoke("'x'.repeat(7 * 1024 * 1024)")

    assert json.loads(refused.payload)["errorType"] == "Function.ResponseSizeTooLarge"
    assert not [line for line in logged(refused) if "timed out" in line]
    assert function.answer("'x'") == "x"


def test_an_answer_that_is_no_json_fails(make_node: MakeNode) -> None:
    error = make_node("exports.handler = async () => { const a = {}; a.a = a; return a; };").error({})

    assert error["errorMessage"] == "Unable to stringify response body"


def test_an_answer_that_json_leaves_out_fails_as_awss_native_half_says(make_node: MakeNode) -> None:
    assert make_node("exports.handler = async () => () => 1;").error({})["errorMessage"] == "Wrong arguments"


def test_lines_have_time_request_and_level(make_node: MakeNode) -> None:
    function = make_node("""
        exports.handler = async () => {
            console.log("log %d", 1); console.info({ a: 1 }); console.warn("warn"); console.error("error");
            console.debug("debug"); console.trace("trace"); process.stdout.write("bare\\n"); console.log("two\\nlines");
        };
    """)

    lines = logged(function.invoke_as("request-1", {}))

    reported = [re.fullmatch(rf"{STAMP}\trequest-1\t([A-Z]+)\t(.*)", line) for line in lines]
    assert [match.groups() for match in reported if match] == [
        ("INFO", "log 1"),
        ("INFO", "{ a: 1 }"),
        ("WARN", "warn"),
        ("ERROR", "error"),
        ("DEBUG", "debug"),
        ("TRACE", "trace"),
        ("INFO", "two"),
    ]
    assert "bare" in lines


def test_a_message_of_many_lines_is_one_event(make_node: MakeNode) -> None:
    outcome = make_node("exports.handler = async () => console.log('two\\nlines');").invoke({})

    assert any(event.text.endswith("\ttwo\nlines\n") for event in outcome.events)


def test_an_error_is_logged_before_the_end(make_node: MakeNode) -> None:
    outcome = make_node("exports.handler = async () => { throw new Error('no oven'); };").invoke_as("request-1", {})

    line = next(line for line in logged(outcome) if "\tERROR\tInvoke Error \t" in line)
    document = json.loads(line.rpartition("\t")[2])
    assert (document["errorType"], document["errorMessage"]) == ("Error", "no oven")
    assert document["stack"][0] == "Error: no oven"


def test_json_lines_have_level_request_and_message(make_node: MakeNode) -> None:
    function = make_node(
        "exports.handler = async () => { console.log({ a: 1 }); console.warn('w'); console.debug('d');"
        " console.error(new Error('no oven')); };",
        log_format="JSON",
        log_level="Info",
    )

    lines = documents(function.invoke_as("request-1", {}))

    assert [(line["level"], line["requestId"]) for line in lines] == [
        ("INFO", "request-1"),
        ("WARN", "request-1"),
        ("ERROR", "request-1"),
    ]
    assert lines[0]["message"] == {"a": 1}
    message = lines[2]["message"]
    assert (message["errorType"], message["errorMessage"]) == ("Error", "no oven")


def test_an_es_module_logs_nothing_but_its_own_warnings(make_node: MakeNode) -> None:
    source = "process.emitWarning('too hot'); export const handler = async () => 1;"
    outcome = make_node({"function.mjs": source}).invoke({})
    text = "".join(event.text for event in outcome.events)
    assert "too hot" in text
    assert "vm." not in text


def test_what_is_printed_while_the_code_is_loaded_is_in_the_first_log(make_node: MakeNode) -> None:
    function = make_node("console.log('loading'); exports.handler = async () => 1;")

    assert any(line.endswith("\tundefined\tINFO\tloading") for line in logged(function.invoke({})))
    assert not any("loading" in line for line in logged(function.invoke({})))


def test_an_endless_loop_at_import_is_ended_with_the_functions_time(make_node: MakeNode) -> None:
    function = make_node("for (;;);", start=False, timeout=3.0)

    error = function.error({})

    assert error["errorType"] == "Sandbox.Timedout"


def test_a_flood_of_output_does_not_stop_the_function(make_node: MakeNode) -> None:
    function = make_node(
        "exports.handler = async () => { process.stdout.write('bare'); const line = 'x'.repeat(1 << 18);"
        " for (let n = 0; n < 64; n++) console.log(line); return 'done'; };"
    )

    assert function.answer({}) == "done"
