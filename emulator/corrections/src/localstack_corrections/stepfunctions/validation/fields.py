"""The fields of each object of a definition. Source: Amazon States Language, and the guide's page of each state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from localstack_corrections.stepfunctions.validation.resources import resource
from localstack_corrections.stepfunctions.validation.values import (
    a_path,
    a_path_or_call,
    an_array,
    an_object,
    anything,
    between,
    boolean,
    condition_path,
    integer,
    number,
    one_of,
    or_expression,
    or_null,
    pointer,
    reference_path,
    single_path,
    text,
    timestamp,
)

if TYPE_CHECKING:
    from collections.abc import Callable

Fields = "dict[str, Callable[[Any], str | None]]"
_TYPES: Final = ("Task", "Wait", "Pass", "Succeed", "Fail", "Choice", "Parallel", "Map")

COMMON: Final[dict[str, Any]] = {
    "Type": one_of("Type", *_TYPES),
    "Comment": text,
    "QueryLanguage": one_of("QueryLanguage", "JSONPath", "JSONata"),
}
_PATHS: Final[dict[str, Any]] = {"InputPath": or_null(a_path), "OutputPath": or_null(a_path)}
_NEXT: Final[dict[str, Any]] = {"Next": text, "End": boolean}
_VALUES: Final[dict[str, Any]] = {"Assign": an_object, "Output": anything}
_RESULT: Final[dict[str, Any]] = {"ResultPath": or_null(reference_path)}
_ERRORS: Final[dict[str, Any]] = {"Retry": an_array, "Catch": an_array}
_STEP: Final = COMMON | _PATHS | _NEXT | _VALUES

STATES: Final[dict[str, dict[str, Callable[[Any], str | None]]]] = {
    "Pass": _STEP | _RESULT | {"Result": anything, "Parameters": anything},
    "Task": _STEP
    | _RESULT
    | _ERRORS
    | {
        "Resource": resource,
        "Parameters": anything,
        "Arguments": anything,
        "ResultSelector": an_object,
        "Credentials": an_object,
        "TimeoutSeconds": or_expression(between(integer, 1)),
        "TimeoutSecondsPath": single_path,
        "HeartbeatSeconds": or_expression(between(integer, 1)),
        "HeartbeatSecondsPath": single_path,
    },
    "Choice": COMMON | _PATHS | _VALUES | {"Choices": an_array, "Default": text},
    "Wait": _STEP
    | {
        "Seconds": or_expression(between(integer, 0)),
        "SecondsPath": single_path,
        "Timestamp": or_expression(timestamp),
        "TimestampPath": single_path,
    },
    "Succeed": COMMON | _PATHS | {"Output": anything},
    "Fail": COMMON | {"Error": text, "ErrorPath": a_path_or_call, "Cause": text, "CausePath": a_path_or_call},
    "Parallel": _STEP
    | _RESULT
    | _ERRORS
    | {"Branches": an_array, "Parameters": anything, "Arguments": anything, "ResultSelector": an_object},
    "Map": _STEP
    | _RESULT
    | _ERRORS
    | {
        "ItemProcessor": an_object,
        "Iterator": an_object,
        "ItemsPath": a_path,
        "Items": anything,
        "ItemSelector": anything,
        "Parameters": anything,
        "ResultSelector": an_object,
        "ItemReader": an_object,
        "ItemBatcher": an_object,
        "ResultWriter": an_object,
        "Label": text,
        "MaxConcurrency": or_expression(between(integer, 0, 2**63)),
        "MaxConcurrencyPath": reference_path,
        "ToleratedFailureCount": or_expression(between(integer, 0, 2**63)),
        "ToleratedFailureCountPath": reference_path,
        "ToleratedFailurePercentage": or_expression(between(number, 0.0, 100.0)),
        "ToleratedFailurePercentagePath": reference_path,
    },
}
REQUIRED: Final = {"Task": ("Resource",), "Choice": ("Choices",), "Parallel": ("Branches",)}
ONE_OF: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    "Wait": (("SecondsPath", "Seconds", "TimestampPath", "Timestamp"),),
    "Map": (("ItemProcessor", "Iterator"),),
}
"""Groups of which a state has exactly one."""
EXCLUSIVE: Final = (
    ("Next", "End"),
    ("TimeoutSeconds", "TimeoutSecondsPath"),
    ("HeartbeatSeconds", "HeartbeatSecondsPath"),
    ("MaxConcurrency", "MaxConcurrencyPath"),
    ("ToleratedFailureCount", "ToleratedFailureCountPath"),
    ("ToleratedFailurePercentage", "ToleratedFailurePercentagePath"),
    ("MaxItems", "MaxItemsPath"),
    ("MaxItemsPerBatch", "MaxItemsPerBatchPath"),
    ("MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath"),
    ("Error", "ErrorPath"),
    ("Cause", "CausePath"),
    ("ItemSelector", "Parameters"),
)
"""Groups of which there is at most one."""
JSONATA_ONLY: Final = frozenset({"Output", "Arguments", "Items", "Condition"})
JSONPATH_ONLY: Final = frozenset(
    {
        *("InputPath", "OutputPath", "ResultPath", "Parameters", "ResultSelector", "Result", "ItemsPath", "Variable"),
        *("SecondsPath", "TimestampPath", "TimeoutSecondsPath", "HeartbeatSecondsPath", "MaxConcurrencyPath"),
        *("ToleratedFailureCountPath", "ToleratedFailurePercentagePath", "MaxItemsPath", "MaxItemsPerBatchPath"),
        *("MaxInputBytesPerBatchPath", "ErrorPath", "CausePath"),
    }
)

MACHINE: Final[dict[str, Any]] = {
    "Comment": text,
    "StartAt": text,
    "States": an_object,
    "Version": text,
    "TimeoutSeconds": between(integer, 1),
    "QueryLanguage": one_of("QueryLanguage", "JSONPath", "JSONata"),
}
BRANCH: Final[dict[str, Any]] = {"Comment": text, "StartAt": text, "States": an_object}
PROCESSOR: Final[dict[str, Any]] = BRANCH | {"ProcessorConfig": an_object}
PROCESSOR_CONFIG: Final[dict[str, Any]] = {
    "Mode": one_of("Mode", "INLINE", "DISTRIBUTED"),
    "ExecutionType": one_of("ExecutionType", "STANDARD", "EXPRESS"),
}
RETRIER: Final[dict[str, Any]] = {
    "ErrorEquals": an_array,
    "Comment": text,
    "IntervalSeconds": between(integer, 1),
    "MaxAttempts": between(integer, 0),
    "BackoffRate": between(number, 1.0),
    "MaxDelaySeconds": between(integer, 1, 31_622_399),
    "JitterStrategy": one_of("JitterStrategy", "FULL", "NONE"),
}
CATCHER: Final[dict[str, Any]] = _RESULT | {
    "ErrorEquals": an_array,
    "Next": text,
    "Comment": text,
    "Assign": an_object,
    "Output": anything,
}
READER: Final[dict[str, Any]] = {
    "Resource": resource,
    "ReaderConfig": an_object,
    "Parameters": anything,
    "Arguments": anything,
}
_COUNTS: Final[dict[str, Any]] = {
    "MaxItems": or_expression(between(integer, 0, 100_000_000)),
    "MaxItemsPath": reference_path,
    "Transformation": one_of("Transformation", "NONE", "LOAD_AND_FLATTEN"),
}
READER_CONFIG: Final[dict[str, Any]] = _COUNTS | {
    "InputType": one_of("InputType", "CSV", "JSON", "JSONL", "PARQUET", "MANIFEST"),
    "ManifestType": one_of("ManifestType", "ATHENA_DATA", "S3_INVENTORY"),
    "CSVHeaderLocation": one_of("CSVHeaderLocation", "FIRST_ROW", "GIVEN"),
    "CSVHeaders": anything,
    "CSVDelimiter": one_of("CSVDelimiter", "COMMA", "PIPE", "SEMICOLON", "SPACE", "TAB"),
    "ItemsPointer": pointer,
}
UNSUPPORTED: Final[dict[str, frozenset[str]]] = {
    "JSON": frozenset({"ManifestType", "CSVHeaderLocation", "CSVHeaders", "CSVDelimiter"}),
    "JSONL": frozenset({"CSVHeaderLocation", "CSVHeaders", "CSVDelimiter", "ItemsPointer"}),
    "PARQUET": frozenset({"CSVHeaderLocation", "CSVHeaders", "CSVDelimiter", "ItemsPointer"}),
    "CSV": frozenset({"ItemsPointer"}),
    "MANIFEST": frozenset({"CSVHeaderLocation", "CSVHeaders", "CSVDelimiter", "ItemsPointer"}),
}
"""What ReaderConfig may not have beside an InputType."""
DISTRIBUTED_ONLY: Final = (
    *("ItemReader", "ItemBatcher", "ResultWriter", "Label"),
    *("ToleratedFailureCount", "ToleratedFailureCountPath"),
    *("ToleratedFailurePercentage", "ToleratedFailurePercentagePath"),
)
"""Fields of a Map whose ItemProcessor has the mode DISTRIBUTED."""
WRITER: Final[dict[str, Any]] = {
    "Resource": resource,
    "WriterConfig": an_object,
    "Parameters": anything,
    "Arguments": anything,
}
BATCHER: Final[dict[str, Any]] = {
    "MaxItemsPerBatch": or_expression(between(integer, 0, 2**63)),
    "MaxItemsPerBatchPath": reference_path,
    "MaxInputBytesPerBatch": or_expression(between(integer, 0, 262_144)),
    "MaxInputBytesPerBatchPath": reference_path,
    "BatchInput": anything,
}

_KINDS: Final[dict[str, Any]] = {"String": text, "Numeric": number, "Timestamp": timestamp}
_RELATIONS: Final = ("Equals", "LessThan", "GreaterThan", "LessThanEquals", "GreaterThanEquals")
OPERATORS: Final[dict[str, Any]] = (
    {f"{kind}{relation}": check for kind, check in _KINDS.items() for relation in _RELATIONS}
    | {f"{kind}{relation}Path": a_path for kind in _KINDS for relation in _RELATIONS}
    | {"BooleanEquals": boolean, "BooleanEqualsPath": a_path, "StringMatches": text}
    | dict.fromkeys(("IsNull", "IsPresent", "IsNumeric", "IsString", "IsBoolean", "IsTimestamp"), boolean)
)
# in the order of AWS's message
_NAMES: Final = """
StringEquals IsBoolean StringLessThan IsNumeric BooleanEquals StringLessThanEqualsPath NumericLessThan
NumericGreaterThan NumericLessThanPath StringMatches TimestampLessThanEqualsPath NumericEquals TimestampGreaterThan
StringGreaterThanEqualsPath TimestampGreaterThanEqualsPath TimestampLessThanEquals NumericLessThanEqualsPath
TimestampEquals BooleanEqualsPath IsTimestamp StringLessThanEquals NumericLessThanEquals StringLessThanPath
TimestampGreaterThanPath StringGreaterThan StringGreaterThanPath IsString StringEqualsPath TimestampEqualsPath
TimestampLessThan StringGreaterThanEquals NumericGreaterThanPath NumericGreaterThanEquals NumericEqualsPath
TimestampLessThanPath IsNull IsPresent TimestampGreaterThanEquals NumericGreaterThanEqualsPath
"""
ONE_OPERATOR: Final = f"of the following fields: [{', '.join(_NAMES.split())}]"
COMBINATIONS: Final[dict[str, Any]] = {"And": an_array, "Or": an_array, "Not": an_object}
RULE: Final[dict[str, Any]] = (
    OPERATORS
    | COMBINATIONS
    | {
        "Variable": condition_path,
        "Next": text,
        "Comment": text,
        "Assign": an_object,
        "Output": anything,
        "Condition": or_expression(boolean),
    }
)
