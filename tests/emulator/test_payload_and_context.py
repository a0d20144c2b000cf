"""Test payloads, answers and the handler's context: section 2."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest

from tests.emulator import deployed

if TYPE_CHECKING:
    from tests.emulator.deployed import Cloud, MakeDeployed

CONTEXT = """
    def handler(event, context):
        client = context.client_context
        return {
            "name": context.function_name,
            "version": context.function_version,
            "arn": context.invoked_function_arn,
            "memory": context.memory_limit_in_mb,
            "request_id": context.aws_request_id,
            "group": context.log_group_name,
            "stream": context.log_stream_name,
            "custom": client and client.custom,
            "remaining": context.get_remaining_time_in_millis(),
        }
"""


@pytest.fixture(scope="module")
def echo(cloud: Cloud) -> deployed.Function:
    return deployed.create(cloud, "def handler(event, context):\n    return event\n", Timeout=20)


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(None, id="null"),
        0,
        -1.5e300,
        "",
        "margherita",
        [],
        {},
        {"a": {"b": ["🍕", "\u0000", "\ud7ff\ue000"]}},
        pytest.param("x" * 5_000_000, id="5 MB"),
        pytest.param("🍕" * 1_000_000, id="4 MB of pizza"),
    ],
)
def test_any_json_value_comes_back_as_it_went_in(echo: deployed.Function, event: object) -> None:
    assert echo.call(raw=json.dumps(event, ensure_ascii=False).encode()).payload == event


def test_no_payload_is_an_empty_event(echo: deployed.Function) -> None:
    assert echo.answer() == {}


def test_returning_nothing_gives_null(deploy: MakeDeployed) -> None:
    assert deploy("def handler(event, context):\n    pass\n").call().raw == b"null"


def test_the_handler_may_sit_in_packages_with_unusual_names(deploy: MakeDeployed) -> None:
    files = {"pkg/__init__.py": "", "pkg/def/main.py": "def handler(event, context):\n    return __name__\n"}

    assert deploy(files, Handler="pkg.def.main.handler").answer() == "pkg.def.main"


def test_the_context_tells_the_function_about_itself(deploy: MakeDeployed) -> None:
    function = deploy(CONTEXT, Timeout=7, MemorySize=256)

    answer = function.call()

    seen = answer.payload
    function.logged()
    assert 5000 < seen.pop("remaining") <= 7000
    assert seen.pop("stream") == function.streams()[0]
    assert seen == {
        "name": function.name,
        "version": "$LATEST",
        "arn": function.arn,
        "memory": "256",
        "request_id": answer.request_id,
        "group": f"/aws/lambda/{function.name}",
        "custom": None,
    }


def test_the_client_context_is_handed_on(deploy: MakeDeployed) -> None:
    sent = base64.b64encode(b'{"custom": {"oven": "hot"}}').decode()
    function = deploy(CONTEXT)

    assert function.answer(ClientContext=sent)["custom"] == {"oven": "hot"}
    assert function.answer()["custom"] is None


def test_an_asynchronous_invocation_has_no_client_context(deploy: MakeDeployed) -> None:
    function = deploy("def handler(event, context):\n    print(f'context: {context.client_context}')\n")

    function.call(ClientContext=base64.b64encode(b'{"custom": {"oven": "hot"}}').decode(), InvocationType="Event")

    assert "context: None\n" in function.logged()


def test_the_arn_is_the_one_that_was_invoked(deploy: MakeDeployed) -> None:
    function = deploy(CONTEXT)
    function.client.publish_version(FunctionName=function.name)
    function.client.create_alias(FunctionName=function.name, Name="live", FunctionVersion="1")

    arns = [function.answer(Qualifier=qualifier)["arn"] for qualifier in ("$LATEST", "1", "live")]

    assert arns == [f"{function.arn}:{qualifier}" for qualifier in ("$LATEST", "1", "live")]
