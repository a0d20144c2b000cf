"""JWT, Lambda and IAM authorizers of HTTP APIs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.corrections import web
from tests.corrections.apigatewayv2.issuer import Issuer, Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localdev.engines.clients import Clients
    from tests.corrections.apigatewayv2.http_api import HttpApi


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    """Provide an issuer of tokens."""
    made = Issuer()
    yield made
    made.close()


@pytest.fixture
def guarded(api: HttpApi, echo: str, issuer: Issuer) -> HttpApi:
    """Provide an API whose route needs a token, and a second one a scope as well."""
    authorizer = api.client.create_authorizer(
        ApiId=api.id,
        Name="jwt",
        AuthorizerType="JWT",
        IdentitySource=["$request.header.Authorization"],
        JwtConfiguration={"Audience": ["pizzeria"], "Issuer": issuer.url},
    )["AuthorizerId"]
    integration = api.function(echo)
    api.route("GET /", integration, AuthorizationType="JWT", AuthorizerId=authorizer)
    scope = {"AuthorizationScopes": ["orders.write"]}
    api.route("GET /scoped", integration, AuthorizationType="JWT", AuthorizerId=authorizer, **scope)
    return api


def _with(api: HttpApi, token: str, path: str = "/") -> web.Reply:
    return api.request(path, headers={"Authorization": f"Bearer {token}"})


def test_a_good_token_reaches_the_function(guarded: HttpApi, issuer: Issuer) -> None:
    token = issuer.token(number=5, listed=["a", "b"])
    said = _with(guarded, token).json["requestContext"]["authorizer"]["jwt"]
    assert said["claims"]["sub"] == "me"
    assert (said["claims"]["number"], said["claims"]["listed"], said["scopes"]) == ("5", "[a b]", None)


def test_a_request_without_a_token_is_unauthorized(guarded: HttpApi) -> None:
    reply = guarded.request("/")
    assert (reply.status, reply.json) == (401, {"message": "Unauthorized"})
    assert reply.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": int(time.time()) - 60},
        {"nbf": int(time.time()) + 3600},
        {"iat": int(time.time()) + 3600},
        {"iss": "https://somebody.example"},
        {"aud": "others"},
        {"exp": "soon"},
    ],
)
def test_a_token_that_does_not_count_is_unauthorized(guarded: HttpApi, issuer: Issuer, claims: dict[str, Any]) -> None:
    reply = _with(guarded, issuer.token(**claims))
    assert (reply.status, reply.json) == (401, {"message": "Unauthorized"})
    assert 'error="invalid_token"' in reply.headers["www-authenticate"]


def test_a_forged_token_is_unauthorized(guarded: HttpApi, issuer: Issuer) -> None:
    assert _with(guarded, issuer.token(Key("other"))).status == 401


def test_an_unsigned_token_is_unauthorized(guarded: HttpApi, issuer: Issuer) -> None:
    assert _with(guarded, issuer.token(algorithm="none")).status == 401


@pytest.mark.parametrize("token", ["x", "a.b.c", "..", "é"])
def test_no_token_at_all_is_unauthorized(guarded: HttpApi, token: str) -> None:
    assert _with(guarded, token).status == 401


def test_a_scope_is_needed_where_the_route_says_so(guarded: HttpApi, issuer: Issuer) -> None:
    assert _with(guarded, issuer.token(scope="orders.read orders.write"), "/scoped").status == 200
    reply = _with(guarded, issuer.token(scope="orders.read"), "/scoped")
    assert (reply.status, reply.json) == (403, {"message": "Forbidden"})


AUTHORIZER = """
import json, uuid

def handler(event, context):
    token = (event.get("headers") or {}).get("x-token") or event["headers"].get("X-Token")
    if token == "raise":
        raise ValueError("no")
    if token == "odd":
        return ["no", "answer"]
    if SIMPLE:
        return {"isAuthorized": token == "yes", "context": {"who": "me", "once": uuid.uuid4().hex, "list": [1]}}
    effect = "Allow" if token == "yes" else "Deny"
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": event["RESOURCE"]}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    return {"principalId": "me", "policyDocument": policy, "context": {"n": 1}}
"""


def _lambda_authorizer(aws: Clients, api: HttpApi, *, simple: bool, version: str = "2.0", seconds: int = 0) -> str:
    code = AUTHORIZER.replace("SIMPLE", str(simple)).replace(
        "RESOURCE", "routeArn" if version == "2.0" else "methodArn"
    )
    made = api.client.create_authorizer(
        ApiId=api.id,
        Name=web.name("authorizer"),
        AuthorizerType="REQUEST",
        AuthorizerUri=web.function(aws, code),
        AuthorizerPayloadFormatVersion=version,
        AuthorizerResultTtlInSeconds=seconds,
        EnableSimpleResponses=simple,
        IdentitySource=["$request.header.x-token"],
    )
    return str(made["AuthorizerId"])


def _asked(api: HttpApi, token: str) -> web.Reply:
    return api.request("/", headers={"X-Token": token})


@pytest.mark.parametrize(("simple", "version"), [(True, "2.0"), (False, "2.0"), (False, "1.0")])
def test_a_function_decides(aws: Clients, api: HttpApi, echo: str, simple: bool, version: str) -> None:
    authorizer = _lambda_authorizer(aws, api, simple=simple, version=version)
    api.route("GET /", api.function(echo), AuthorizationType="CUSTOM", AuthorizerId=authorizer)
    statuses = {token: _asked(api, token).status for token in ("yes", "no", "raise", "odd")}
    assert statuses == {"yes": 200, "no": 403, "raise": 500, "odd": 500}
    assert api.request("/").status == 401
    said = _asked(api, "yes").json["requestContext"]["authorizer"]["lambda"]
    assert said["who"] == "me" if simple else said["principalId"] == "me"
    # a context of HTTP APIs may have arrays and objects
    assert said["list"] == [1] if simple else said["n"] == 1


def test_a_result_is_kept_as_long_as_the_authorizer_says(aws: Clients, api: HttpApi, echo: str) -> None:
    authorizer = _lambda_authorizer(aws, api, simple=True, seconds=3600)
    api.route("GET /", api.function(echo), AuthorizationType="CUSTOM", AuthorizerId=authorizer)
    once = [_asked(api, "yes").json["requestContext"]["authorizer"]["lambda"]["once"] for _ in range(2)]
    assert once[0] == once[1]


def _signed(api: HttpApi, key: str, secret: str) -> dict[str, str]:
    request = AWSRequest("GET", f"{api.url}/?b=2&a=%20x", headers={"Host": api.url.split("/")[2]})
    SigV4Auth(Credentials(key, secret), "execute-api", "us-east-1").add_auth(request)
    return dict(request.headers)


@pytest.mark.parametrize(("key", "secret", "status"), [("test", "test", 200), ("test", "x", 403), ("AKIAX", "x", 403)])
def test_a_signature_is_checked(api: HttpApi, echo: str, key: str, secret: str, status: int) -> None:
    api.route("GET /", api.function(echo), AuthorizationType="AWS_IAM")
    assert api.request("/?b=2&a=%20x", headers=_signed(api, key, secret)).status == status


def test_a_user_of_iam_can_sign(aws: Clients, api: HttpApi, echo: str) -> None:
    api.route("GET /", api.function(echo), AuthorizationType="AWS_IAM")
    iam: Any = aws.client("iam")
    user = iam.create_user(UserName=web.name("user"))["User"]
    key = iam.create_access_key(UserName=user["UserName"])["AccessKey"]
    reply = api.request("/?b=2&a=%20x", headers=_signed(api, key["AccessKeyId"], key["SecretAccessKey"]))
    assert reply.json["requestContext"]["authorizer"]["iam"]["userArn"] == user["Arn"]


def test_an_unsigned_request_is_forbidden(api: HttpApi, echo: str) -> None:
    api.route("GET /", api.function(echo), AuthorizationType="AWS_IAM")
    reply = api.request("/")
    assert (reply.status, reply.json) == (403, {"message": "Forbidden"})
