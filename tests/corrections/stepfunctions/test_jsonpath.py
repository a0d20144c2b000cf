"""JSONPath in state machines: paths, variables, rules of a Choice, intrinsic functions and their failures."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.corrections.stepfunctions.machines import jsonpath, run

if TYPE_CHECKING:
    from localdev.engines.clients import Clients

_BEGIN = "An error occurred while executing the state 'S' (entered at the event id #2). "
_DATA = {"items": [{"n": 1, "s": "a"}, {"n": 2, "s": "b"}], "one": [{"n": 1}], "none": [], "text": "t", "k.k": 5}


def _value(clients: Clients, path: str, data: Any) -> Any:
    ended = run(clients, jsonpath(Parameters={"v.$": path}), data)
    assert ended["status"] == "SUCCEEDED", ended["cause"]
    return ended["output"]["v"]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("$.items[0].n", 1),
        ("$.items[-1].s", "b"),
        ("$.items[(@.length-1)].s", "b"),
        ("$.items[*].n", [1, 2]),
        ("$.one[*].n", [1]),
        ("$.none[*].n", []),
        ("$.one[?(@.n == 1)]", [{"n": 1}]),
        ("$.items[?(@.n > 5)]", []),
        ("$.items[?(@.n > 1 && @.s == 'b')].s", ["b"]),
        ("$.items[?(@.s in ['a', 'c'])].n", [1]),
        ("$.items[0:1].n", [1]),
        ("$.items[0,1].n", [1, 2]),
        ("$..n", [1, 2, 1]),
        ("$.items.length()", 2),
        ("$['k.k']", 5),
        ("$.items[0]['s']", "a"),
    ],
)
def test_a_path_gives_what_jayway_gives(aws: Clients, path: str, value: Any) -> None:
    assert _value(aws, path, _DATA) == value


def test_localstack_alone_gives_a_value_where_aws_gives_a_list(aws: Clients, released: Clients) -> None:
    assert _value(released, "$.one[?(@.n == 1)].n", _DATA) == 1
    assert _value(aws, "$.one[?(@.n == 1)].n", _DATA) == [1]


@pytest.mark.parametrize(
    ("fields", "cause"),
    [
        (
            {"Parameters": {"v.$": "$.nope"}},
            "The JSONPath '$.nope' specified for the field 'v.$' could not be found in the input '{\"a\":\"t\"}'",
        ),
        ({"InputPath": "$.a.b"}, "Invalid path '$.a.b': Expected to find an object with property ['b']"),
        ({"OutputPath": "$.x.y"}, "Invalid path '$.x.y': Missing property in path $['x']"),
        (
            {"Parameters": {"v.$": "States.Format('{}', $.nope)"}},
            (
                "The function 'States.Format('{}', $.nope)' had the following error: The JsonPath argument for the"
                " field '$.nope' could not be found in the input '{\"a\":\"t\"}'"
            ),
        ),
    ],
)
def test_a_definite_path_that_leads_nowhere_fails(aws: Clients, fields: dict[str, Any], cause: str) -> None:
    ended = run(aws, jsonpath(**fields), {"a": "t"})

    assert ended["error"] == "States.Runtime"
    assert ended["cause"].startswith(_BEGIN + cause)


def test_a_result_has_no_place_in_what_is_no_object(aws: Clients) -> None:
    ended = run(aws, jsonpath(Result=1, ResultPath="$.a.b"), {"a": "t"})

    assert ended["error"] == "States.ResultPathMatchFailure"


def test_a_variable_is_read_wherever_a_path_is(aws: Clients) -> None:
    states = {
        "A": {"Type": "Pass", "Assign": {"list.$": "$.l", "n": 2, "deep": {"c": ["x"]}}, "Next": "B"},
        "B": {
            "Type": "Choice",
            "Choices": [{"Variable": "$deep.c[0]", "StringEqualsPath": "$.x", "Next": "C", "Assign": {"k.$": "$.x"}}],
        },
        "C": {
            "Type": "Map",
            "ItemsPath": "$list",
            "ItemSelector": {"v.$": "$$.Map.Item.Value", "n.$": "$n", "t.$": "States.Format('{}-{}', $k, $list[0])"},
            "ItemProcessor": {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}},
            "Next": "W",
        },
        "W": {"Type": "Wait", "SecondsPath": "$list[0]", "End": True},
    }

    ended = run(aws, {"StartAt": "A", "States": states}, {"l": [0, 1], "x": "x"})

    assert ended["output"] == [{"v": 0, "n": 2, "t": "x-0"}, {"v": 1, "n": 2, "t": "x-0"}], ended["cause"]


def _choice(rule: dict[str, Any], **more: Any) -> dict[str, Any]:
    states = {
        "S": {"Type": "Choice", "Choices": [rule | {"Next": "Y"}]} | more,
        "Y": {"Type": "Pass", "Result": "yes", "End": True},
        "N": {"Type": "Pass", "Result": "no", "End": True},
    }
    return {"StartAt": "S", "States": states if more else {name: states[name] for name in ("S", "Y")}}


def test_a_rule_on_what_is_not_there_fails(aws: Clients, released: Clients) -> None:
    definition = _choice({"Variable": "$.nope", "StringEquals": "x"}, Default="N")

    assert run(released, definition)["output"] == "no"
    ended = run(aws, definition)

    assert ended["error"] == "States.Runtime"
    assert ended["cause"] == (
        _BEGIN + "Invalid path '$.nope': The choice state's condition path references an invalid value."
    )


@pytest.mark.parametrize(
    ("rule", "data", "output"),
    [
        ({"Variable": "$.nope", "IsPresent": False}, {}, "yes"),
        ({"Variable": "$.v", "StringMatches": "a\\*b"}, {"v": "a*b"}, "yes"),
        ({"Variable": "$.v", "StringMatches": "a\\*b"}, {"v": "axb"}, "no"),
        ({"Variable": "$.v", "StringMatches": "a*?[b]"}, {"v": "axx?[b]"}, "yes"),
        ({"Variable": "$.v", "StringMatches": "a*?[b]"}, {"v": "axxb"}, "no"),
        ({"Variable": "$.v", "NumericEquals": 1}, {"v": "1"}, "no"),
        ({"Variable": "$.v", "StringEqualsPath": "$$.State.Name"}, {"v": "S"}, "yes"),
        ({"Not": {"Variable": "$.v", "IsNumeric": True}}, {"v": "1"}, "yes"),
        ({"Variable": "$.v", "TimestampEquals": "2024-01-01T01:00:00+01:00"}, {"v": "2024-01-01T00:00:00Z"}, "yes"),
        ({"Variable": "$.v", "TimestampLessThan": "2024-01-01T00:00:00.5Z"}, {"v": "2024-01-01T00:00:00Z"}, "yes"),
        ({"Variable": "$.v", "TimestampGreaterThan": "2024-01-01T00:00:00Z"}, {"v": "yesterday"}, "no"),
        ({"Variable": "$.v", "IsTimestamp": True}, {"v": "2024-02-30T00:00:00Z"}, "no"),
        ({"Variable": "$.v", "IsTimestamp": True}, {"v": "2024-02-29T00:00:00.123-05:00"}, "yes"),
    ],
)
def test_a_rule_decides_as_on_aws(aws: Clients, rule: dict[str, Any], data: Any, output: str) -> None:
    assert run(aws, _choice(rule, Default="N"), data)["output"] == output


def test_localstack_alone_knows_no_timestamp_with_an_offset(released: Clients) -> None:
    rule = {"Variable": "$.v", "TimestampEquals": "2024-01-01T01:00:00+01:00"}

    assert run(released, _choice(rule, Default="N"), {"v": "2024-01-01T00:00:00Z"})["output"] == "no"


@pytest.mark.parametrize(
    ("operator", "left", "right", "output"),
    [
        ("TimestampLessThanPath", "2024-01-01T00:00:00Z", "tomorrow", "no"),
        ("NumericEqualsPath", 7, {"value": 7}, "no"),
        ("NumericEqualsPath", "7", 7, "no"),
        ("NumericGreaterThanEqualsPath", 8, False, "yes"),
        ("BooleanEqualsPath", "true", True, "no"),
        ("StringEqualsPath", "a", 1, "no"),
    ],
)
def test_an_operand_of_another_type_matches_nothing(
    aws: Clients, operator: str, left: Any, right: Any, output: str
) -> None:
    rule = {"Variable": "$.v", operator: "$.w"}

    assert run(aws, _choice(rule, Default="N"), {"v": left, "w": right})["output"] == output


@pytest.mark.parametrize("field", ["ErrorPath", "CausePath"])
def test_a_fail_state_whose_path_finds_no_text_is_a_runtime_error(aws: Clients, field: str) -> None:
    ended = run(aws, {"StartAt": "S", "States": {"S": {"Type": "Fail", field: "$.v"}}}, {"v": 5})

    assert ended["error"] == "States.Runtime"
    assert ended["cause"].startswith(_BEGIN)


def test_localstack_alone_takes_any_cause(released: Clients) -> None:
    ended = run(released, {"StartAt": "S", "States": {"S": {"Type": "Fail", "CausePath": "$.v"}}}, {"v": 5})

    assert ended["error"] != "States.Runtime"


def test_no_rule_that_matches_and_no_default_fail(aws: Clients) -> None:
    ended = run(aws, _choice({"Variable": "$.v", "NumericEquals": 1}), {"v": 2})

    assert ended["error"] == "States.Runtime"
    assert ended["cause"] == (
        _BEGIN + "Failed to transition out of the state. The state does not point to a next state."
    )


@pytest.mark.parametrize(
    ("call", "value"),
    [
        (r"States.Format('\{\"k\":\"{}\"\}', $.text)".replace('\\"', '"'), '{"k":"t"}'),
        (r"States.Format('it\'s {}', $.items[0].n)", "it's 1"),
        (r"States.Format('a\\b')", "a\\b"),
        ("States.ArrayGetItem(States.StringSplit('x,y', ','), 1)", "y"),
        ("States.StringSplit('a.b+c', '.+')", ["a", "b", "c"]),
        ("States.Array(1, 'a, b', true, null, $.one)", [1, "a, b", True, None, [{"n": 1}]]),
        ("States.ArrayPartition($.items[*].n, 1)", [[1], [2]]),
        ("States.ArrayRange(1, 9, 2)", [1, 3, 5, 7, 9]),
        ("States.ArrayUnique(States.Array(1, 2, 1))", [1, 2]),
        ("States.MathAdd(1.6, 2.7)", 5),
        ("States.MathAdd(2147483646, 1)", 2147483647),
        ("States.ArrayPartition($.items[*].n, 1.6)", [[1], [2]]),
        ("States.ArrayRange(5.4, -0.6, -2.4)", [5, 3, 1]),
        ("States.ArrayGetItem($.items[*].n, 1.2)", 2),
        ("States.ArrayGetItem($.none, 999)", None),
        ("States.ArrayUnique(States.Array(true, false, true))", [False, True]),
        (
            "States.ArrayUnique(States.Array(States.Array(1, 2), States.Array(1, 2), States.Array(2, 1)))",
            [[2, 1], [1, 2]],
        ),
        ("States.ArrayContains(States.Array('true'), true)", True),
        ("States.ArrayContains(States.Array(0, 1), false)", False),
        ("States.Base64Decode(' YWJjZA== ')", "abcd"),
        ("States.Base64Decode('ab==cd')", "i"),
        ("States.Hash(123, 'MD5')", "202cb962ac59075b964b07152d234b70"),
        ("States.StringSplit(',a,,b,', ',')", ["a", "b"]),
        ("States.StringToJson('')", None),
        ("States.MathRandom(1, 100, 42)", 63),
        ("States.MathRandom(1, 1000, 2)", 806),
        ("$.items[0]['n','s']", {"n": 1, "s": "a"}),
        ("$$.Execution.RedriveCount", 0),
        (
            "States.JsonMerge(States.StringToJson('{\"a\":1}'), States.StringToJson('{\"b\":2}'), false)",
            {"a": 1, "b": 2},
        ),
        ("States.JsonToString($.one)", '[{"n":1}]'),
        ("States.Base64Decode(States.Base64Encode($.text))", "t"),
    ],
)
def test_an_intrinsic_function_gives_what_aws_gives(aws: Clients, call: str, value: Any) -> None:
    assert _value(aws, call, _DATA) == value


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        ("States.ArrayGetItem($.one, 5)", "Invalid arguments in States.ArrayGetItem"),
        ("States.StringToJson('{')", "Cannot convert String to Json in States.StringToJson, caused by: "),
        (
            "States.Format('{}')",
            "Invalid arguments in States.Format: number of arguments do not match the occurrences of {}.",
        ),
        ("States.Format('a {')", "Invalid template in States.Format: matching '}' not found for '{'."),
        ("States.Format('}')", "Invalid template in States.Format: matching '{' not found for '}'."),
        ("States.MathAdd('a', 1)", "Invalid arguments in States.MathAdd"),
        ("States.MathAdd(2147483647, 1)", "Invalid arguments in States.MathAdd"),
        ("States.ArrayRange(0, 2000, 1)", "Invalid arguments in States.ArrayRange"),
        ("States.ArrayPartition($.one, 0.6)", "Invalid arguments in States.ArrayPartition"),
        ("States.Hash($.text, 'md5')", "Invalid arguments in States.Hash"),
        ("States.JsonMerge($.one, $.one, true)", "Invalid arguments in States.JsonMerge"),
        ("States.MathRandom(1.4, 1.6)", "Invalid arguments in States.MathRandom"),
        ("States.MathRandom(1, 10, null)", "Invalid arguments in States.MathRandom"),
        ("States.Base64Encode()", "Invalid arguments in States.Base64Encode"),
    ],
)
def test_an_intrinsic_function_with_wrong_arguments_fails(aws: Clients, call: str, reason: str) -> None:
    ended = run(aws, jsonpath(Parameters={"v.$": call}), _DATA)

    assert ended["error"] == "States.Runtime"
    assert ended["cause"].startswith(
        f"{_BEGIN}There was an error while evaluating the intrinsic function: {call}. {reason}"
    )


def test_localstack_alone_knows_no_context_object_as_aws_has_it(aws: Clients, released: Clients) -> None:
    whole = jsonpath(Parameters={"v.$": "$$"})

    assert "RedriveCount" not in run(released, whole)["output"]["v"]["Execution"]
    context = run(aws, whole)["output"]["v"]
    assert (context["Execution"]["RedriveCount"], sorted(context["State"])) == (0, ["EnteredTime", "Name"])
    assert re.fullmatch(r"[\d-]+T[\d:]+(\.\d{3})?Z", context["State"]["EnteredTime"])


def test_a_failed_intrinsic_function_is_not_caught(aws: Clients) -> None:
    states = {
        "S": {
            "Type": "Parallel",
            "Parameters": {"v.$": "$.a"},
            "Branches": [
                {
                    "StartAt": "P",
                    "States": {"P": {"Type": "Pass", "Parameters": {"v.$": "States.ArrayLength($.v)"}, "End": True}},
                }
            ],
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "E"}],
            "End": True,
        },
        "E": {"Type": "Succeed"},
    }

    ended = run(aws, {"StartAt": "S", "States": states}, {"a": "t"})

    assert (ended["status"], ended["error"]) == ("FAILED", "States.Runtime")
