"""JSONata in state machines: what expressions give, what their failures say, and what they may not do."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.corrections.stepfunctions.machines import machine, one_state, run

if TYPE_CHECKING:
    from localdev.engines.clients import Clients

_BEGIN = "An error occurred while executing the state 'S' (entered at the event id #2). The JSONata expression "

_T2009 = (
    ' threw an error during evaluation. T2009: The values 1 and "a" either side of operator "<"'
    " must be of the same data type"
)


def _output(clients: Clients, expression: str, data: Any = None) -> Any:
    ended = run(clients, one_state(Output={"v": "{% " + expression + " %}"}), data)
    assert ended["status"] == "SUCCEEDED", ended["cause"]
    return ended["output"]["v"]


def test_localstack_alone_downloads_java_and_ours_does_not(aws: Clients, released: Clients) -> None:
    definition = one_state(Output="{% $states.input.a + 1 %}")

    assert run(released, definition, {"a": 1})["status"] == "FAILED"
    assert run(aws, definition, {"a": 1})["output"] == 2


@pytest.mark.parametrize(
    ("expression", "data", "value"),
    [
        ("$states.input.amount", {"amount": 1.0}, 1),
        ("$states.input.amount", {"amount": 9223372036854775808}, 9.223372036854776e18),
        ("$states.input.items.$type($)", {"items": [None, 1]}, ["null", "number"]),
        ("$states.input.text", {"text": 'a "quoted" \\ text'}, 'a "quoted" \\ text'),
        ("{'a': $states.input.nope, 'b': 1}", {}, {"b": 1}),
        ("$states.input.items[price > 1]", {"items": [{"price": 2}]}, {"price": 2}),
        ("$states.input.items[price > 1][]", {"items": [{"price": 2}]}, [{"price": 2}]),
        ("[1/0]", {}, ["Infinity"]),
        ("$string(1e20)", {}, "100000000000000000000"),
        ("$random(42)", {}, 0.7275636800328681),
        ("$hash('Hello', 'MD5')", {}, "8b1a9953c4611296a827abf8c47804d7"),
        ("$partition([1,2,3,4,5], 2.9)", {}, [[1, 2], [3, 4], [5]]),
        ("$range(5, 1, -1.5)", {}, [5, 4, 3, 2, 1]),
        ("$range(3, 3, 1)", {}, 3),
        ("$parse('{\"n\":9223372036854775807}').n", {}, 9223372036854775807),
        ("$exists($parse('null'))", {}, True),
        ("$uuid() = $uuid()", {}, False),
        ("$states.context.State.Name", {}, "S"),
    ],
)
def test_an_expression_gives_what_aws_gives(aws: Clients, expression: str, data: Any, value: Any) -> None:
    assert _output(aws, expression, data) == value


@pytest.mark.parametrize(
    ("expression", "cause"),
    [
        ("$states.input.nope", " returned nothing (undefined)."),
        (
            "$sum(['a'])",
            ' threw an error during evaluation. T0412: Argument 1 of function "sum" must be an array of "numbers"',
        ),
        (
            "1 < 'a'",
            _T2009,
        ),
        (
            "1 + {}",
            ' threw an error during evaluation. T2002: The right side of the "+" operator must evaluate to a number',
        ),
        ("$eval('1+1')", " threw an error during evaluation. T1006: Attempted to invoke a non-function"),
        ("$parse('{')", " threw an error during evaluation. D3137: Invalid JSON"),
        (
            "$sqrt(-1)",
            " threw an error during evaluation. D3060: The sqrt function cannot be applied to a negative number: -1",
        ),
    ],
)
def test_a_failure_names_the_expression_and_the_field(aws: Clients, expression: str, cause: str) -> None:
    ended = run(aws, one_state(Output={"a": [{"v": "{% " + expression + " %}"}]}))

    assert (ended["status"], ended["error"]) == ("FAILED", "States.QueryEvaluationError")
    assert ended["cause"] == f"{_BEGIN}'{expression}' specified for the field 'Output/a[0]/v'{cause}"
    assert ended["events"] == ["ExecutionStarted", "PassStateEntered", "EvaluationFailed", "ExecutionFailed"]
    assert ended["history"][2]["evaluationFailedEventDetails"]["location"] == "Output/a[0]/v"


@pytest.mark.parametrize(
    ("field", "expression", "expected"),
    [
        ({"Type": "Wait", "Seconds": "{% 'x' %}"}, "'x'", "'number', but was 'string' for value: \"x\""),
        ({"Type": "Wait", "Seconds": "{% 1.5 %}"}, "1.5", "'number', but was 'number' for value: 1.5"),
        (
            {
                "Type": "Map",
                "Items": "{% {'a': 1} %}",
                "ItemProcessor": {"StartAt": "P", "States": {"P": {"Type": "Succeed"}}},
            },
            "{'a': 1}",
            "'array', but was 'object' for value: {\"a\":1}",
        ),
    ],
)
def test_a_field_of_another_type_fails(aws: Clients, field: dict[str, Any], expression: str, expected: str) -> None:
    # what AWS says of a number that is not whole is not known; that it fails is
    ended = run(aws, one_state(**field))

    assert ended["error"] == "States.QueryEvaluationError"
    (name,) = (key for key, value in field.items() if str(value).startswith("{%"))
    assert ended["cause"] == (
        f"{_BEGIN}'{expression}' specified for the field '{name}' returned an unexpected result type."
        f" Expected {expected}"
    )


def test_a_condition_that_is_no_boolean_fails(aws: Clients) -> None:
    choice = {"Type": "Choice", "Choices": [{"Condition": "{% 1 %}", "Next": "E"}], "Default": "E"}
    definition = {"QueryLanguage": "JSONata", "StartAt": "S", "States": {"S": choice, "E": {"Type": "Succeed"}}}

    ended = run(aws, definition)

    assert ended["error"] == "States.QueryEvaluationError"
    assert "'Choices[0]/Condition' returned an unexpected result type. Expected 'boolean'" in ended["cause"]


def test_a_failure_in_an_output_is_caught(aws: Clients) -> None:
    parallel = {
        "Type": "Parallel",
        "Branches": [{"StartAt": "P", "States": {"P": {"Type": "Succeed"}}}],
        "Output": "{% $states.input.nope %}",
        "Catch": [
            {
                "ErrorEquals": ["States.QueryEvaluationError"],
                "Next": "E",
                "Output": "{% $states.errorOutput.Cause %}",
            }
        ],
        "End": True,
    }
    definition = {"QueryLanguage": "JSONata", "StartAt": "S", "States": {"S": parallel, "E": {"Type": "Succeed"}}}

    ended = run(aws, definition)

    assert ended["status"] == "SUCCEEDED", ended["cause"]
    assert ended["output"] == (
        f"{_BEGIN}'$states.input.nope' specified for the field 'Output' returned nothing (undefined)."
    )


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("($f := function($x){ $f($x+1) }; $f(1))", "Expression evaluation timeout: Check for infinite loop"),
        (
            "($f := function($x){ $x <= 0 ? 0 : 1 + $f($x-1) }; $f(1000000))",
            "Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive",
        ),
        ("[1..873783] ~> $count()", "Expression evaluation memory limit exceeded: Check for excessive memory usage"),
        ("$pad('x', 1000000000)", "Expression evaluation memory limit exceeded: Check for excessive memory usage"),
        (
            "($f := function($s, $n){ $n = 0 ? $s : $f([$s, $s], $n - 1) }; $f({'a': 'b'}, 30))",
            "Expression evaluation memory limit exceeded: Check for excessive memory usage",
        ),
        (
            "$match('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', /(a|aa|a*)+$/)",
            "Expression evaluation timeout: Check for infinite loop",
        ),
    ],
)
def test_an_expression_that_would_not_end_or_fit_fails(aws: Clients, expression: str, reason: str) -> None:
    # AWS's bound of time is not known, and not what a regular expression meets there
    ended = run(aws, one_state(Output={"v": "{% " + expression + " %}"}))

    assert ended["error"] == "States.QueryEvaluationError"
    assert ended["cause"].endswith(f"specified for the field 'Output/v' threw an error during evaluation: {reason}")


def test_what_is_as_large_as_aws_allows_is_evaluated(aws: Clients) -> None:
    assert _output(aws, "[1..800000] ~> $count()") == 800000
    assert _output(aws, "($f := function($x){ $x <= 0 ? 0 : 1 + $f($x-1) }; $f(31))") == 31


def test_a_selector_of_items_is_any_expression(aws: Clients) -> None:
    each = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
    found = one_state(
        Type="Map", Items=[1, 2], ItemSelector="{% [$states.context.Map.Item.Value] %}", ItemProcessor=each
    )
    missing = one_state(Type="Map", Items=[1], ItemSelector="{% $states.input.nope %}", ItemProcessor=each)

    assert run(aws, found)["output"] == [[1], [2]]
    assert "specified for the field 'ItemSelector' returned nothing" in run(aws, missing)["cause"]


def test_executions_at_the_same_time_do_not_see_each_others_values(aws: Clients) -> None:
    expression = "{% $join($map([1..200], function($i) { $states.input.name & $string($i) })) %}"
    found: dict[str, Any] = {}

    def one(name: str) -> None:
        found[name] = run(aws, one_state(Output=expression), {"name": name})["output"]

    threads = [threading.Thread(target=one, args=(f"n{i}-",)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == {f"n{i}-": "".join(f"n{i}-{j}" for j in range(1, 201)) for i in range(6)}


def test_an_expression_that_does_not_parse_is_rejected_with_its_place(aws: Clients) -> None:
    with (
        pytest.raises(
            ClientError, match=r"INVALID_JSONATA_EXPRESSION: Unexpected end of expression at .*Output/v"
        ) as it,
        machine(aws, one_state(Output={"v": "{% 1 + %}"})),
    ):
        pass

    assert it.value.response["Error"]["Code"] == "InvalidDefinition"
