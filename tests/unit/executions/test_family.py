"""Executions that started others."""

from __future__ import annotations

import json

from localdev.executions.family import map_runs_of, named_parent, started_by
from tests.unit.executions.made_up import Writer

CHILD = "arn:aws:states:us-east-1:000000000000:execution:child:one"


def _parent(resourceType: str = "states", resource: str = "startExecution.sync") -> Writer:  # noqa: N803 - AWS's names
    writer = Writer()
    writer.write("ExecutionStarted", input="{}")
    writer.write("TaskStateEntered", name="Start it", input="{}")
    writer.write("TaskScheduled", resourceType=resourceType, resource=resource)
    return writer


def test_a_child_is_known_from_when_it_was_submitted() -> None:
    writer = _parent()
    output = json.dumps({"ExecutionArn": CHILD, "StartDate": 1})
    writer.write("TaskSubmitted", resourceType="states", resource="startExecution.sync", output=output)

    assert started_by(writer.history()) == (CHILD,)


def test_a_child_that_is_not_waited_for_is_known_from_the_answer() -> None:
    writer = _parent(resource="startExecution")
    output = json.dumps({"ExecutionArn": CHILD})
    writer.write("TaskSucceeded", resourceType="states", resource="startExecution", output=output)

    assert started_by(writer.history()) == (CHILD,)


def test_another_services_answer_is_no_child() -> None:
    writer = _parent(resourceType="sqs")
    writer.write("TaskSucceeded", resourceType="sqs", resource="x", output=json.dumps({"ExecutionArn": CHILD}))

    assert started_by(writer.history()) == ()


def test_a_parent_is_named_by_the_input() -> None:
    assert named_parent(json.dumps({"AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID": CHILD})) == CHILD
    assert named_parent('{"AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID": 1}') is None
    assert named_parent("no JSON") is None


def test_the_runs_of_distributed_maps_are_listed_once() -> None:
    writer = Writer()
    writer.write("ExecutionStarted", input="{}")
    writer.write("MapStateEntered", name="Each", input="{}")
    writer.write("MapRunStarted", mapRunArn="arn:run")
    writer.write("MapRunSucceeded")

    assert map_runs_of(writer.history()) == ("arn:run",)
