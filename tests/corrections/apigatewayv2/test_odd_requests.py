"""Odd requests to HTTP APIs: many and overlapping routes, header values in odd encodings, results that are no text."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from localstack_corrections.apigatewayv2.results import answer_from
from tests.corrections import web

if TYPE_CHECKING:
    from localdev.engines.clients import Clients
    from tests.corrections.apigatewayv2.http_api import HttpApi


def test_of_routes_that_overlap_the_most_specific_answers(api: HttpApi, echo: str) -> None:
    keys = ["$default", "GET /orders/{id}", "GET /orders/latest", "ANY /orders/{proxy+}", "ANY /{proxy+}"]
    integration = api.function(echo)
    for key in keys:
        api.route(key, integration)

    asked = [("GET", "/orders/latest"), ("GET", "/orders/7"), ("PUT", "/orders/7"), ("GET", "/menu"), ("GET", "/")]
    found = [api.request(path, method).json["routeKey"] for method, path in asked]

    assert found == ["GET /orders/latest", "GET /orders/{id}", "ANY /orders/{proxy+}", "ANY /{proxy+}", "$default"]


def test_a_thousand_routes_are_imported_and_served(aws: Clients, api: HttpApi, echo: str) -> None:
    integration = {
        "type": "aws_proxy",
        "httpMethod": "POST",
        "uri": echo,
        "payloadFormatVersion": "2.0",
    }
    operation = {"x-amazon-apigateway-integration": integration, "responses": {"default": {"description": "any"}}}
    paths = {f"/menu/{number}/{{size}}": {"get": operation} for number in range(1000)}
    document = {"openapi": "3.0.1", "info": {"title": "menu", "version": "1"}, "paths": paths}

    aws.client("apigatewayv2").reimport_api(ApiId=api.id, Body=json.dumps(document))

    for number in (0, 500, 999):
        event = api.request(f"/menu/{number}/large").json
        assert event["routeKey"] == f"GET /menu/{number}/{{size}}"
        assert event["pathParameters"] == {"size": "large"}
    assert api.request("/menu/1000/large").status == 404


@pytest.mark.parametrize("sent", [b"Caf\xe9", "Café".encode(), b"%C3%A9", b"=?utf-8?q?Caf=C3=A9?=", b"a\tb"])
def test_a_header_in_an_odd_encoding_reaches_the_function(api: HttpApi, echo: str, sent: bytes) -> None:
    api.route("$default", api.function(echo))
    address = urlsplit(api.url)

    with socket.create_connection((address.hostname, address.port), timeout=web.SECONDS) as connection:
        connection.sendall(
            f"GET {address.path}/ HTTP/1.1\r\nHost: {address.netloc}\r\nConnection: close\r\nX-Guest: ".encode()
            + sent
            + b"\r\n\r\n"
        )
        answer = b"".join(iter(lambda: connection.recv(65536), b""))

    assert answer.startswith(b"HTTP/1.1 200"), answer
    event = json.loads(answer[answer.index(b"{") : answer.rindex(b"}") + 1])
    assert event["headers"]["x-guest"].encode("latin-1") == sent


def test_half_a_character_in_a_result_is_sent_as_a_question_mark() -> None:
    result = b'{"statusCode": 200, "body": "a\\ud800b"}'

    assert answer_from(result, "2.0").body == b"a?b"
    assert answer_from(b'"a\\ud800b"', "2.0").body == b"a?b"
