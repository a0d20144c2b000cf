"""What cannot be made is said, and nothing that is emulated is made from a value that nobody knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.corrections.cloudformation.stacks import Stack

ACL: dict[str, Any] = {"Type": "AWS::Cognito::UserPool"}


def _parameter(value: Any) -> dict[str, Any]:
    return {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value}}


def test_a_type_that_is_not_emulated_is_named_in_the_events(stack: Stack) -> None:
    assert stack.deploy({"Pool": ACL}) == "CREATE_COMPLETE"
    assert "Resource type AWS::Cognito::UserPool is not supported but was deployed as a fallback" in stack.reasons()


def test_an_attribute_of_it_fails_what_is_made_from_it(stack: Stack) -> None:
    resources = {"Pool": ACL, "It": _parameter({"Fn::GetAtt": ["Pool", "Arn"]})}
    assert stack.deploy(resources) == "ROLLBACK_COMPLETE"
    assert any("Fn::GetAtt Pool.Arn: AWS::Cognito::UserPool is not emulated" in reason for reason in stack.reasons())


def test_an_attribute_of_it_in_a_text_fails_what_is_made_from_it(stack: Stack) -> None:
    assert stack.deploy({"Pool": ACL, "It": _parameter({"Fn::Sub": "x/${Pool.Arn}"})}) == "ROLLBACK_COMPLETE"


def test_an_output_may_show_that_it_is_not_known(stack: Stack) -> None:
    assert stack.deploy({"Pool": ACL}, Outputs={"Arn": {"Value": {"Fn::GetAtt": ["Pool", "Arn"]}}}) == "CREATE_COMPLETE"
    assert stack.outputs() == {"Arn": "not-emulated"}


def test_an_attribute_that_a_type_does_not_have_is_refused(stack: Stack) -> None:
    resources = {"Queue": {"Type": "AWS::SQS::Queue"}, "It": _parameter({"Fn::GetAtt": ["Queue", "Nothing"]})}
    assert stack.deploy(resources) == "ROLLBACK_COMPLETE"
