"""Definitions that AWS rejects and those it accepts, when a machine is created, updated and validated."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from localstack_corrections.stepfunctions.validation import diagnostics
from localstack_corrections.stepfunctions.validation.diagnostics import rejection
from tests.corrections.stepfunctions.machines import ROLE, machine, one_state

if TYPE_CHECKING:
    from localdev.engines.clients import Clients

_END: dict[str, Any] = {"Type": "Pass", "End": True}
_ALL = [{"ErrorEquals": ["States.ALL"], "Next": "B"}]
_SCHEMA, _TARGET = "SCHEMA_VALIDATION_FAILED", "MISSING_TRANSITION_TARGET"
_JSONATA_ONLY = "The QueryLanguage is set to 'JSONPath', but field 'Output' is only supported for the 'JSONata'"
_JSONPATH_ONLY = "The QueryLanguage is set to 'JSONata', but field 'InputPath' is only supported for the 'JSONPath'"


def _states(start: str = "A", **states: Any) -> dict[str, Any]:
    return {"StartAt": start, "States": states}


def _map(**fields: Any) -> dict[str, Any]:
    return {"Type": "Map", "ItemProcessor": _states("P", P=_END), "End": True} | fields


def _distributed(**fields: Any) -> dict[str, Any]:
    return _map(ItemProcessor=_states("P", P=_END) | {"ProcessorConfig": _DISTRIBUTED}, **fields)


def _reader(**config: Any) -> dict[str, Any]:
    return {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": config, "Parameters": {"Bucket": "b"}}


_CONFIG = "/States/A/ItemReader/ReaderConfig"
_NO_END = "MISSING_END_STATE: Workflow has no terminal state at null"
_DISTRIBUTED = {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}
_REJECTED: list[tuple[dict[str, Any], str]] = [
    # captured from AWS: see the correction's sources
    (
        _states("pass1", pass1={"Type": "Pass", "Next": "pass3"}, pass2=_END),
        (
            f"{_TARGET}: Missing 'Next' target: pass3 at /States/pass1/Next,"
            f' {_TARGET}: State "pass2" is not reachable. at /States/pass2'
        ),
    ),
    (
        _states("Z", A={"Type": "Pass", "Next": "S"}, S={"Type": "Succeed"}),
        f"{_TARGET}: Missing 'Next' target: Z at /StartAt, {_TARGET}: State \"A\" is not reachable. at /States/A",
    ),
    (
        _states(A={"Type": "Pass", "Next": "B"}, B={"Type": "Pass", "Next": "A"}),
        "MISSING_END_STATE: Workflow has no terminal state at null",
    ),
    (_states(A=_END | {"Catch": _ALL}, B=_END), f"{_SCHEMA}: Field 'Catch' is not supported at /States/A"),
    (_states(A=_map(TimeoutSeconds=3)), f"{_SCHEMA}: Field 'TimeoutSeconds' is not supported at /States/A"),
    (
        _states(A={"Type": "Choice", "Choices": [{"Variable": "$", "StringMatches": "x"}], "Default": "B"}, B=_END),
        f"{_SCHEMA}: These fields are required: [Next] at /States/A/Choices[0]",
    ),
    (_states(A=_END | {"Output": "x"}), f"{_SCHEMA}: {_JSONATA_ONLY} QueryLanguage at /States/A"),
    (one_state(InputPath="$.a"), f"{_SCHEMA}: {_JSONPATH_ONLY} QueryLanguage at /States/S"),
    (
        one_state(QueryLanguage="JSONPath"),
        f"{_SCHEMA}: 'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine at /States/S",
    ),
    (
        _states(A=_map(ItemProcessor=_states("P", P=_END) | {"QueryLanguage": "JSONata"})),
        f"{_SCHEMA}: Field 'QueryLanguage' is not supported at /States/A/ItemProcessor",
    ),
    (_states(A=_map(MaxConcurrency=-1)), f"{_SCHEMA}: Minimum value is 0 at /States/A/MaxConcurrency"),
    (
        _states(A=_distributed(ToleratedFailureCountPath="$$.Execution.Input.n")),
        f"{_SCHEMA}: Value is not a Reference Path at /States/A/ToleratedFailureCountPath",
    ),
    (
        one_state(Output={"v": "{% phone %}"}),
        "UNSUPPORTED_JSONATA_EXPRESSION: Reference to 'phone' at the top level is not supported. at /States/S/Output/v",
    ),
    (one_state(Output="{% 1 + %}"), "INVALID_JSONATA_EXPRESSION: Unexpected end of expression at /States/S/Output"),
    (
        one_state(Output="{% a[1,2) %}"),
        'INVALID_JSONATA_EXPRESSION: Expected "]", got "," at /States/S/Output',
    ),
    (
        one_state(Output="{% $states.errorOutput %}"),
        "UNSUPPORTED_JSONATA_EXPRESSION: Field '$states.errorOutput' does not exist. at /States/S/Output",
    ),
    (
        one_state(Output="{% $states.result %}"),
        "UNSUPPORTED_JSONATA_EXPRESSION: Field '$states.result' does not exist. at /States/S/Output",
    ),
    *[
        (
            _states(A={"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "End": True}),
            (
                f"{_SCHEMA}: The resource provided arn:aws:states:::{resource} is not recognized. The value is not a"
                " valid resource ARN, or the resource is not available in this region. at /States/A/Resource"
            ),
        )
        for resource in (
            "aws-sdk:events:putEvents",
            "aws-sdk:cognito-idp:listUsers",
            "aws-sdk:sqs:sendMessage.sync",
            "lambda:invoke.sync",
            "dynamodb:getItem.waitForTaskToken",
            "sns:publish.sync:2",
        )
    ],
    (_states(A={"End": True}), f"{_SCHEMA}: The field 'Type' is required at /States/A"),
    (
        _states(A={"Type": "Other", "End": True}),
        (
            f"{_SCHEMA}: The field 'Type' should have one of these values:"
            " [Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map] at /States/A/Type"
        ),
    ),
    (
        _states(A={"Type": "Pass"}),
        f"{_SCHEMA}: This object should have only one of the following fields: [Next, End] at /States/A, {_NO_END}",
    ),
    (
        {"StartAt": "A", "States": {}},
        f"{_SCHEMA}: Value cannot be empty at /States, {_TARGET}: Missing 'Next' target: A at /StartAt, {_NO_END}",
    ),
    (
        _states(A={"Type": "Wait", "Seconds": 1, "Timestamp": "2025-01-01T00:00:10.000Z", "End": True}),
        (
            f"{_SCHEMA}: There should only be one of the following fields:"
            " [SecondsPath, Seconds, TimestampPath, Timestamp] at /States/A"
        ),
    ),
    (
        _states(A={"Type": "Wait", "Timestamp": "soon", "End": True}),
        f"{_SCHEMA}: String does not match RFC3339 timestamp at /States/A/Timestamp",
    ),
    (
        _states(A={"Type": "Choice", "Choices": [{"Not": {"Or": []}, "Next": "B"}], "Default": "B"}, B=_END),
        f"{_SCHEMA}: Value cannot be empty at /States/A/Choices[0]/Not/Or",
    ),
    (
        _states(
            A={"Type": "Choice", "Choices": [{"Variable": "v", "IsNull": True, "Next": "B"}], "Default": "B"}, B=_END
        ),
        (
            f"{_SCHEMA}: Value is not a Reference Path: Reference path didn't start with '$' at"
            " /States/A/Choices[0]/Variable"
        ),
    ),
    (
        _states(A=_distributed(ItemReader=_reader(InputType="CSV"))),
        f"{_SCHEMA}: The field 'CSVHeaderLocation' is required at {_CONFIG}",
    ),
    (
        _states(A=_distributed(ItemReader=_reader(InputType="CSV", CSVHeaderLocation="GIVEN"))),
        f"{_SCHEMA}: These fields are required: [CSVHeaders] at {_CONFIG}",
    ),
    (
        _states(A=_distributed(ItemReader=_reader(InputType="JSON", CSVHeaderLocation="FIRST_ROW"))),
        f"{_SCHEMA}: Field 'CSVHeaderLocation' is not supported at {_CONFIG}",
    ),
    (
        _states(A=_distributed(ItemReader=_reader(InputType="JSON", ItemsPointer="data/items"))),
        (
            f"{_SCHEMA}: Invalid input: JSON Pointer expression must start with '/': \"data/items\""
            f" at {_CONFIG}/ItemsPointer"
        ),
    ),
    (
        _states(A=_distributed(ItemReader=_reader(Transformation="LOAD_AND_FLATTEN"))),
        f"{_SCHEMA}: The field 'InputType' is required at {_CONFIG}",
    ),
    # the code is AWS's, its words are not known here
    (_states(A=_map(Label="L")), f"{_SCHEMA}: Field 'Label' is not supported at /States/A"),
    (
        _states(A=_map(ItemProcessor=_states("P", P=_END) | {"ProcessorConfig": {"Mode": "DISTRIBUTED"}})),
        f"{_SCHEMA}: The field 'ExecutionType' is required at /States/A/ItemProcessor/ProcessorConfig",
    ),
    (
        _states(A=_END | {"Assign": {"states": 1}}),
        f"{_SCHEMA}: The variable name 'states' is invalid. at /States/A/Assign",
    ),
    (
        _states(A=_END | {"Assign": {"1st.$": "$.a"}}),
        f"{_SCHEMA}: The variable name '1st' is invalid. at /States/A/Assign",
    ),
    (
        _states(A=_map(ItemProcessor=_states("P", P=_END | {"Assign": {"x": 2}})) | {"Assign": {"x": 1}}),
        (
            f"{_SCHEMA}: The variable name 'x' was already defined in a parent scope."
            " at /States/A/ItemProcessor/States/P/Assign"
        ),
    ),
    (
        _states(A=_map(ItemProcessor=_states("A", A=_END))),
        "DUPLICATE_STATE_NAME: Duplicate State name: A at /States/A/ItemProcessor/States/A",
    ),
    (
        _states(A=_END | {"Parameters": {"x.$": "States.Nope()"}}),
        (
            f"{_SCHEMA}: The value for the field 'x.$' must be a valid JSONPath or a valid intrinsic function call"
            " at /States/A/Parameters/x.$"
        ),
    ),
    (
        _states(A={"Type": "Parallel", "Branches": [_states("P", P={"Type": "Pass", "Next": "A"})], "End": True}),
        (
            f"{_TARGET}: Missing 'Next' target: A at /States/A/Branches[0]/States/P/Next,"
            " MISSING_END_STATE: Workflow has no terminal state at null"
        ),
    ),
    (_states(A={"Type": "Task", "End": True}), f"{_SCHEMA}: These fields are required: [Resource] at /States/A"),
    (
        _states(A={"Type": "Task", "Resource": "create", "End": True}),
        f"{_SCHEMA}: Value is not a valid resource ARN at /States/A/Resource",
    ),
    (
        _states(A={"Type": "Wait", "Seconds": "1", "End": True}),
        f"{_SCHEMA}: Expected value of type Integer at /States/A/Seconds",
    ),
]
_TASK = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"}, "End": True}
_ACCEPTED: list[dict[str, Any]] = [
    _states(A={"Type": "Wait", "Timestamp": "2024-01-01T00:00:00+01:00", "End": True}),
    _states(A=_END | {"Parameters": {"v.$": "States.UUID(1)"}}),
    _states(A=_distributed(ItemReader=_reader(InputType="CSV", CSVHeaderLocation="GIVEN", CSVHeaders=["a"]))),
    # children of a distributed Map see no variables from outside
    _states(
        A={"Type": "Pass", "Assign": {"x": 1}, "Next": "M"},
        M=_map(
            ItemProcessor=_states("P", P=_END | {"Assign": {"x": 2}}) | {"ProcessorConfig": _DISTRIBUTED},
        ),
    ),
    one_state(
        Type="Task",
        Resource="arn:aws:states:::lambda:invoke",
        Arguments={"FunctionName": "f"},
        Output="{% $states.result.Payload %}",
        Assign={"x": "{% $states.context.State.Name %}"},
    ),
    {"QueryLanguage": "JSONata"} | _states(A=_map(Items="{% [1] %}", ItemSelector="{% {'a': 1} %}")),
    {"QueryLanguage": "JSONata"}
    | _states(
        A=_map(
            ItemProcessor=_states("P", P=_END) | {"ProcessorConfig": _DISTRIBUTED},
            ToleratedFailureCount="{% 1 %}",
            ToleratedFailurePercentage="{% 5 %}",
        )
    ),
    _states(A=_END | {"Comment": "c", "Parameters": {"a.$": "$$.State.Name", "b": [{"c.$": "$.x[?(@.y)].z"}]}}),
    _states(A=_TASK | {"Catch": [{"ErrorEquals": ["States.MyOwn"], "Next": "B"}]}, B={"Type": "Succeed"}),
    _states(A=_TASK | {"Retry": [{"ErrorEquals": ["States.ALL"], "BackoffRate": 2, "JitterStrategy": "FULL"}]}),
    _states(
        A=_map(
            ItemProcessor=_states("P", P=_END) | {"ProcessorConfig": _DISTRIBUTED},
            ItemBatcher={"MaxItemsPerBatch": 2, "BatchInput": {"a.$": "$.b"}},
            ItemReader={"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {}, "Parameters": {"Bucket": "b"}},
            ToleratedFailurePercentage=5,
            Label="L",
        )
    ),
    _states(A=_END | {"Assign": {"x.$": "$.a", "y": {"z": 1}}, "ResultPath": None, "InputPath": "$x.y"}),
    _states(
        A={
            "Type": "Choice",
            "Choices": [
                {
                    "And": [{"Variable": "$.a", "IsPresent": True}, {"Not": {"Variable": "$.b", "StringMatches": "*"}}],
                    "Next": "B",
                    "Assign": {"x": 1},
                }
            ],
            "Default": "B",
        },
        B={"Type": "Fail", "ErrorPath": "States.Format('{}', $.e)", "Cause": "c"},
    ),
    one_state(
        Type="Wait", Seconds="{% $states.input.s %}", Output={"a": ["{% $map($states.input.x, function($v) {$v.y}) %}"]}
    ),
    one_state(Type="Succeed") | {"States": {"S": {"Type": "Succeed", "Output": "{% $states.input.xs[a > 1]^(b).c %}"}}},
]


@pytest.mark.parametrize(("definition", "reason"), _REJECTED)
def test_a_definition_is_rejected_with_code_and_location(definition: dict[str, Any], reason: str) -> None:
    assert rejection(list(diagnostics(json.dumps(definition)))) == f"Invalid State Machine Definition: '{reason}'"


@pytest.mark.parametrize("definition", _ACCEPTED)
def test_what_aws_accepts_is_accepted(definition: dict[str, Any]) -> None:
    assert diagnostics(json.dumps(definition)) == ()


def test_a_state_that_is_there_twice_is_rejected() -> None:
    text = '{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}, "A": {"Type": "Succeed"}}}'

    assert [each.code for each in diagnostics(text)] == ["DUPLICATE_STATE_NAME"]


@pytest.mark.parametrize("text", ["{not json", "[" * 100_000])
def test_what_is_no_definition_is_rejected(text: str) -> None:
    assert diagnostics(text)[0].location is None


def test_creating_a_machine_rejects_it(aws: Clients, released: Clients) -> None:
    definition, reason = _REJECTED[0]

    with machine(released, definition):
        pass
    with pytest.raises(ClientError) as rejected, machine(aws, definition):
        pass

    assert rejected.value.response["Error"]["Code"] == "InvalidDefinition"
    assert rejected.value.response["Error"]["Message"] == f"Invalid State Machine Definition: '{reason}'"


def test_updating_a_machine_rejects_it(aws: Clients) -> None:
    with machine(aws, _states(A=_END)) as arn, pytest.raises(ClientError, match="MISSING_END_STATE"):
        aws.client("stepfunctions").update_state_machine(stateMachineArn=arn, definition=json.dumps(_REJECTED[2][0]))


def test_validating_a_definition_reports_it(aws: Clients) -> None:
    states = aws.client("stepfunctions")

    bad = states.validate_state_machine_definition(definition=json.dumps(_REJECTED[0][0]), maxResults=1)
    good = states.validate_state_machine_definition(definition=json.dumps(_ACCEPTED[0]))

    assert (bad["result"], bad["truncated"], good["result"]) == ("FAIL", True, "OK")
    assert bad["diagnostics"] == [
        {
            "severity": "ERROR",
            "code": _TARGET,
            "message": "Missing 'Next' target: pass3",
            "location": "/States/pass1/Next",
        }
    ]


def test_warnings_are_given_to_those_who_ask(aws: Clients) -> None:
    rule = {"Variable": "$.a", "StringEquals": "$.b", "Next": "P"}
    definition = _states(
        A={"Type": "Choice", "Choices": [rule], "Default": "P"},
        P={"Type": "Pass", "Parameters": {"v": "$.a", "w": [{"x": "States.UUID()"}]}, "Next": "Q"},
        Q={"Type": "Pass", "Result": {"v.$": "$.a"}, "Next": "F"},
        F={"Type": "Fail", "Cause": "$.why", "Error": "it costs $.5"},
    )
    states = aws.client("stepfunctions")

    given = states.validate_state_machine_definition(definition=json.dumps(definition), severity="WARNING")
    by_default = states.validate_state_machine_definition(definition=json.dumps(definition))

    assert (given["result"], by_default["result"], by_default["diagnostics"]) == ("OK", "OK", [])
    assert [(each["severity"], each["code"], each["location"]) for each in given["diagnostics"]] == [
        ("WARNING", "NO_PATH", "/States/A/Choices[0]/StringEquals"),
        ("WARNING", "NO_DOLLAR", "/States/P/Parameters/v"),
        ("WARNING", "NO_DOLLAR", "/States/P/Parameters/w[0]/x"),
        ("WARNING", "PASS_RESULT_IS_STATIC", "/States/Q/Result/v.$"),
        ("WARNING", "NO_PATH", "/States/F/Cause"),
    ]


@pytest.mark.parametrize("definition", _ACCEPTED)
def test_a_machine_is_made_of_what_aws_accepts(aws: Clients, definition: dict[str, Any]) -> None:
    states = aws.client("stepfunctions")
    arn = states.create_state_machine(
        name=f"case-{uuid.uuid4().hex[:12]}", definition=json.dumps(definition), roleArn=ROLE
    )["stateMachineArn"]

    states.delete_state_machine(stateMachineArn=arn)
