"""Events and contexts that Lambda refuses before a function sees them."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.emulator.deployed import MakeDeployed

ECHO = "def handler(event, context):\n    return event\n"


@pytest.mark.parametrize("event", [b"{not json", b"NaN", b"'text'", b'{"a": 1} {}', b" "])
def test_an_event_that_is_not_json(deploy: MakeDeployed, event: bytes) -> None:
    function = deploy(ECHO)

    with pytest.raises(function.client.exceptions.InvalidRequestContentException) as caught:
        function.call(raw=event)

    assert caught.value.response["Error"]["Message"].startswith(
        "Could not parse request body into json: Could not parse payload into json: "
    )
    assert json.loads(function.call(raw=b"1").raw) == 1


def test_an_event_that_is_not_json_is_refused_in_aws_words(deploy: MakeDeployed) -> None:
    function = deploy(ECHO)

    with pytest.raises(function.client.exceptions.InvalidRequestContentException) as caught:
        function.call(raw=b"{client_id:lai_weekly_v3,period_days:30}")

    assert caught.value.response["Error"] == {
        "Code": "InvalidRequestContentException",
        "Message": (
            "Could not parse request body into json: Could not parse payload into json: Unexpected character "
            "('c' (code 99)): was expecting double-quote to start field name\n at [Source: REDACTED "
            "(`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: 2]"
        ),
    }


def test_an_event_that_is_too_deep_is_refused(deploy: MakeDeployed) -> None:
    function = deploy(ECHO)

    with pytest.raises(function.client.exceptions.InvalidRequestContentException, match="Document nesting depth"):
        function.call(raw=b"[" * 200_000 + b"]" * 200_000)


@pytest.mark.parametrize(
    ("invocation_type", "limit", "message"),
    [
        ("RequestResponse", 6_291_456, "Request must be smaller than 6291456 bytes for the InvokeFunction operation"),
        ("Event", 1_048_576, "1048577 byte payload is too large for the Event invocation type (limit 1048576 bytes)"),
    ],
)
def test_an_event_over_the_limit(deploy: MakeDeployed, invocation_type: str, limit: int, message: str) -> None:
    function = deploy("def handler(event, context):\n    return len(event)\n", Timeout=20)

    with pytest.raises(function.client.exceptions.ClientError) as caught:
        function.call("x" * (limit - 1), InvocationType=invocation_type)

    assert caught.value.response["Error"] == {"Code": "RequestEntityTooLargeException", "Message": message}
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 413
    answer = function.call("x" * (limit - 2), InvocationType=invocation_type)
    assert answer.payload == (limit - 2 if invocation_type == "RequestResponse" else None)


@pytest.mark.parametrize("sent", ["string", base64.b64encode(b"not json").decode(), base64.b64encode(b"[1]").decode()])
def test_a_client_context_that_is_none(deploy: MakeDeployed, sent: str) -> None:
    echo = deploy(ECHO)
    with pytest.raises(echo.client.exceptions.InvalidRequestContentException) as caught:
        echo.call(ClientContext=sent)

    message = "Client context must be a valid Base64-encoded JSON object."
    assert caught.value.response["Error"]["Message"] == message


def test_localstack_as_released_takes_any_client_context(deploy_as_released: MakeDeployed) -> None:
    assert deploy_as_released(ECHO).call(1, ClientContext="string").error is None
