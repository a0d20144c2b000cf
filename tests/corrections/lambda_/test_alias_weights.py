"""Updates of the weights of an alias."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.emulator.deployed import zipped

if TYPE_CHECKING:
    from tests.emulator.deployed import Function, MakeDeployed


def returns(value: str) -> str:
    """Return the code of a function that returns the value."""
    return f"def handler(event, context):\n    return {value!r}\n"


def with_two_versions(deploy: MakeDeployed) -> Function:
    """Return a function with two versions, that of the alias ``live`` and another one."""
    function = deploy(returns("one"))
    function.client.publish_version(FunctionName=function.name)
    function.client.update_function_code(FunctionName=function.name, ZipFile=zipped({"function.py": returns("two")}))
    function.wait_until_active()
    function.client.publish_version(FunctionName=function.name)
    function.client.create_alias(FunctionName=function.name, Name="live", FunctionVersion="1")
    return function


def update_weights(function: Function, version: str | None, weights: dict[str, float]) -> tuple[str, Any]:
    """Point the alias ``live`` to this version and, by these weights, to others; return what is then routed."""
    about = function.client.update_alias(
        FunctionName=function.name,
        Name="live",
        RoutingConfig={"AdditionalVersionWeights": weights},
        **({"FunctionVersion": version} if version else {}),
    )
    return about["FunctionVersion"], about.get("RoutingConfig")


@pytest.fixture
def live(deploy: MakeDeployed) -> Function:
    """Provide a function with two versions on the corrected LocalStack."""
    return with_two_versions(deploy)


def test_an_aliases_weights_can_be_updated(live: Function) -> None:
    assert update_weights(live, None, {"2": 0.5}) == ("1", {"AdditionalVersionWeights": {"2": 0.5}})
    assert {live.answer(Qualifier="live") for _ in range(30)} == {"one", "two"}
    assert update_weights(live, "2", {"1": 0.25}) == ("2", {"AdditionalVersionWeights": {"1": 0.25}})
    assert update_weights(live, None, {}) == ("2", None)


def test_an_update_of_weights_is_checked_as_new_ones_are(live: Function) -> None:
    def refusal(version: str | None, weights: dict[str, float]) -> tuple[str, str]:
        with pytest.raises(live.client.exceptions.ClientError) as caught:
            update_weights(live, version, weights)
        return caught.value.response["Error"]["Code"], caught.value.response["Error"]["Message"]

    own = "Invalid function version 1. Function version 1 is already included in routing configuration."
    assert refusal(None, {"1": 0.5}) == ("InvalidParameterValueException", own)
    assert refusal("1", {"1": 0.5}) == ("InvalidParameterValueException", own)
    assert refusal(None, {"2": 1.5})[0] == "ValidationException"
    assert refusal("7", {"2": 0.5}) == ("ResourceNotFoundException", f"Function not found: {live.arn}:7")


def test_localstack_as_released_cannot_update_them(deploy_as_released: MakeDeployed) -> None:
    live = with_two_versions(deploy_as_released)

    with pytest.raises(live.client.exceptions.ClientError) as caught:
        update_weights(live, None, {"2": 0.5})

    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
