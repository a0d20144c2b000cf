"""Request validators of REST APIs: which model counts, blank parameters, and what is said to be wrong."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from localstack_corrections.apigateway.media_types import entry_for

if TYPE_CHECKING:
    from tests.corrections.apigateway.rest_api import RestApi

SCHEMA = {
    "$schema": "http://json-schema.org/draft-04/schema#",
    "type": "object",
    "required": ["name", "age"],
    "properties": {
        "name": {"type": "string", "minLength": 2, "pattern": "^[a-z]+$"},
        "age": {"type": ["integer", "null"], "minimum": 0},
        "kind": {"enum": ["a", "b"]},
        "tags": {"type": "array", "maxItems": 1},
    },
    "additionalProperties": False,
}
WORDS = {
    "{}": '[object has missing required properties (["age","name"])]',
    '{"name":"ab","age":-1}': "[numeric instance is lower than the required minimum (minimum: 0, found: -1)]",
    '{"name":"a","age":1}': '[string "a" is too short (length: 1, required minimum: 2)]',
    '{"name":"ab","age":"1"}': "[instance type (string) does not match any allowed primitive type "
    '(allowed: ["integer","null"])]',
    '{"name":"ab","age":1,"kind":"c"}': '[instance value ("c") not found in enum (possible values: ["a","b"])]',
    '{"name":"ab","age":1,"x":1}': '[object instance has properties which are not allowed by the schema: ["x"]]',
    '{"name":"A1","age":1}': '[ECMA 262 regex "^[a-z]+$" does not match input string "A1"]',
    '{"name":"ab","age":1,"tags":[1,2]}': "[array is too long: must have at most 1 elements but instance "
    "has 2 elements]",
}
"""The words are those of the messages of java-json-tools' validator, which API Gateway runs."""


def _validated(api: RestApi, models: dict[str, str]) -> RestApi:
    validator = api.client.create_request_validator(
        restApiId=api.id, name="both", validateRequestBody=True, validateRequestParameters=True
    )["id"]
    api.client.create_model(restApiId=api.id, name="Pet", contentType="application/json", schema=json.dumps(SCHEMA))
    template = '{"message":$context.error.messageString,"why":"$context.error.validationErrorString"}'
    for kind in ("BAD_REQUEST_BODY", "BAD_REQUEST_PARAMETERS"):
        api.client.put_gateway_response(
            restApiId=api.id, responseType=kind, responseTemplates={"application/json": template}
        )
    options: dict[str, Any] = {"requestParameters": {"method.request.querystring.q": True}, "requestModels": models}
    api.method(verb="POST", requestValidatorId=validator, **options)
    return api


def _post(api: RestApi, body: str, kind: str = "application/json", query: str = "?q=1") -> Any:
    return api.request(f"/{query}", "POST", body=body, headers={"Content-Type": kind})


def test_a_body_is_shown_what_is_wrong_with_it(api: RestApi) -> None:
    _validated(api, {"application/json": "Pet"})
    said = {body: _post(api, body).json["why"] for body in WORDS}
    assert said == WORDS


@pytest.mark.parametrize("query", ["", "?q=", "?q=%20"])
def test_a_required_parameter_is_there_and_not_blank(api: RestApi, query: str) -> None:
    _validated(api, {"application/json": "Pet"})
    reply = _post(api, '{"name":"ab","age":1}', query=query)
    assert (reply.status, reply.json["message"]) == (400, "Missing required request parameters: [q]")


@pytest.mark.parametrize(
    ("kind", "models", "status"),
    [
        ("application/json; charset=utf-8", {"application/json": "Pet"}, 400),
        ("application/xml", {"$default": "Pet"}, 400),
        # of another type there is no model, and a mock takes any body that is JSON with a status
        ("application/xml", {"application/json": "Pet"}, 200),
    ],
)
def test_the_model_of_the_content_type_counts(api: RestApi, kind: str, models: dict[str, str], status: int) -> None:
    _validated(api, models)
    assert _post(api, '{"statusCode": 200}', kind).status == status


def test_localstack_as_released_says_nothing_of_what_is_wrong(released_api: RestApi) -> None:
    _validated(released_api, {"application/json": "Pet"})
    assert _post(released_api, "{}").json.get("why") is None


@pytest.mark.parametrize("kind", ["text/a", "TEXT/A", "text/a; charset=utf-8"])
def test_parameters_and_case_of_a_media_type_do_not_count(kind: str) -> None:
    assert entry_for(kind, {"application/json": 1, "text/a": 2}) == 2
