"""Binary payloads, templates by content type, integration responses by pattern, and ids of REST APIs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.corrections import web
from tests.corrections.apigateway.rest_api import RestApi

if TYPE_CHECKING:
    from localdev.engines import EmbeddedEngine
    from localdev.engines.clients import Clients

IMAGE = {"Content-Type": "image/png"}


def _binary(clients: Clients, engine: EmbeddedEngine, types: list[str], function: str) -> RestApi:
    made = RestApi(clients, engine.endpoint_url, binaryMediaTypes=types)
    made.method(function, verb="POST")
    return made


@pytest.mark.parametrize(
    ("types", "kind", "body", "said", "encoded"),
    [
        (["image/png"], "image/png", b"abc", "YWJj", True),
        (["image/png"], "text/plain", b"\xff", "�", False),
        (["*/*"], "application/json", b"{}", "e30=", True),
        ([], "image/png", b"abc", "abc", False),
    ],
)
def test_the_binary_media_types_say_what_is_base64(
    aws: Clients,
    corrected_engine: EmbeddedEngine,
    echo: str,
    types: list[str],
    kind: str,
    body: bytes,
    said: str,
    encoded: bool,
) -> None:
    api = _binary(aws, corrected_engine, types, echo)
    # the answer is text for everybody: the function says so
    event = json.loads(api.request("/", "POST", body=body, headers={"Content-Type": kind}).body)
    assert (event["body"], event["isBase64Encoded"]) == (said, encoded)


def test_every_type_is_binary_for_a_star(aws: Clients, corrected_engine: EmbeddedEngine) -> None:
    image = web.function(aws, "def handler(e, c): return {'body': 'iVBORw==', 'isBase64Encoded': True}")
    api = _binary(aws, corrected_engine, ["*/*"], image)
    assert api.request("/", "POST").body == b"\x89PNG"


def test_localstack_as_released_takes_an_image_for_text(released: Clients, released_engine: EmbeddedEngine) -> None:
    api = _binary(released, released_engine, ["image/png"], web.function(released, web.SAY_THE_EVENT))
    assert api.request("/", "POST", body=b"abc", headers=IMAGE).json["body"] == "abc"


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "APPLICATION/JSON", "application/json"])
def test_parameters_of_a_content_type_do_not_count_for_templates(api: RestApi, kind: str) -> None:
    api.method(verb="POST")
    assert api.request("/", "POST", body="{}", headers={"Content-Type": kind}).status == 200


def test_localstack_as_released_has_no_template_for_a_charset(released_api: RestApi) -> None:
    released_api.method(verb="POST")
    headers = {"Content-Type": "application/json; charset=utf-8"}
    assert released_api.request("/", "POST", body="{}", headers=headers).status == 500


@pytest.mark.parametrize(
    ("message", "status"), [("Bad", 400), ("Bad luck", 200), ("it is not found.", 404), ("a\nlost\nb", 500)]
)
def test_a_pattern_matches_all_of_a_message(api: RestApi, failing: str, message: str, status: int) -> None:
    _with_patterns(api, failing)
    assert api.request("/", "POST", document={"message": message}).status == status


def test_localstack_as_released_matches_the_beginning(released: Clients, released_api: RestApi) -> None:
    _with_patterns(released_api, web.function(released, FAILING))
    assert released_api.request("/", "POST", document={"message": "Bad luck"}).status == 400


FAILING = "def handler(event, context): raise ValueError(event['message'])"


@pytest.fixture(scope="session")
def failing(aws: Clients) -> str:
    """Provide a function that fails with the message it is sent."""
    return web.function(aws, FAILING)


def _with_patterns(api: RestApi, function: str) -> None:
    place: dict[str, Any] = {"restApiId": api.id, "resourceId": api.root, "httpMethod": "POST"}
    api.client.put_method(**place, authorizationType="NONE")
    api.client.put_integration(**place, type="AWS", integrationHttpMethod="POST", uri=api.uri(function))
    for status, pattern in {"200": "", "400": "Bad", "404": ".*not found.*", "500": r"(.|\n)*lost(.|\n)*"}.items():
        api.client.put_method_response(**place, statusCode=status)
        api.client.put_integration_response(**place, statusCode=status, selectionPattern=pattern)


def test_a_request_has_one_extended_id_and_a_time_with_a_zone(api: RestApi, echo: str) -> None:
    api.method(echo)
    reply = api.request(headers={"X-Forwarded-For": "203.0.113.9"})
    context = reply.json["requestContext"]
    assert reply.headers["x-amz-apigw-id"] == context["extendedRequestId"]
    assert context["requestTime"].endswith(" +0000")
    assert reply.json["headers"]["X-Forwarded-For"] == "203.0.113.9, 127.0.0.1"
    assert reply.json["headers"]["X-Forwarded-Proto"] == "http"


def test_localstack_as_released_has_two_extended_ids(released: Clients, released_api: RestApi) -> None:
    released_api.method(web.function(released, web.SAY_THE_EVENT))
    reply = released_api.request()
    assert reply.headers["x-amz-apigw-id"] != reply.json["requestContext"]["extendedRequestId"]


def test_a_stage_that_is_not_there_is_forbidden(api: RestApi) -> None:
    api.method()
    api.deploy()
    reply = web.request(api.url.replace("/prod", "/test"))
    assert (reply.status, reply.json) == (403, {"message": "Forbidden"})
    assert reply.headers["x-amzn-errortype"] == "ForbiddenException"


def test_localstack_as_released_does_not_find_a_stage(released_api: RestApi) -> None:
    assert web.request(f"{released_api.url}/x").status == 404


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [("gzip", "gzip"), ("deflate;q=1, gzip;q=0.5", "deflate"), ("br", None), ("identity", None)],
)
def test_a_response_is_compressed_as_the_client_accepts_it(
    aws: Clients, corrected_engine: EmbeddedEngine, echo: str, accepted: str, coding: str | None
) -> None:
    api = RestApi(aws, corrected_engine.endpoint_url, minimumCompressionSize=100)
    api.method(echo)
    reply = api.request(headers={"Accept-Encoding": accepted})
    assert (reply.headers.get("content-encoding"), reply.json["httpMethod"]) == (coding, "GET")


def test_a_response_below_the_least_size_is_not_compressed(aws: Clients, corrected_engine: EmbeddedEngine) -> None:
    api = RestApi(aws, corrected_engine.endpoint_url, minimumCompressionSize=100)
    api.method()
    assert "content-encoding" not in api.request(headers={"Accept-Encoding": "gzip"}).headers


def test_the_passthrough_behaviour_of_an_integration_can_be_changed(api: RestApi) -> None:
    api.method(verb="POST")
    place = {"restApiId": api.id, "resourceId": api.root, "httpMethod": "POST"}
    patch = {"op": "replace", "path": "/passthroughBehavior", "value": "NEVER"}
    assert api.client.update_integration(**place, patchOperations=[patch])["passthroughBehavior"] == "NEVER"
    reply = api.request("/", "POST", body="x", headers={"Content-Type": "text/plain"})
    assert (reply.status, reply.json) == (415, {"message": "Unsupported Media Type"})
