"""Test what a template can say beside resources: references, loops, macros and parameters of Systems Manager."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.corrections.cloudformation.cases.base import ROLE, ROLE_ARN
from tests.corrections.cloudformation.test_custom_resources import BESIDE, HANDLER

if TYPE_CHECKING:
    from localdev.engines.clients import Clients
    from tests.corrections.cloudformation.stacks import Stack

_MACRO = """
def handler(event, context):
    fragment = event["fragment"]
    fragment["Resources"]["Added"] = {
        "Type": "AWS::SSM::Parameter",
        "Properties": {"Type": "String", "Value": event["params"].get("Value", "from the macro")},
    }
    return {"requestId": event["requestId"], "status": "success", "fragment": fragment}
"""
_FROM_TOPIC = """

def from_topic(event, context):
    handler(json.loads(event["Records"][0]["Sns"]["Message"]), context)
"""
_SOON = {"ServiceTimeout": 30}


def _parameter(value: Any) -> dict[str, Any]:
    return {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value}}


def _value(aws: Clients, stack: Stack, name: str = "It") -> str:
    found: str = aws.client("ssm").get_parameter(Name=stack.physical_ids()[name])["Parameter"]["Value"]
    return found


def test_a_dynamic_reference_is_the_value_of_a_parameter(aws: Clients, stack: Stack) -> None:
    aws.client("ssm").put_parameter(Name=f"/{stack.name}/a", Value="first", Type="String")
    assert stack.deploy({"It": _parameter(f"<{{{{resolve:ssm:/{stack.name}/a}}}}>")}) == "CREATE_COMPLETE"
    assert _value(aws, stack) == "<first>"


def test_a_dynamic_reference_is_the_value_of_a_secret(aws: Clients, stack: Stack) -> None:
    aws.client("secretsmanager").create_secret(Name=f"{stack.name}-s", SecretString=json.dumps({"user": "me"}))
    reference = f"{{{{resolve:secretsmanager:{stack.name}-s:SecretString:user}}}}"
    assert stack.deploy({"It": _parameter(reference)}) == "CREATE_COMPLETE", stack.reasons()
    assert _value(aws, stack) == "me"


def test_a_dynamic_reference_to_nothing_fails_the_deployment(stack: Stack) -> None:
    status = stack.deploy({"It": _parameter(f"{{{{resolve:ssm:/{stack.name}/none}}}}")})
    assert status == "ROLLBACK_COMPLETE"
    assert any(f"/{stack.name}/none" in reason for reason in stack.reasons()), stack.reasons()


def _deployed_with_a_parameter_that_changed(aws: Clients, stack: Stack) -> tuple[dict[str, Any], dict[str, Any]]:
    """Deploy a parameter of Systems Manager, change it from one to two, and return the template's parts."""
    ssm = aws.client("ssm")
    ssm.put_parameter(Name=f"/{stack.name}/a", Value="one", Type="String")
    parameters = {"Name": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": f"/{stack.name}/a"}}
    resources = {"It": _parameter({"Ref": "Name"})}
    assert stack.deploy(resources, Parameters=parameters) == "CREATE_COMPLETE"
    ssm.put_parameter(Name=f"/{stack.name}/a", Value="two", Type="String", Overwrite=True)
    return resources, parameters


def test_a_parameter_of_systems_manager_is_read_again_with_every_update(aws: Clients, stack: Stack) -> None:
    resources, parameters = _deployed_with_a_parameter_that_changed(aws, stack)
    assert stack.deploy(resources, Parameters=parameters) == "UPDATE_COMPLETE"
    assert _value(aws, stack) == "two"


def test_its_previous_value_is_its_name_as_the_cdk_asks_for_it(aws: Clients, stack: Stack) -> None:
    resources, parameters = _deployed_with_a_parameter_that_changed(aws, stack)
    aws.client("cloudformation").update_stack(
        StackName=stack.name,
        TemplateBody=json.dumps({"Resources": resources, "Parameters": parameters}),
        Parameters=[{"ParameterKey": "Name", "UsePreviousValue": True}],
    )
    assert stack.settled() == "UPDATE_COMPLETE"
    assert _value(aws, stack) == "two"


def test_a_loop_makes_a_resource_of_each_item_and_follows_its_list(aws: Clients, stack: Stack) -> None:
    def looped(*names: str) -> dict[str, Any]:
        return {"Fn::ForEach::Each": ["Name", list(names), {"It${Name}": _parameter({"Fn::Sub": "is ${Name}"})}]}

    transform: dict[str, Any] = {"Transform": "AWS::LanguageExtensions"}
    assert stack.deploy(looped("A", "B"), **transform) == "CREATE_COMPLETE", stack.reasons()
    assert _value(aws, stack, "ItB") == "is B"
    assert stack.deploy(looped("B", "C"), **transform) == "UPDATE_COMPLETE", stack.reasons()
    assert set(stack.physical_ids()) == {"ItB", "ItC"}


def test_a_key_that_a_mapping_does_not_have_has_the_default_value(aws: Clients, stack: Stack) -> None:
    def found(name: str, key: str, default: str) -> dict[str, Any]:
        return _parameter({"Fn::FindInMap": [name, key, "word", {"DefaultValue": default}]})

    template: dict[str, Any] = {
        "Transform": "AWS::LanguageExtensions",
        "Mappings": {"Words": {"here": {"word": "one"}}},
    }
    resources = {"It": found("Words", "here", "none"), "No": found("Words", "gone", "none")}
    assert stack.deploy(resources, **template) == "CREATE_COMPLETE", stack.reasons()
    assert (_value(aws, stack), _value(aws, stack, "No")) == ("one", "none")
    resources["No"] = found("Words", "gone", "other")
    assert stack.deploy(resources, **template) == "UPDATE_COMPLETE", stack.reasons()
    assert _value(aws, stack, "No") == "other"


def test_a_json_text_has_the_values_of_the_functions_in_it(aws: Clients, stack: Stack) -> None:
    content = {
        "region": {"Ref": "AWS::Region"},
        "list": [1, True, {"Fn::Sub": "${AWS::Region}-x"}, {"Ref": "AWS::NoValue"}],
        "text": 'as "it" is ${here}',
        "other": {"Ref": "Other"},
    }
    resources = {"It": _parameter({"Fn::ToJsonString": content}), "Other": _parameter("o")}
    assert stack.deploy(resources, Transform="AWS::LanguageExtensions") == "CREATE_COMPLETE", stack.reasons()
    assert json.loads(_value(aws, stack)) == {
        "region": "us-east-1",
        "list": [1, True, "us-east-1-x"],
        "text": 'as "it" is ${here}',
        "other": stack.physical_ids()["Other"],
    }


def test_loops_stand_in_outputs_conditions_and_properties_and_within_each_other(aws: Clients, stack: Stack) -> None:
    loop = "Fn::ForEach::"
    parameter = {
        **_parameter({"Fn::Join": ["-", [{"Ref": "Outer"}, "${Inner}"]]}),
        "Condition": "Is${Outer}",
    }
    tags = {f"{loop}Tag": ["Tag", ["a", "b"], {"t${Tag}": {"Ref": "Tag"}}]}
    parameter["Properties"]["Tags"] = tags
    inner = {f"{loop}Inner": ["Inner", {"Fn::FindInMap": ["Names", "all", "inner"]}, {"It${Outer}&{Inner}": parameter}]}
    template: dict[str, Any] = {
        "Transform": "AWS::LanguageExtensions",
        "Parameters": {"Outers": {"Type": "CommaDelimitedList", "Default": "A,B"}},
        "Mappings": {"Names": {"all": {"inner": ["x.1", "y"]}}},
        "Conditions": {
            f"{loop}Is": ["Outer", {"Ref": "Outers"}, {"Is${Outer}": {"Fn::Not": [{"Fn::Equals": ["${Outer}", "B"]}]}}]
        },
        "Outputs": {f"{loop}Out": ["Outer", ["A"], {"Name${Outer}": {"Value": {"Ref": {"Fn::Sub": "It${Outer}y"}}}}]},
    }
    resources = {f"{loop}Outer": ["Outer", {"Ref": "Outers"}, inner]}
    assert stack.deploy(resources, **template) == "CREATE_COMPLETE", stack.reasons()
    ids = stack.physical_ids()
    assert set(ids) == {"ItAx1", "ItAy"}
    assert stack.outputs() == {"NameA": ids["ItAy"]}
    assert _value(aws, stack, "ItAx1") == "A-x.1"
    found = aws.client("ssm").list_tags_for_resource(ResourceType="Parameter", ResourceId=ids["ItAy"])["TagList"]
    assert {(each["Key"], each["Value"]) for each in found} >= {("ta", "a"), ("tb", "b")}


def test_a_macro_changes_the_template(aws: Clients, stack: Stack, other_stack: Stack) -> None:
    function = {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Runtime": "python3.13",
            "Handler": "index.handler",
            "Role": ROLE_ARN,
            "Code": {"ZipFile": _MACRO},
        },
    }
    macro = {
        "Type": "AWS::CloudFormation::Macro",
        "Properties": {"Name": f"{stack.name}Macro", "FunctionName": {"Fn::GetAtt": ["Function", "Arn"]}},
    }
    assert stack.deploy({"Role": ROLE, "Function": function, "Macro": macro}) == "CREATE_COMPLETE", stack.reasons()
    for value in ("one", "two"):
        transform: dict[str, Any] = {"Transform": [{"Name": f"{stack.name}Macro", "Parameters": {"Value": value}}]}
        status = other_stack.deploy({"It": _parameter("its own")}, **transform)
        assert status.endswith("E_COMPLETE"), other_stack.reasons()
        assert _value(aws, other_stack, "Added") == value
    other_stack.delete()


def test_a_condition_that_changes_changes_what_depends_on_it(aws: Clients, stack: Stack) -> None:
    template: dict[str, Any] = {
        "Parameters": {"Kind": {"Type": "String", "Default": "small"}},
        "Conditions": {"IsLarge": {"Fn::Equals": [{"Ref": "Kind"}, "large"]}},
        "Outputs": {"Only": {"Condition": "IsLarge", "Value": "large"}},
    }
    resources = {"It": _parameter({"Fn::If": ["IsLarge", "much", "little"]})}
    assert stack.deploy(resources, **template) == "CREATE_COMPLETE"
    assert (_value(aws, stack), stack.outputs()) == ("little", {})
    assert stack.deploy(resources, {"Kind": "large"}, **template) == "UPDATE_COMPLETE"
    assert (_value(aws, stack), stack.outputs()) == ("much", {"Only": "large"})


def test_a_custom_resource_behind_a_topic_answers(stack: Stack) -> None:
    function = {**BESIDE["Function"], "Properties": {**BESIDE["Function"]["Properties"]}}
    function["Properties"].update({"Handler": "index.from_topic", "Code": {"ZipFile": HANDLER + _FROM_TOPIC}})
    subscription = {"Protocol": "lambda", "Endpoint": {"Fn::GetAtt": ["Function", "Arn"]}}
    resources = {
        **BESIDE,
        "Function": function,
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"Subscription": [subscription]}},
        "It": {
            "Type": "Custom::Thing",
            "Properties": {"ServiceToken": {"Ref": "Topic"}, "Log": {"Ref": "Log"}, "Say": "hello", **_SOON},
        },
    }
    outputs: dict[str, Any] = {"Said": {"Value": {"Fn::GetAtt": ["It", "Said"]}}}
    assert stack.deploy(resources, Outputs=outputs) == "CREATE_COMPLETE", stack.reasons()
    assert stack.outputs() == {"Said": "hello"}
    resources["It"]["Properties"]["Say"] = "again"
    assert stack.deploy(resources, Outputs=outputs) == "UPDATE_COMPLETE", stack.reasons()
    assert stack.outputs() == {"Said": "again"}


def test_a_rollback_that_failed_can_be_continued_and_the_stack_is_updated_then(aws: Clients, stack: Stack) -> None:
    def resources(**properties: Any) -> dict[str, Any]:
        wanted = {"ServiceToken": {"Fn::GetAtt": ["Function", "Arn"]}, "Log": {"Ref": "Log"}, **properties}
        return {**BESIDE, "It": {"Type": "Custom::Thing", "Properties": wanted}}

    assert stack.deploy(resources(Say="one", Fails="Update")) == "CREATE_COMPLETE"
    assert stack.deploy(resources(Say="two", Fails="Update")) == "UPDATE_ROLLBACK_FAILED"
    assert stack.describe()["StackStatusReason"] == "The following resource(s) failed to update: [It]."
    aws.client("cloudformation").continue_update_rollback(StackName=stack.name, ResourcesToSkip=["It"])
    assert stack.settled() == "UPDATE_ROLLBACK_COMPLETE"
    assert stack.deploy(resources(Say="three")) == "UPDATE_COMPLETE"
