"""Requests to REST APIs: preflights, binary bodies, validators, overlapping paths, odd headers, missing functions."""

from __future__ import annotations

import base64
import json
import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.corrections import web
from tests.corrections.apigateway.rest_api import RestApi

if TYPE_CHECKING:
    from localdev.engines import EmbeddedEngine
    from localdev.engines.clients import Clients

PICTURE = b"\x89PNG\r\n\x1a\n\x00\xff"


def _preflight(api: RestApi) -> None:
    """Make an OPTIONS method as the CDK's ``default_cors_preflight_options`` does."""
    place = {"restApiId": api.id, "resourceId": api.root, "httpMethod": "OPTIONS"}
    headers = {"Allow-Headers": "'Content-Type,X-Oven'", "Allow-Origin": "'*'", "Allow-Methods": "'GET,POST'"}
    names = {f"method.response.header.Access-Control-{name}": value for name, value in headers.items()}
    api.client.put_method(**place, authorizationType="NONE")
    api.client.put_integration(**place, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
    api.client.put_method_response(**place, statusCode="204", responseParameters=dict.fromkeys(names, True))
    api.client.put_integration_response(**place, statusCode="204", responseParameters=names)


def test_a_preflight_request_is_answered(api: RestApi, echo: str) -> None:
    api.method(echo)
    _preflight(api)

    reply = api.request(
        "/", "OPTIONS", headers={"Origin": "https://pizza.example", "Access-Control-Request-Method": "POST"}
    )

    assert (reply.status, reply.body) == (204, b"")
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    assert reply.headers["Access-Control-Allow-Methods"] == "GET,POST"
    assert reply.headers["Access-Control-Allow-Headers"] == "Content-Type,X-Oven"


def test_an_origin_is_allowed_nothing_by_an_api_that_says_nothing(api: RestApi, echo: str) -> None:
    api.method(echo)

    reply = api.request(headers={"Origin": "https://pizza.example"})

    assert reply.status == 200
    assert not [name for name in reply.headers if name.lower().startswith("access-control-")]


@pytest.fixture
def binary(aws: Clients, corrected_engine: EmbeddedEngine, echo: str) -> RestApi:
    """Provide an API of pictures; a function answers with its event."""
    api = RestApi(aws, corrected_engine.endpoint_url, binaryMediaTypes=["image/png"])
    api.method(echo, verb="POST")
    return api


def test_a_binary_body_comes_as_base64(binary: RestApi) -> None:
    event = binary.request("/", "POST", body=PICTURE, headers={"Content-Type": "image/png"}).json

    assert (event["isBase64Encoded"], base64.b64decode(event["body"])) == (True, PICTURE)


def test_a_body_of_another_type_comes_as_text(binary: RestApi) -> None:
    event = binary.request("/", "POST", body="Käse", headers={"Content-Type": "text/plain; charset=utf-8"}).json

    assert (event["isBase64Encoded"], event["body"]) == (False, "Käse")


@pytest.mark.parametrize(("accept", "body"), [("image/png", PICTURE), ("application/json", base64.b64encode(PICTURE))])
def test_a_binary_result_is_decoded_for_who_accepts_it(
    aws: Clients, corrected_engine: EmbeddedEngine, accept: str, body: bytes
) -> None:
    api = RestApi(aws, corrected_engine.endpoint_url, binaryMediaTypes=["image/png"])
    api.method(web.function(aws, web.SAY_WHAT_IS_ASKED), verb="POST")
    result = {
        "statusCode": 200,
        "headers": {"Content-Type": "image/png"},
        "body": base64.b64encode(PICTURE).decode(),
        "isBase64Encoded": True,
    }

    reply = api.request("/", "POST", document={"result": result}, headers={"Accept": accept})

    assert (reply.status, reply.body) == (200, body)


@pytest.fixture
def validated(api: RestApi, echo: str) -> RestApi:
    """Provide an API whose POST needs a query parameter and a body with a flavour."""
    schema = {"type": "object", "required": ["flavour"], "properties": {"flavour": {"type": "string"}}}
    api.client.create_model(restApiId=api.id, name="Order", contentType="application/json", schema=json.dumps(schema))
    validator = api.client.create_request_validator(
        restApiId=api.id, name="all", validateRequestBody=True, validateRequestParameters=True
    )["id"]
    api.method(
        echo,
        verb="POST",
        requestValidatorId=validator,
        requestModels={"application/json": "Order"},
        requestParameters={"method.request.querystring.oven": True, "method.request.header.X-Guest": True},
    )
    return api


def test_a_valid_request_reaches_the_function(validated: RestApi) -> None:
    reply = validated.request("/?oven=1", "POST", document={"flavour": "diavola"}, headers={"X-Guest": "a"})

    assert (reply.status, json.loads(reply.json["body"])) == (200, {"flavour": "diavola"})


@pytest.mark.parametrize(
    ("path", "headers", "document", "message"),
    [
        ("/", {"X-Guest": "a"}, {"flavour": "diavola"}, "Missing required request parameters: [oven]"),
        ("/?oven=1", {}, {"flavour": "diavola"}, "Missing required request parameters: [X-Guest]"),
        ("/?oven=1", {"X-Guest": "a"}, {"flavour": 1}, "Invalid request body"),
        ("/?oven=1", {"X-Guest": "a"}, {}, "Invalid request body"),
    ],
)
def test_an_invalid_request_is_a_bad_request(
    validated: RestApi, path: str, headers: dict[str, str], document: Any, message: str
) -> None:
    reply = validated.request(path, "POST", document=document, headers=headers)

    assert (reply.status, reply.json) == (400, {"message": message})
    assert reply.headers["x-amzn-errortype"] == "BadRequestException"


def test_of_paths_that_overlap_the_most_specific_answers(api: RestApi, echo: str) -> None:
    def below(parent: str, part: str) -> str:
        return str(api.client.create_resource(restApiId=api.id, parentId=parent, pathPart=part)["id"])

    orders = api.resource("orders")
    for resource in (below(orders, "latest"), below(orders, "{id}"), api.resource("{proxy+}")):
        api.method(echo, resource=resource)

    resources = {path: api.request(path).json["resource"] for path in ("/orders/latest", "/orders/7", "/menu/a/b")}

    assert resources == {"/orders/latest": "/orders/latest", "/orders/7": "/orders/{id}", "/menu/a/b": "/{proxy+}"}


def test_a_path_that_is_no_resource_misses_its_token(api: RestApi, echo: str) -> None:
    api.method(echo)

    reply = api.request("/nowhere")

    assert (reply.status, reply.json) == (403, {"message": "Missing Authentication Token"})


def test_a_function_that_is_gone_is_an_internal_server_error(aws: Clients, api: RestApi) -> None:
    function = web.function(aws, web.SAY_THE_EVENT)
    api.method(function)
    aws.client("lambda").delete_function(FunctionName=function)

    reply = api.request()

    assert (reply.status, reply.json) == (500, {"message": "Internal server error"})


@pytest.mark.parametrize("sent", [b"Caf\xe9", "Café".encode(), b"%C3%A9", b"=?utf-8?q?Caf=C3=A9?=", b"a\tb"])
def test_a_header_in_an_odd_encoding_reaches_the_function(api: RestApi, echo: str, sent: bytes) -> None:
    api.method(echo)
    api.deploy()
    address = urlsplit(api.url)

    with socket.create_connection((address.hostname, address.port), timeout=web.SECONDS) as connection:
        connection.sendall(
            f"GET {address.path}/ HTTP/1.1\r\nHost: {address.netloc}\r\nConnection: close\r\nX-Guest: ".encode()
            + sent
            + b"\r\n\r\n"
        )
        answer = b"".join(iter(lambda: connection.recv(65536), b""))

    head, _, _ = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), answer
    event = json.loads(answer[answer.index(b"{") : answer.rindex(b"}") + 1])
    assert event["headers"]["X-Guest"].encode("latin-1") == sent


@pytest.mark.parametrize("verb", ["POST", "PUT"])
def test_a_form_reaches_the_function_as_it_was_sent(api: RestApi, echo: str, verb: str) -> None:
    api.method(echo, verb=verb)
    form = "b=2&a=1+x&c=%20y&d=~*&b=3&e"
    event = api.request("/", verb, body=form, headers={"Content-Type": "application/x-www-form-urlencoded"}).json
    assert event["body"] == form
