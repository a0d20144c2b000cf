"""Test what all the functions have in common."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.infra.conftest import SynthesisedStack

LAMBDAS = Path(__file__).parents[2] / "lambdas"
API_GATEWAY_SECONDS = 29

HANDLERS = {
    "OrderPizza": "order_pizza.handler",
    "StartOrder": "start_order.handler",
    "OrderStatus": "order_status.handler",
}

each_function = pytest.mark.parametrize("name", HANDLERS)


@each_function
def test_each_has_a_handler_in_its_own_module(stack: SynthesisedStack, name: str) -> None:
    _, function = stack.resource("AWS::Lambda::Function", name)
    module, _, _ = HANDLERS[name].partition(".")

    assert function["Properties"]["Handler"] == HANDLERS[name]
    assert (LAMBDAS / f"{module}.py").is_file()


@each_function
def test_each_runs_on_python_313(stack: SynthesisedStack, name: str) -> None:
    _, function = stack.resource("AWS::Lambda::Function", name)

    assert function["Properties"]["Runtime"] == "python3.13"


@each_function
def test_each_answers_before_api_gateway_gives_up(stack: SynthesisedStack, name: str) -> None:
    _, function = stack.resource("AWS::Lambda::Function", name)

    assert 0 < function["Properties"]["Timeout"] < API_GATEWAY_SECONDS


@each_function
def test_each_has_its_memory_stated(stack: SynthesisedStack, name: str) -> None:
    _, function = stack.resource("AWS::Lambda::Function", name)

    assert function["Properties"]["MemorySize"] == 256


@each_function
def test_each_logs_json_to_a_group_of_its_own(stack: SynthesisedStack, name: str) -> None:
    log_group_id, log_group = stack.resource("AWS::Logs::LogGroup", f"{name}Logs")
    _, function = stack.resource("AWS::Lambda::Function", name)

    assert function["Properties"]["LoggingConfig"] == {
        "ApplicationLogLevel": "INFO",
        "LogFormat": "JSON",
        "LogGroup": {"Ref": log_group_id},
        "SystemLogLevel": "INFO",
    }
    # where LocalStack writes, whatever the configuration says
    assert log_group["Properties"]["LogGroupName"] == f"/aws/lambda/{function['Properties']['FunctionName']}"


def test_all_share_one_asset(stack: SynthesisedStack) -> None:
    functions = stack.resources("AWS::Lambda::Function").values()

    assert len({function["Properties"]["Code"]["S3Key"] for function in functions}) == 1


def test_the_asset_is_the_modules_and_nothing_else(stack: SynthesisedStack) -> None:
    _, function = stack.resource("AWS::Lambda::Function", "StartOrder")
    asset = stack.path.parent / f"asset.{function['Properties']['Code']['S3Key'].removesuffix('.zip')}"

    assert {path.name for path in asset.iterdir()} == {path.name for path in LAMBDAS.glob("*.py")}


def test_there_are_no_layers_and_no_custom_resources(stack: SynthesisedStack) -> None:
    types = {resource["Type"] for resource in stack.document["Resources"].values()}

    assert not types & {"AWS::Lambda::LayerVersion", "AWS::CloudFormation::CustomResource"}
    assert not any(resource_type.startswith("Custom::") for resource_type in types)
