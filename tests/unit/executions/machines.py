"""State machines that between them have every type of state, and how each is run to be recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

FUNCTION = "recorded-histories"
FUNCTION_CODE = '''
import time


def handler(event, context):
    """Fail until the input says that it has been retried often enough."""
    print("flavour", event.get("flavour"))
    time.sleep(event.get("seconds", 0))
    if event.get("retries", 0) < event.get("fails", 0):
        raise ValueError(f"attempt {event['retries'] + 1} is to fail")
    return {"attempt": event.get("retries", 0) + 1}
'''

DONE = {"Type": "Succeed"}
END = {"Type": "Pass", "End": True}


@dataclass(frozen=True)
class Run:
    """One execution to record: ``then`` says what is done to it once it waits."""

    states: dict[str, Any]
    input: Any = None
    top: dict[str, Any] | None = None
    then: str = "end"
    """``end``: wait until it has ended; ``stop``: stop it at its wait; ``look``: record it while it waits."""
    type: str = "STANDARD"

    @property
    def definition(self) -> dict[str, Any]:
        """The whole document."""
        return {"StartAt": next(iter(self.states)), "States": self.states, **(self.top or {})}


def _machine(**states: Any) -> dict[str, Any]:
    return {"StartAt": next(iter(states)), "States": states}


def _task(*, fails: int = 0, seconds: float = 0, **fields: Any) -> dict[str, Any]:
    parameters = {"fails": fails, "seconds": seconds, "retries.$": "$$.State.RetryCount"}
    way_on = {} if "Next" in fields else {"End": True}
    return {"Type": "Task", "Resource": "${function}", "Parameters": parameters, **way_on, **fields}


def _invoke(**fields: Any) -> dict[str, Any]:
    parameters = {"FunctionName": "${function}", "Payload": {"flavour": "pepperoni"}}
    resource = "arn:aws:states:::lambda:invoke"
    return {"Type": "Task", "Resource": resource, "Parameters": parameters, "End": True, **fields}


RETRY = [{"ErrorEquals": ["ValueError"], "IntervalSeconds": 1, "BackoffRate": 1, "MaxAttempts": 2}]
CATCH_ALL = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Caught"}]
WAIT_LONG = {"Type": "Wait", "Seconds": 3600, "End": True}
FAIL = {"Type": "Fail", "Error": "Burnt", "Cause": "The oven was too hot"}
BY_SIZE = {
    "Type": "Choice",
    "Choices": [{"Variable": "$.size", "NumericGreaterThan": 1, "Next": "Large"}],
    "Default": "Small",
}

_JSONATA = {
    "Take": {"Type": "Pass", "Assign": {"n": "{% $states.input.n %}"}, "Next": "Big?"},
    "Big?": {
        "Type": "Choice",
        "Choices": [{"Condition": "{% $n > 1 %}", "Output": {"big": True}, "Next": "Done"}],
        "Default": "Burn",
    },
    "Done": {"Type": "Succeed", "Output": "{% $states.input %}"},
    "Burn": {"Type": "Fail", "Error": "{% 'Burnt' & $n %}", "Cause": "too small"},
}

RUNS: dict[str, Run] = {
    "pass_wait_succeed": Run(
        {
            "Pass": {"Type": "Pass", "Result": {"a": 1}, "Next": "Wait"},
            "Wait": {"Type": "Wait", "Seconds": 1, "Next": "Done"},
            "Done": DONE,
        }
    ),
    "choice": Run({"By size": BY_SIZE, "Large": DONE, "Small": FAIL}, {"size": 2}),
    "choice_default_to_fail": Run({"By size": BY_SIZE, "Large": DONE, "Small": FAIL}, {"size": 1}),
    "choice_two_rules_one_target": Run(
        {
            "If": {
                "Type": "Choice",
                "Choices": [
                    {"Variable": "$.a", "IsPresent": True, "Next": "Yes"},
                    {"Variable": "$.b", "IsPresent": True, "Next": "Yes"},
                ],
                "Default": "No",
            },
            "Yes": DONE,
            "No": FAIL,
        },
        {"b": 1},
    ),
    "choice_without_a_match": Run(
        {"If": {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": True, "Next": "Yes"}]}, "Yes": DONE},
        {"a": 1},
    ),
    "loop": Run(
        {
            "Count": {"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($.n, 1)"}, "Next": "Again?"},
            "Again?": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.n", "NumericLessThan": 3, "Next": "Count"}],
                "Default": "Done",
            },
            "Done": DONE,
        },
        {"n": 0},
    ),
    "task": Run({"Task": _task()}),
    "task_retried": Run({"Task": _task(fails=2, Retry=RETRY)}),
    "task_retries_run_out": Run({"Task": _task(fails=9, Retry=RETRY)}),
    "task_caught": Run({"Task": _task(fails=9, Retry=RETRY, Catch=CATCH_ALL), "Caught": END}),
    "task_caught_to_fail": Run({"Task": _task(fails=9, Catch=CATCH_ALL), "Caught": FAIL}),
    "task_caught_where_it_would_go_anyway": Run(
        {"Task": _task(fails=9, Catch=CATCH_ALL, Next="Caught"), "Caught": END}
    ),
    "task_timed_out": Run({"Task": _task(seconds=5, TimeoutSeconds=1)}),
    "task_invoke": Run({"Invoke": _invoke()}),
    "task_without_permission": Run(
        {"Invoke": {**_invoke(), "Parameters": {"FunctionName": "no-such-function", "Payload": {}}}}
    ),
    "task_sdk": Run(
        {
            "List": {
                "Type": "Task",
                "Resource": "arn:aws:states:::aws-sdk:sfn:listStateMachines",
                "Parameters": {"MaxResults": 1},
                "ResultSelector": {"found": True},
                "End": True,
            }
        }
    ),
    "task_token_waiting": Run(
        {
            "Ask": {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
                "Parameters": {"FunctionName": "${function}", "Payload": {"token.$": "$$.Task.Token"}},
                "End": True,
            }
        },
        then="look",
    ),
    "parallel": Run(
        {
            "Both": {
                "Type": "Parallel",
                "Branches": [
                    _machine(Left={"Type": "Pass", "Next": "Left too"}, **{"Left too": END}),
                    _machine(Right=_task()),
                ],
                "Next": "Done",
            },
            "Done": DONE,
        }
    ),
    "parallel_failed": Run(
        {
            "Both": {
                "Type": "Parallel",
                "Branches": [_machine(Left=WAIT_LONG), _machine(Right={"Type": "Pass", "Next": "Burn"}, Burn=FAIL)],
                "End": True,
            },
        }
    ),
    "parallel_caught": Run(
        {
            "Both": {
                "Type": "Parallel",
                "Branches": [_machine(Left=END), _machine(Right=_task(fails=9))],
                "Catch": CATCH_ALL,
                "End": True,
            },
            "Caught": END,
        },
        {},
    ),
    "parallel_retried": Run(
        {
            "Both": {
                "Type": "Parallel",
                "Branches": [
                    _machine(
                        Right={
                            "Type": "Choice",
                            "Choices": [{"Variable": "$$.State.RetryCount", "NumericEquals": 9, "Next": "Fine"}],
                            "Default": "Burn",
                        },
                        Burn=FAIL,
                        Fine=DONE,
                    )
                ],
                "Retry": [{"ErrorEquals": ["Burnt"], "IntervalSeconds": 1, "MaxAttempts": 1}],
                "Catch": CATCH_ALL,
                "End": True,
            },
            "Caught": END,
        },
        {},
    ),
    "map": Run(
        {
            "Each": {
                "Type": "Map",
                "ItemProcessor": _machine(**{"By size": BY_SIZE, "Large": END, "Small": END}),
                "Next": "Done",
            },
            "Done": DONE,
        },
        [{"size": 1}, {"size": 2}, {"size": 3}],
    ),
    "map_one_at_a_time": Run(
        {
            "Each": {
                "Type": "Map",
                "MaxConcurrency": 1,
                "ItemProcessor": _machine(**{"By size": BY_SIZE, "Large": END, "Small": END}),
                "End": True,
            },
        },
        [{"size": 1}, {"size": 2}, {"size": 3}],
    ),
    "map_of_nothing": Run({"Each": {"Type": "Map", "ItemProcessor": _machine(Item=END), "End": True}}, []),
    "map_failed": Run(
        {
            "Each": {
                "Type": "Map",
                "MaxConcurrency": 1,
                "ItemProcessor": _machine(**{"By size": BY_SIZE, "Large": FAIL, "Small": END}),
                "End": True,
            },
        },
        [{"size": 1}, {"size": 2}, {"size": 1}],
    ),
    "map_caught": Run(
        {
            "Each": {
                "Type": "Map",
                "ItemProcessor": _machine(**{"By size": BY_SIZE, "Large": FAIL, "Small": END}),
                "Catch": [{"ErrorEquals": ["Burnt"], "Next": "Caught"}],
                "End": True,
            },
            "Caught": END,
        },
        [{"size": 1}, {"size": 2}],
    ),
    "map_in_parallel_in_map": Run(
        {
            "Tables": {
                "Type": "Map",
                "ItemsPath": "$.tables",
                "ItemProcessor": _machine(
                    Table={
                        "Type": "Parallel",
                        "Branches": [
                            _machine(Drinks=END),
                            _machine(
                                Pizzas={
                                    "Type": "Map",
                                    "ItemsPath": "$.pizzas",
                                    "ItemProcessor": _machine(Pizza=END),
                                    "End": True,
                                }
                            ),
                        ],
                        "End": True,
                    }
                ),
                "Next": "Done",
            },
            "Done": DONE,
        },
        {"tables": [{"pizzas": [1, 2]}, {"pizzas": [3]}]},
    ),
    "map_distributed": Run(
        {
            "Each": {
                "Type": "Map",
                "ItemProcessor": {
                    "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                    **_machine(Item=END),
                },
                "End": True,
            },
        },
        [1, 2],
    ),
    # LocalStack evaluates JSONata with a Java library; where it cannot be had, this fails in its first state
    "jsonata": Run(_JSONATA, {"n": 2}, {"QueryLanguage": "JSONata"}),
    # these were recorded with another evaluator in its place: jsonata-python, a port of that library
    "jsonata_evaluated": Run(_JSONATA, {"n": 2}, {"QueryLanguage": "JSONata"}),
    "jsonata_fail_state": Run(_JSONATA, {"n": 1}, {"QueryLanguage": "JSONata"}),
    "jsonata_query_failed": Run(
        {
            "Halve": {"Type": "Pass", "Output": "{% $states.input.n / 2 %}", "Next": "Sum"},
            "Sum": {"Type": "Pass", "Output": "{% $nothing.there %}", "End": True},
        },
        {"n": 2},
        {"QueryLanguage": "JSONata"},
    ),
    "evaluation_failed": Run(
        {"Each": {"Type": "Map", "ItemProcessor": _machine(Item=END), "End": True}}, {"not": "a list"}
    ),
    "timed_out": Run({"Wait": WAIT_LONG}, top={"TimeoutSeconds": 1}),
    "stopped": Run({"Wait": WAIT_LONG}, then="stop"),
    "running": Run({"Pass": {"Type": "Pass", "Next": "Wait"}, "Wait": WAIT_LONG}, then="look"),
    "running_in_parallel": Run(
        {
            "Both": {
                "Type": "Parallel",
                "Branches": [_machine(Left={"Type": "Pass", "End": True}), _machine(Right=WAIT_LONG)],
                "End": True,
            }
        },
        then="look",
    ),
    "large_input": Run({"Pass": END}, {"text": "x" * 20_000}),
    "markup": Run({"<b>Pass</b>": {"Type": "Pass", "End": True}}, {"flavour": "<script>alert(1)</script>"}),
    "express": Run({"By size": BY_SIZE, "Large": DONE, "Small": FAIL}, {"size": 1}, type="EXPRESS"),
}
