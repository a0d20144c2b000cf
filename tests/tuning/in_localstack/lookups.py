"""Show what adjustments that look things up do beside what LocalStack does; prints JSON, a pair for each question."""

import json
import os
from datetime import UTC, datetime
from functools import partial
from types import SimpleNamespace
from typing import Any

from localstack.aws.handlers import cors
from localstack.aws.handlers.cors import CorsResponseEnricher
from localstack.aws.protocol import serializer
from localstack.aws.spec import load_service
from localstack.services import stores
from localstack.services.lambda_ import api_utils
from localstack.services.stores import AccountRegionBundle, BaseStore, LocalAttribute
from moto.core import base_backend
from moto.core.base_backend import BackendDict, BaseBackend
from rolo import Request, Response, response
from rolo.request import get_raw_path
from rolo.routing import router
from werkzeug.datastructures import EnvironHeaders, Headers, headers
from werkzeug.exceptions import NotFound

from localstack_tuning.gateway import header_lookups, json_answers, route_cache
from localstack_tuning.lambda_ import function_names
from localstack_tuning.runtime import store_lookups

ACCOUNT, REGION = "000000000000", "eu-west-1"


def outcome(work: Any) -> Any:
    try:
        return work()
    except Exception as error:  # noqa: BLE001
        return type(error).__name__


def enriched() -> list[Any]:
    """Return an answer's headers, of requests from a browser and others."""
    seen = []
    for origin in (None, "http://localhost:4566", "http://elsewhere.example"):
        for given in ({}, {"Access-Control-Allow-Origin": ""}, {"Access-Control-Allow-Methods": "GET"}, {"X-Own": ""}):
            request = Request("GET", "/", headers={"Origin": origin} if origin else {})
            context = SimpleNamespace(request=request, service=None, operation=None)
            response = SimpleNamespace(headers=Headers(given))
            CorsResponseEnricher()(None, context, response)
            seen.append(list(response.headers))
    return seen


def named() -> list[Any]:
    """ARNs of functions, put together and taken apart, twice: what is kept must be as good as new."""
    arn = "arn:aws-cn:lambda:cn-north-1:123456789012:function:bake:1"
    return [
        [
            api_utils.unqualified_lambda_arn("bake", ACCOUNT, region)
            for region in (REGION, "cn-north-1", "us-gov-west-1")
        ]
        + [api_utils.qualified_lambda_arn(function_name="bake", qualifier=None, account=ACCOUNT, region=REGION)]
        + [api_utils.function_locators_from_arn(name) for name in (arn, "bake", f"{ACCOUNT}:bake:$LATEST", "no name!")]
    ] * 2


def updated() -> list[Any]:
    """Return an answer that takes over another: its headers, those of the other, and what is done at its end."""
    sets = (
        [],
        [("A", "1")],
        [("a", "2"), ("B", "3"), ("Content-Type", "text/html")],
        [("B", "4"), ("C", "5"), ("b", "6")],
        [("C", ""), ("c", "7"), ("D", "8")],
    )
    seen = []
    for own in sets:
        for others in sets:
            answer, other = (
                Response("mine", 200, headers=Headers(own)),
                Response("theirs", 418, headers=Headers(others)),
            )
            other.call_on_close(list)
            answer.update_from(other)
            other.headers["Later"] = "9"
            seen.append([list(answer.headers), answer.status, answer.data.decode(), len(answer._on_close)])
    return seen


def copied() -> list[Any]:
    """Headers made from others: none of those are changed with them."""
    first = Headers([("A", "1"), ("a", "2")])
    seen = []
    for given in (
        first,
        [("A", "1")],
        {"A": ["1", "2"]},
        None,
        EnvironHeaders({"HTTP_A": "1"}),
        (("A", 3),),
        first.copy(),
    ):
        new = Headers(given)
        new.add("B", "4")
        seen.append(list(new))
    return [*seen, list(first), outcome(lambda: Headers([("A", "not\none line")]))]


class Kitchen(BaseStore):
    ovens = LocalAttribute(default=dict)


def looked_for() -> list[Any]:
    """Look up stores and back ends: made once, kept apart by account and region, refused where there is none."""
    kitchens = AccountRegionBundle("sqs", Kitchen)
    first = outcome(lambda: kitchens[ACCOUNT][REGION])
    backends = BackendDict(Oven, "sqs")
    oven = outcome(lambda: backends[ACCOUNT][REGION])
    seen = [
        kitchens[ACCOUNT][REGION] is first,
        kitchens[ACCOUNT]["eu-west-2"] is first,
        kitchens["111111111111"][REGION] is first,
        outcome(lambda: kitchens["no account"]),
        outcome(lambda: kitchens[ACCOUNT]["no-region"]),
        backends[ACCOUNT][REGION] is oven,
        backends["111111111111"][REGION] is oven,
        outcome(lambda: backends[ACCOUNT]["no-region"]),
        sorted(kitchens),
        sorted(kitchens[ACCOUNT]),
        [(oven.account_id, oven.region_name) for *_, oven in backends.iter_backends()],
    ]
    kitchens.reset()
    return [*seen, outcome(lambda: kitchens[ACCOUNT][REGION] is first)]


class Oven(BaseBackend):
    pass


def asked_for() -> list[Any]:
    """Return which path a request is routed by."""
    seen = []

    def match(path: str, method: str) -> Any:
        seen.append([path, method])
        raise NotFound

    for uri in PATHS:
        url_map = SimpleNamespace(bind=lambda **_: SimpleNamespace(match=match))
        request = Request("GET", "/decoded")
        request.environ["RAW_URI"] = uri
        outcome(partial(router.Router.dispatch, SimpleNamespace(url_map=url_map), request))
    return seen


def serialized() -> list[Any]:
    """Return answers of the JSON protocol: histories, what contains itself, what is not as its shape says."""
    now = datetime(2026, 1, 1, 12, 30, 1, 250_000, UTC)
    entered = {"name": "A", "input": "{}", "inputDetails": {"truncated": False}, "unknown": None}
    event = {"timestamp": now, "type": "PassStateEntered", "id": 2, "stateEnteredEventDetails": entered}
    asked: list[tuple[str, str, Any]] = [
        ("stepfunctions", "GetExecutionHistory", {"events": [event, None, event], "nextToken": None}),
        ("stepfunctions", "GetExecutionHistory", {"events": [event | {"invented": 1}]}),
        ("stepfunctions", "GetExecutionHistory", {"events": [{"timestamp": "yesterday"}]}),
        ("stepfunctions", "GetExecutionHistory", {"events": 5}),
        ("stepfunctions", "DescribeExecution", {"startDate": datetime(2026, 1, 1), "stopDate": 1_700_000_000}),  # noqa: DTZ001
        ("stepfunctions", "StopExecution", {}),
        ("dynamodb", "GetItem", {"Item": {"a": {"L": [{"M": {"b": {"B": b"x"}, "n": None}}, {"NULL": True}]}}}),
        ("kms", "Encrypt", {"CiphertextBlob": b"\x00\x01", "KeyId": "k"}),
        ("events", "ListTagsForResource", None),
    ]

    def body(service: str, operation: str, answer: Any) -> Any:
        model = load_service(service, protocol="json").operation_model(operation)
        made = serializer.create_serializer(model.service_model, "json")
        return made._serialize_body_params(answer, model.output_shape, model, "application/x-amz-json-1.0", "r")

    return [outcome(partial(body, *each)) for each in asked]


PATHS = ("/a/b?c=d", "/", "//a/b?c", "/a%2Fb;c=1?d", "http://host/a?b", "", "/a#b", "/a?b?c#d", "/\u00e9", "/a b", "*")


def found() -> dict[str, Any]:
    return {
        "cors": enriched(),
        "names": named(),
        "answers": updated(),
        "copies": copied(),
        "stores": looked_for(),
        "json": serialized(),
    }


released = found() | {
    "paths": [[get_raw_path(SimpleNamespace(environ={"RAW_URI": uri}, path="/decoded")), "GET"] for uri in PATHS]
}
header_lookups._look_for_empty_ones(cors)
header_lookups._look_up(headers)
header_lookups._copy_at_once(response)
function_names._remember_names(api_utils)
store_lookups._look_in_stores(stores)
store_lookups._look_in_backends(base_backend)
route_cache._remember_routes(router)
json_answers._convert_by_shape(serializer)
print(json.dumps({"released": released, "adjusted": found() | {"paths": asked_for()}}), flush=True)
os._exit(0)
