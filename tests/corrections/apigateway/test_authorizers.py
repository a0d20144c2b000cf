"""Lambda authorizers, signatures and resource policies of REST APIs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from localstack_corrections.apis.conditions import conditions_hold
from localstack_corrections.apis.policies import Decision, MalformedPolicyError, decide
from tests.corrections import web
from tests.corrections.apigateway.rest_api import RestApi

if TYPE_CHECKING:
    from localdev.engines import EmbeddedEngine
    from localdev.engines.clients import Clients

AUTHORIZER = """
import uuid

def handler(event, context):
    said = event.get("authorizationToken") or event["headers"].get("X-Token")
    if said == "unauthorized":
        raise Exception("Unauthorized")
    if said == "raise":
        raise ValueError("no")
    if said == "odd":
        return {"principalId": "me", "policyDocument": "none"}
    if said == "list":
        said, extra = "yes", {"list": [1]}
    else:
        extra = {"n": 1, "flag": True, "once": uuid.uuid4().hex, "type": event["type"]}
    resource = event["methodArn"] if said != "elsewhere" else event["methodArn"] + "/elsewhere"
    effect = "Deny" if said == "no" else "Allow"
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": resource}
    return {"principalId": "me", "policyDocument": {"Statement": [statement]}, "context": extra}
"""


@pytest.fixture(scope="session")
def authorizer(aws: Clients) -> str:
    """Provide a function that allows or denies as its token says."""
    return web.function(aws, AUTHORIZER)


def _guarded(api: RestApi, echo: str, authorizer: str, kind: str, seconds: int = 0, **options: Any) -> None:
    source = f"method.request.header.{'Authorization' if kind == 'TOKEN' else 'X-Token'}"
    made = api.authorizer(authorizer, kind, source, authorizerResultTtlInSeconds=seconds, **options)
    api.method(echo, authorizationType="CUSTOM", authorizerId=made)


def _ask(api: RestApi, token: str) -> web.Reply:
    return api.request(headers={"Authorization": token, "X-Token": token})


@pytest.mark.parametrize("kind", ["TOKEN", "REQUEST"])
def test_an_authorizer_decides(api: RestApi, echo: str, authorizer: str, kind: str) -> None:
    _guarded(api, echo, authorizer, kind)
    said = {token: _ask(api, token) for token in ("no", "elsewhere", "unauthorized", "raise", "odd", "list")}
    none = "User is not authorized to access this resource"
    assert {token: (reply.status, reply.json) for token, reply in said.items()} == {
        "no": (403, {"Message": f"{none} with an explicit deny"}),
        "elsewhere": (403, {"Message": none}),
        "unauthorized": (401, {"message": "Unauthorized"}),
        "raise": (500, {"message": None}),
        "odd": (500, {"message": None}),
        "list": (500, {"message": None}),
    }
    context = _ask(api, "yes").json["requestContext"]["authorizer"]
    assert (context["principalId"], context["n"], context["flag"]) == ("me", "1", "true")
    assert context["type"] == kind


@pytest.mark.parametrize("scopes", [[], ["orders/write"]])
def test_a_method_of_a_user_pool_lets_nobody_in(api: RestApi, echo: str, scopes: list[str]) -> None:
    pool = "arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_nobody"
    source = "method.request.header.Authorization"
    made = api.client.create_authorizer(
        restApiId=api.id, name="pool", type="COGNITO_USER_POOLS", providerARNs=[pool], identitySource=source
    )["id"]
    api.method(echo, authorizationType="COGNITO_USER_POOLS", authorizerId=made, authorizationScopes=scopes)
    unsigned = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJtZSIsInNjb3BlIjoib3JkZXJzL3dyaXRlIn0."
    replies = [api.request()] + [_ask(api, token) for token in ("anything", unsigned, f"Bearer {unsigned}")]
    assert [(reply.status, reply.json) for reply in replies] == [
        (401, {"message": "Unauthorized"}),
        *[(500, {"message": None})] * 3,
    ]


@pytest.mark.parametrize("kind", ["TOKEN", "REQUEST"])
def test_a_request_without_its_identity_is_unauthorized(api: RestApi, echo: str, authorizer: str, kind: str) -> None:
    _guarded(api, echo, authorizer, kind)
    reply = api.request()
    assert (reply.status, reply.json) == (401, {"message": "Unauthorized"})


def test_a_token_of_another_form_is_unauthorized(api: RestApi, echo: str, authorizer: str) -> None:
    _guarded(api, echo, authorizer, "TOKEN", identityValidationExpression="y.*")
    assert [_ask(api, token).status for token in ("yes", "no")] == [200, 401]


@pytest.mark.parametrize(("seconds", "same"), [(300, True), (0, False)])
def test_a_result_is_kept_as_long_as_the_authorizer_says(
    api: RestApi, echo: str, authorizer: str, seconds: int, *, same: bool
) -> None:
    _guarded(api, echo, authorizer, "TOKEN", seconds)
    once = [_ask(api, "yes").json["requestContext"]["authorizer"]["once"] for _ in range(2)]
    assert (once[0] == once[1]) is same


def test_results_are_forgotten_when_they_are_flushed(api: RestApi, echo: str, authorizer: str) -> None:
    _guarded(api, echo, authorizer, "TOKEN", 300)
    first = _ask(api, "yes").json["requestContext"]["authorizer"]["once"]
    api.client.flush_stage_authorizers_cache(restApiId=api.id, stageName="prod")
    assert _ask(api, "yes").json["requestContext"]["authorizer"]["once"] != first


def test_localstack_as_released_flushes_nothing(released_api: RestApi) -> None:
    released_api.method()
    released_api.deploy()
    with pytest.raises(ClientError):
        released_api.client.flush_stage_authorizers_cache(restApiId=released_api.id, stageName="prod")


def test_localstack_as_released_asks_no_authorizer(released_api: RestApi) -> None:
    made = released_api.authorizer(
        "arn:aws:lambda:us-east-1:000000000000:function:x", "TOKEN", "method.request.header.A"
    )
    released_api.method(authorizationType="CUSTOM", authorizerId=made)
    assert released_api.request().status == 200


def _signed(api: RestApi, key: str, secret: str) -> dict[str, str]:
    request = AWSRequest("GET", f"{api.url}/", headers={"Host": api.url.split("/")[2]})
    SigV4Auth(Credentials(key, secret), "execute-api", "us-east-1").add_auth(request)
    return dict(request.headers)


@pytest.mark.parametrize(
    ("key", "secret", "status", "kind"),
    [
        ("test", "test", 200, None),
        ("test", "x", 403, "InvalidSignatureException"),
        ("AKIAX", "x", 403, "UnrecognizedClientException"),
    ],
)
def test_a_signature_is_checked(api: RestApi, echo: str, key: str, secret: str, status: int, kind: str | None) -> None:
    api.method(echo, authorizationType="AWS_IAM")
    reply = api.request(headers=_signed(api, key, secret))
    assert (reply.status, reply.headers.get("x-amzn-errortype")) == (status, kind)


CREDENTIAL, SIGNATURE, SIGNED, DATE = (
    "Authorization header requires 'Credential' parameter.",
    "Authorization header requires 'Signature' parameter.",
    "Authorization header requires 'SignedHeaders' parameter.",
    "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("Bearer abc", "'abc' not a valid key=value pair (missing equal-sign) in Authorization header: 'Bearer abc'."),
        ("junk", f"{CREDENTIAL} {SIGNATURE} {SIGNED} {DATE} Authorization=junk"),
        ("AWS4-HMAC-SHA256 Credential=a", f"{SIGNATURE} {SIGNED} {DATE} Authorization=AWS4-HMAC-SHA256 Credential=a"),
    ],
)
def test_a_header_that_is_no_signature_says_what_it_lacks(api: RestApi, header: str, message: str) -> None:
    api.method(authorizationType="AWS_IAM")
    reply = api.request(headers={"Authorization": header})
    assert (reply.status, reply.json) == (403, {"message": message})
    assert reply.headers["x-amzn-errortype"] == "IncompleteSignatureException"


def test_an_unsigned_request_misses_its_token(api: RestApi, echo: str) -> None:
    api.method(echo, authorizationType="AWS_IAM")
    reply = api.request()
    assert (reply.status, reply.json) == (403, {"message": "Missing Authentication Token"})


def _policy(effect: str, resource: str = "execute-api:/*", **condition: object) -> dict[str, Any]:
    statement: dict[str, Any] = {
        "Effect": effect, "Principal": "*", "Action": "execute-api:Invoke", "Resource": resource
    }  # fmt: skip
    return statement | ({"Condition": condition} if condition else {})


@pytest.mark.parametrize(
    ("statements", "status"),
    [
        ([_policy("Allow")], 200),
        ([_policy("Allow"), _policy("Deny", IpAddress={"aws:SourceIp": "127.0.0.0/8"})], 403),
        ([_policy("Allow"), _policy("Deny", IpAddress={"aws:SourceIp": "10.0.0.0/8"})], 200),
        ([_policy("Allow", "execute-api:/prod/POST/*")], 403),
    ],
)
def test_a_resource_policy_is_evaluated(
    aws: Clients, corrected_engine: Any, statements: list[dict[str, Any]], status: int
) -> None:
    from tests.corrections.apigateway.rest_api import RestApi

    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    api = RestApi(aws, corrected_engine.endpoint_url, policy=document)
    api.method()
    assert api.request().status == status


def test_a_denial_wins() -> None:
    statements = [
        {"Effect": effect, "Action": "*", "Resource": "arn:aws:execute-api:*:*:a/*"} for effect in ("Allow", "Deny")
    ]
    arn = "arn:aws:execute-api:us-east-1:0:a/prod/GET/x"
    assert decide({"Statement": statements}, arn) is Decision.DENIED
    assert decide({"Statement": statements[0]}, arn) is Decision.ALLOWED
    assert decide({"Statement": []}, arn) is Decision.SILENT


@pytest.mark.parametrize("document", [None, [], {}, {"Statement": [{"Effect": "Maybe"}]}, {"Statement": ["x"]}])
def test_what_is_no_policy_is_malformed(document: object) -> None:
    with pytest.raises(MalformedPolicyError):
        decide(document, "arn:aws:execute-api:us-east-1:0:a/prod/GET/x")


@pytest.mark.parametrize(
    ("conditions", "holds"),
    [
        ({"StringEquals": {"aws:SourceVpce": ["vpce-1", "vpce-2"]}}, True),
        ({"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}, False),
        ({"StringNotEquals": {"aws:SourceVpc": "vpc-1"}}, True),
        ({"StringEquals": {"aws:SourceVpc": "vpc-1"}}, False),
        ({"StringEqualsIfExists": {"aws:SourceVpc": "vpc-1"}}, True),
        ({"StringLike": {"aws:sourcevpce": "vpce-*"}}, True),
        ({"Null": {"aws:SourceVpc": "true"}}, True),
        ({"Null": {"aws:SourceVpce": "true"}}, False),
        ({"NotIpAddress": {"aws:SourceIp": ["10.0.0.0/8"]}}, True),
        ({"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}, "StringEquals": {"aws:SourceVpce": "vpce-3"}}, False),
        ({"Bool": {"aws:SecureTransport": "false"}}, False),
    ],
)
def test_a_condition_on_a_value_that_is_not_known_holds_where_it_is_negated(
    conditions: dict[str, Any], holds: bool
) -> None:
    assert conditions_hold(conditions, {"aws:sourceip": "127.0.0.1", "aws:sourcevpce": "vpce-1"}) is holds


@pytest.mark.parametrize(
    "policy", ["none", '{"Statement": [{"Effect": "Allow", "Action": "execute-api:*", "Resource": "*"}]}']
)
def test_a_policy_that_is_none_is_refused(api: RestApi, policy: str) -> None:
    with pytest.raises(ClientError, match="Invalid policy document"):
        api.client.create_rest_api(name="api", policy=policy)
    patch = {"op": "replace", "path": "/policy", "value": policy}
    with pytest.raises(ClientError, match="Invalid policy document"):
        api.client.update_rest_api(restApiId=api.id, patchOperations=[patch])


@pytest.mark.parametrize(
    ("region", "service", "message"),
    [
        ("eu-west-1", "execute-api", "Credential should be scoped to a valid region, not 'eu-west-1'. "),
        ("us-east-1", "lambda", "Credential should be scoped to correct service: 'execute-api'. "),
    ],
)
def test_a_signature_for_another_region_or_service_does_not_count(
    api: RestApi, region: str, service: str, message: str
) -> None:
    api.method(authorizationType="AWS_IAM")
    scope = f"Credential=test/20261129/{region}/{service}/aws4_request, SignedHeaders=host, Signature=00"
    headers = {"Authorization": f"AWS4-HMAC-SHA256 {scope}", "X-Amz-Date": "20261129T120000Z"}
    reply = api.request(headers=headers)
    assert (reply.status, reply.json) == (403, {"message": message})


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("{api}-vpce-1.execute-api.us-east-1.amazonaws.com", 200),
        ("vpce-1-abc.execute-api.us-east-1.vpce.amazonaws.com", 200),
        ("{api}-vpce-2.execute-api.us-east-1.amazonaws.com", 403),
        ("{api}.execute-api.us-east-1.amazonaws.com", 403),
    ],
)
def test_a_policy_knows_the_vpc_endpoint_of_the_host_name(
    aws: Clients, corrected_engine: EmbeddedEngine, host: str, status: int
) -> None:
    said = {"Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*"}
    elsewhere = {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}
    policy = {"Statement": [{"Effect": "Allow", **said}, {"Effect": "Deny", **said, "Condition": elsewhere}]}
    api = RestApi(aws, corrected_engine.endpoint_url, policy=json.dumps(policy))
    api.method()
    api.deploy()
    headers = {"Host": host.format(api=api.id), "x-apigw-api-id": api.id}
    assert web.request(f"{corrected_engine.endpoint_url}/prod/", headers=headers).status == status
