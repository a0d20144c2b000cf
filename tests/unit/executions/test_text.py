"""Test what is said of causes that are documents."""

from __future__ import annotations

import json

import pytest

from localdev.executions.text import cause_message

_CHILD = {"ExecutionArn": "arn:aws:states:us-east-1:000000000000:execution:charge:c-1", "Status": "FAILED"}


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (_CHILD | {"Error": "Refused", "Cause": "no money"}, "Refused: no money, in execution c-1 of charge"),
        (_CHILD | {"Status": "TIMED_OUT"}, "The execution c-1 of charge ended as TIMED_OUT"),
        (
            _CHILD | {"Error": "Boom", "Cause": json.dumps({"errorMessage": "no oven"})},
            "Boom: no oven, in execution c-1 of charge",
        ),
        ({"errorMessage": "no oven", "trace": []}, "no oven"),
    ],
)
def test_a_cause_that_is_a_document_is_said_in_a_sentence(document: dict[str, object], said: str) -> None:
    assert cause_message(json.dumps(document)) == said


def test_a_failure_of_a_child_of_a_child_is_that_of_the_innermost() -> None:
    inner = json.dumps(_CHILD | {"Error": "Refused", "Cause": "no money"})
    outer = {"ExecutionArn": "arn:aws:states:us-east-1:000000000000:execution:order:o-1", "Error": "States.TaskFailed"}

    said = cause_message(json.dumps(outer | {"Cause": inner}))

    assert said == "Refused: no money, in execution c-1 of charge, in execution o-1 of order"
