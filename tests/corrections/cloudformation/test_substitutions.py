"""Test what Fn::Sub makes of a text, and the addresses in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.corrections.cloudformation.stacks import Stack

QUEUE = {"Type": "AWS::SQS::Queue"}


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        pytest.param("${!aws:username} ${AWS::Region}", "${aws:username} us-east-1", id="a literal stays"),
        pytest.param("${!Its.Name}", "${Its.Name}", id="a literal with a dot stays"),
        pytest.param("<${ AWS::Region }>", "<us-east-1>", id="spaces around a name count for nothing"),
        pytest.param(["${a}${b}", {"a": "${b}", "b": "x"}], "${b}x", id="a value is not searched for variables"),
        pytest.param(["1.${minor}", {"minor": "10"}], "1.10", id="a version is not a number"),
        pytest.param(["${code}", {"code": "0042"}], "0042", id="a code keeps its zeros"),
    ],
)
def test_a_text_is_substituted(stack: Stack, arguments: Any, wanted: str) -> None:
    outputs = {"It": {"Value": {"Fn::Sub": arguments}}}
    assert stack.deploy({"Queue": QUEUE}, Outputs=outputs) == "CREATE_COMPLETE", stack.reasons()
    assert stack.outputs() == {"It": wanted}


def test_an_attribute_with_spaces_around_it_is_substituted(stack: Stack) -> None:
    outputs = {"It": {"Value": {"Fn::Sub": "${ Queue.QueueName }"}}}
    assert stack.deploy({"Queue": QUEUE}, Outputs=outputs) == "CREATE_COMPLETE", stack.reasons()
    assert stack.outputs()["It"] == stack.physical_ids()["Queue"].rsplit("/", 1)[-1]


def test_an_address_that_says_amazonaws_is_one_of_the_emulator(stack: Stack) -> None:
    written = "https://${Api}.execute-api.${AWS::Region}.%s/Prod"
    outputs = {
        "Written": {"Value": {"Fn::Sub": written % "amazonaws.com"}},
        "Suffixed": {"Value": {"Fn::Sub": written % "${AWS::URLSuffix}"}},
    }
    api = {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "it"}}
    assert stack.deploy({"Api": api}, Outputs=outputs) == "CREATE_COMPLETE", stack.reasons()
    found = stack.outputs()
    assert found["Written"] == found["Suffixed"]
    assert "amazonaws" not in found["Written"]
