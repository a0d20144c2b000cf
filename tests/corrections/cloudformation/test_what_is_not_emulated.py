"""Test what cannot be made is said, and nothing that is emulated is made from a value that nobody knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localdev.deployment import checked

if TYPE_CHECKING:
    from localdev.engines import EmbeddedEngine
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


def test_a_websocket_api_is_named_and_the_rest_of_its_stack_is_deployed(
    corrected_engine: EmbeddedEngine, stack: Stack
) -> None:
    of_it = {"ApiId": {"Ref": "Api"}}
    settings = {"Name": "chat", "ProtocolType": "WEBSOCKET", "RouteSelectionExpression": "$request.body.action"}
    resources: dict[str, Any] = {
        "Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": settings},
        "Route": {"Type": "AWS::ApiGatewayV2::Route", "Properties": {**of_it, "RouteKey": "$default"}},
        "Stage": {"Type": "AWS::ApiGatewayV2::Stage", "Properties": {**of_it, "StageName": "test"}},
        "Answer": {
            "Type": "AWS::ApiGatewayV2::RouteResponse",
            "Properties": {**of_it, "RouteId": {"Ref": "Route"}, "RouteResponseKey": "$default"},
        },
        "Queue": {"Type": "AWS::SQS::Queue"},
    }
    assert stack.deploy(resources) == "CREATE_COMPLETE", stack.reasons()
    said = "Resource type AWS::ApiGatewayV2::Api of a WebSocket API is not supported but was deployed as a fallback"
    assert said in stack.reasons()
    found = checked.shortfalls(str(corrected_engine.endpoint_url), stack.name)
    assert {each.logical_id for each in found} == {"Api", "Route", "Stage", "Answer"}
    settings["Name"] = "talk"
    assert stack.deploy(resources) == "UPDATE_COMPLETE", stack.reasons()
    found = checked.shortfalls(str(corrected_engine.endpoint_url), stack.name)
    assert {each.logical_id for each in found} == {"Api", "Route", "Stage", "Answer"}
    assert stack.delete() == "DELETE_COMPLETE"


def test_a_property_that_is_ignored_is_named_in_the_events_and_is_a_shortfall(
    corrected_engine: EmbeddedEngine, stack: Stack
) -> None:
    metrics = {"MetricsConfigurations": [{"Id": "all"}]}
    assert stack.deploy({"It": {"Type": "AWS::S3::Bucket", "Properties": metrics}}) == "CREATE_COMPLETE"
    said = "Not emulated and ignored: MetricsConfigurations"
    assert said in stack.reasons()
    found = checked.shortfalls(str(corrected_engine.endpoint_url), stack.name)
    assert [(each.logical_id, each.reason) for each in found] == [("It", said)]
    # it is still so after a deployment that leaves the bucket alone
    stack.deploy({"It": {"Type": "AWS::S3::Bucket", "Properties": metrics}, "Other": {"Type": "AWS::SQS::Queue"}})
    assert [each.logical_id for each in checked.shortfalls(str(corrected_engine.endpoint_url), stack.name)] == ["It"]
    # and no longer when the property is gone
    stack.deploy({"It": {"Type": "AWS::S3::Bucket"}})
    assert checked.shortfalls(str(corrected_engine.endpoint_url), stack.name) == []


def test_a_wait_condition_says_that_it_does_not_wait(stack: Stack) -> None:
    handle = {"Type": "AWS::CloudFormation::WaitConditionHandle"}
    waiting = {"Handle": {"Ref": "Handle"}, "Timeout": "600", "Count": 2}
    resources = {"Handle": handle, "It": {"Type": "AWS::CloudFormation::WaitCondition", "Properties": waiting}}
    assert stack.deploy(resources) == "CREATE_COMPLETE"
    assert "Not emulated and ignored: Count, Timeout" in stack.reasons()


def test_an_expression_that_fails_by_what_is_not_emulated_says_so(stack: Stack) -> None:
    family = {"Fn::Select": [1, {"Fn::Split": ["/", {"Ref": "Task"}]}]}
    resources = {"Task": {"Type": "AWS::ECS::TaskDefinition"}, "It": _parameter(family)}
    assert stack.deploy(resources) == "ROLLBACK_COMPLETE"
    said = "Hint: it refers to what is not emulated: Task (AWS::ECS::TaskDefinition)."
    assert any(said in reason for reason in stack.reasons())


def test_a_type_of_which_nothing_is_made_is_named(stack: Stack) -> None:
    assert stack.deploy({"It": {"Type": "AWS::ECR::Repository"}}) == "CREATE_COMPLETE"
    assert "Resource type AWS::ECR::Repository is not supported but was deployed as a fallback" in stack.reasons()
