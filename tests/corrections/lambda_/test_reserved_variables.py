"""Names of variables that Lambda refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.emulator.deployed import MakeDeployed

ENVIRONMENT = "import os\ndef handler(event, context):\n    return dict(os.environ)\n"


def test_the_reserved_ones_are_refused(deploy: MakeDeployed) -> None:
    function = deploy(ENVIRONMENT)
    refused = function.client.exceptions.InvalidParameterValueException
    message = (
        "Lambda was unable to configure your environment variables because the environment variables you have provided "
        "contains reserved keys that are currently not supported for modification. "
        "Reserved keys used in this request: AWS_REGION, AWS_SESSION_TOKEN"
    )
    environment = {"Variables": {"AWS_REGION": "mine", "OVEN": "hot", "AWS_SESSION_TOKEN": "mine"}}

    with pytest.raises(refused) as updated:
        function.client.update_function_configuration(FunctionName=function.name, Environment=environment)
    with pytest.raises(refused) as created:
        deploy(ENVIRONMENT, Environment=environment)

    assert updated.value.response["Error"]["Message"] == created.value.response["Error"]["Message"] == message
    assert "OVEN" not in function.answer()


@pytest.mark.parametrize("name", ["O", "oven-1", "1OVEN", "_OVEN", "_HANDLER", "OFEN_Ö", "OVEN\n"])
def test_names_that_are_none_on_aws_are_refused(deploy: MakeDeployed, name: str) -> None:
    function = deploy(ENVIRONMENT)
    environment = {"Variables": {"OVEN": "hot", name: "x", "AWS_REGION": "mine"}}

    with pytest.raises(ClientError) as updated:
        function.client.update_function_configuration(FunctionName=function.name, Environment=environment)
    with pytest.raises(ClientError) as created:
        deploy(ENVIRONMENT, Environment=environment)

    for refused in (updated.value.response, created.value.response):
        assert refused["ResponseMetadata"]["HTTPStatusCode"] == 400
        assert refused["Error"] == {
            "Code": "ValidationException",
            "Message": (
                "1 validation error detected: Value at 'environment.variables' failed to satisfy constraint: "
                "Map keys must satisfy constraint: "
                "[Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]"
            ),
        }


def test_localstack_as_released_takes_them(deploy_as_released: MakeDeployed) -> None:
    function = deploy_as_released(ENVIRONMENT, Environment={"Variables": {"AWS_REGION": "mine"}})

    assert function.answer()["AWS_REGION"] == "us-east-1"
