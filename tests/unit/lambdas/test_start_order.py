"""Placing an order."""

from __future__ import annotations

import base64
import json
import logging
import re
from typing import TYPE_CHECKING, Any

import pytest
import start_order
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError

if TYPE_CHECKING:
    from proxy_response import ProxyResponse

    from tests.unit.lambdas.conftest import FakeStepFunctions, LambdaContext, MakeEvent

EXECUTION_ARN_PREFIX = "arn:aws:states:eu-west-1:123456789012:execution:OrderPizza:"
ORDER_ID = re.compile(r"[0-9a-f]{20}")
DEEP = 200_000


def _document(response: ProxyResponse) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(response["body"])
    return document


def _flavour_ordered(step_functions: FakeStepFunctions) -> str:
    (execution,) = step_functions.executions.values()
    order = json.loads(execution["input"])
    assert list(order) == ["flavour"]
    flavour: str = order["flavour"]
    return flavour


def test_an_order_is_accepted(step_functions: FakeStepFunctions, event: MakeEvent) -> None:
    response = start_order.handler(event(), None)

    document = _document(response)
    assert response["statusCode"] == 202
    assert response["headers"]["Content-Type"] == "application/json"
    assert response["headers"]["Location"] == document["statusUrl"]
    assert ORDER_ID.fullmatch(document["orderId"])
    assert document == {
        "message": "The Pizzeria is processing your order",
        "orderId": document["orderId"],
        "flavour": "margherita",
        "executionArn": EXECUTION_ARN_PREFIX + document["orderId"],
        "statusUrl": f"https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod/orders/{document['orderId']}",
    }
    assert _flavour_ordered(step_functions) == "margherita"


def test_an_order_is_logged_with_its_id_flavour_and_execution(
    step_functions: FakeStepFunctions, event: MakeEvent, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "start_order")

    document = _document(start_order.handler(event(), None))

    (record,) = caplog.records
    assert {name: record.__dict__[name] for name in ("orderId", "flavour", "executionArn")} == {
        "orderId": document["orderId"],
        "flavour": "margherita",
        "executionArn": next(iter(step_functions.executions)),
    }


def test_no_flavour_means_pepperoni(step_functions: FakeStepFunctions, order_event: MakeEvent) -> None:
    assert _document(start_order.handler(order_event(), None))["flavour"] == "pepperoni"
    assert _flavour_ordered(step_functions) == "pepperoni"


def test_the_last_of_repeated_flavours_counts(step_functions: FakeStepFunctions, order_event: MakeEvent) -> None:
    start_order.handler(order_event("pineapple", "funghi"), None)

    assert _flavour_ordered(step_functions) == "funghi"


def test_single_value_parameters_will_do(step_functions: FakeStepFunctions, event: MakeEvent) -> None:
    start_order.handler(event(multiValueQueryStringParameters=None), None)

    assert _flavour_ordered(step_functions) == "margherita"


@pytest.mark.parametrize("flavour", ["Quattro Formaggi", " Hawaiian ", "🍕", "Ärger & Co", "a+b", "100%", "x" * 64])
def test_a_flavour_is_taken_as_it_is_given(
    step_functions: FakeStepFunctions, order_event: MakeEvent, flavour: str
) -> None:
    assert _document(start_order.handler(order_event(flavour), None))["flavour"] == flavour
    assert _flavour_ordered(step_functions) == flavour


def test_a_body_may_name_the_flavour(step_functions: FakeStepFunctions, order_event: MakeEvent) -> None:
    start_order.handler(order_event(body='{"flavour": "funghi", "size": 32}'), None)

    assert _flavour_ordered(step_functions) == "funghi"


def test_a_body_in_base64_may_name_the_flavour(step_functions: FakeStepFunctions, order_event: MakeEvent) -> None:
    body = base64.b64encode('{"flavour": "Käse"}'.encode()).decode()

    start_order.handler(order_event(body=body, isBase64Encoded=True), None)

    assert _flavour_ordered(step_functions) == "Käse"


@pytest.mark.parametrize("body", [None, "", "{}"])
def test_a_body_without_a_flavour_means_pepperoni(
    step_functions: FakeStepFunctions, order_event: MakeEvent, body: str | None
) -> None:
    start_order.handler(order_event(body=body), None)

    assert _flavour_ordered(step_functions) == "pepperoni"


@pytest.mark.parametrize("body", ['{"flavour": "funghi"}', '{"flavour": 7}'])
def test_the_query_wins_over_the_body(step_functions: FakeStepFunctions, order_event: MakeEvent, body: str) -> None:
    start_order.handler(order_event("margherita", body=body), None)

    assert _flavour_ordered(step_functions) == "margherita"


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"flavours": [""]}, "flavour"),
        ({"flavours": ["  "]}, "flavour"),
        ({"flavours": ["x" * 65]}, "flavour"),
        ({"flavours": ["a\nb"]}, "flavour"),
        ({"flavours": ["a\x7fb"]}, "flavour"),
        ({"flavours": ["\ud800"]}, "flavour"),
        ({"body": '{"flavour": 7}'}, "flavour"),
        ({"body": '{"flavour": null}'}, "flavour"),
        ({"body": '{"flavour": ""}'}, "flavour"),
        ({"body": '{"flavour": "\\ud800"}'}, "flavour"),
        ({"body": "flavour=funghi"}, "body"),
        ({"body": " "}, "body"),
        ({"body": '["funghi"]'}, "body"),
        ({"body": '"funghi"'}, "body"),
        ({"body": '{"flavour": NaN}'}, "body"),
        ({"body": "[" * DEEP}, "body"),
        ({"body": "1" * 5000}, "body"),
        ({"body": "%%%", "isBase64Encoded": True}, "body"),
        ({"body": "//4=", "isBase64Encoded": True}, "body"),
        ({"flavours": ["margherita"], "body": "not json"}, "body"),
        ({"headers": {"Idempotency-Key": ""}}, "Idempotency-Key"),
        ({"headers": {"Idempotency-Key": "  "}}, "Idempotency-Key"),
        ({"headers": {"Idempotency-Key": "x" * 256}}, "Idempotency-Key"),
        ({"headers": {"Idempotency-Key": "a\x00b"}}, "Idempotency-Key"),
    ],
)
def test_what_cannot_be_ordered_is_refused_by_name(
    step_functions: FakeStepFunctions, order_event: MakeEvent, members: dict[str, Any], field: str
) -> None:
    response = start_order.handler(order_event(*members.pop("flavours", []), **members), None)

    document = _document(response)
    assert response["statusCode"] == 400
    assert response["headers"]["Content-Type"] == "application/problem+json"
    assert document == {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": document["detail"],
        "field": field,
    }
    assert field in document["detail"]
    assert step_functions.executions == {}


class TestIdempotencyKey:
    """One key, one order."""

    def test_the_same_key_and_flavour_give_the_same_order(
        self, step_functions: FakeStepFunctions, order_event: MakeEvent
    ) -> None:
        request = order_event("margherita", headers={"Idempotency-Key": "k"})

        first, second = start_order.handler(request, None), start_order.handler(request, None)

        assert first == second
        assert len(step_functions.executions) == 1

    def test_also_when_the_order_has_ended(self, step_functions: FakeStepFunctions, order_event: MakeEvent) -> None:
        request = order_event("margherita", headers={"Idempotency-Key": "k"})
        first = start_order.handler(request, None)
        step_functions.end("SUCCEEDED")

        assert start_order.handler(request, None) == first

    @pytest.mark.parametrize("ended", [False, True])
    def test_another_flavour_is_a_conflict(
        self, step_functions: FakeStepFunctions, order_event: MakeEvent, *, ended: bool
    ) -> None:
        start_order.handler(order_event("margherita", headers={"Idempotency-Key": "k"}), None)
        if ended:
            step_functions.end("FAILED")

        response = start_order.handler(order_event("funghi", headers={"Idempotency-Key": "k"}), None)

        assert response["statusCode"] == 409
        assert response["headers"]["Content-Type"] == "application/problem+json"
        assert _document(response)["field"] == "Idempotency-Key"
        assert _flavour_ordered(step_functions) == "margherita"

    def test_different_keys_are_different_orders(
        self, step_functions: FakeStepFunctions, order_event: MakeEvent
    ) -> None:
        for key in ("k", "K"):
            start_order.handler(order_event("margherita", headers={"Idempotency-Key": key}), None)

        assert len(step_functions.executions) == 2

    def test_no_key_is_a_new_order_each_time(self, step_functions: FakeStepFunctions, event: MakeEvent) -> None:
        start_order.handler(event(), None)
        start_order.handler(event(), None)

        assert len(step_functions.executions) == 2

    def test_the_case_of_the_headers_name_does_not_matter(
        self, step_functions: FakeStepFunctions, order_event: MakeEvent
    ) -> None:
        for name in ("Idempotency-Key", "idempotency-key", "IDEMPOTENCY-KEY"):
            start_order.handler(order_event("margherita", headers={name: "k"}), None)

        assert len(step_functions.executions) == 1

    def test_a_key_means_the_same_order_in_every_release(
        self, step_functions: FakeStepFunctions, order_event: MakeEvent
    ) -> None:
        response = start_order.handler(order_event("margherita", headers={"Idempotency-Key": "k1"}), None)

        assert _document(response)["orderId"] == "6ab9f1eb8f7d3388f4f9d586f66e99fd"
        (execution,) = step_functions.executions.values()
        assert execution["input"] == '{"flavour": "margherita"}'

    @pytest.mark.parametrize("key", ["x" * 255, "🔑", '"8e03978e-40d5-43e8-bc93-6894a57f9324"'])
    def test_a_key_may_be_any_text(self, step_functions: FakeStepFunctions, order_event: MakeEvent, key: str) -> None:
        response = start_order.handler(order_event(headers={"Idempotency-Key": key}), None)

        assert response["statusCode"] == 202
        assert len(step_functions.executions) == 1

    def test_an_order_that_is_not_visible_yet_may_be_asked_for_again(
        self, step_functions: FakeStepFunctions, order_event: MakeEvent, client_errors: Any
    ) -> None:
        step_functions.raises = [client_errors("ExecutionAlreadyExists"), client_errors("ExecutionDoesNotExist")]

        response = start_order.handler(order_event("margherita", headers={"Idempotency-Key": "k"}), None)

        assert response["statusCode"] == 503


@pytest.mark.parametrize(
    "error",
    [
        EndpointConnectionError(endpoint_url="https://states"),
        ConnectTimeoutError(endpoint_url="https://states"),
        ReadTimeoutError(endpoint_url="https://states"),
        ("ThrottlingException", 400),
        ("ExecutionLimitExceeded", 400),
        ("TooManyRequestsException", 429),
        ("ServiceUnavailable", 503),
        ("SomethingUnheardOf", 500),
    ],
    ids=str,
)
def test_when_step_functions_is_away_the_client_may_come_back(
    step_functions: FakeStepFunctions, event: MakeEvent, client_errors: Any, error: Exception | tuple[str, int]
) -> None:
    step_functions.raises = [error if isinstance(error, Exception) else client_errors(*error)]

    response = start_order.handler(event(), None)

    assert response["statusCode"] == 503
    assert response["headers"]["Content-Type"] == "application/problem+json"
    assert int(response["headers"]["Retry-After"]) > 0
    assert _document(response)["status"] == 503


@pytest.mark.parametrize("error", [("AccessDeniedException", 400), ("StateMachineDoesNotExist", 400), None])
def test_anything_unforeseen_is_logged_and_not_shown(
    step_functions: FakeStepFunctions,
    event: MakeEvent,
    context: LambdaContext,
    client_errors: Any,
    caplog: pytest.LogCaptureFixture,
    error: tuple[str, int] | None,
) -> None:
    step_functions.raises = [client_errors(*error) if error else ZeroDivisionError("secret")]

    response = start_order.handler(event(), context)

    assert response["statusCode"] == 500
    assert _document(response) == {"message": "There was an error", "requestId": context.aws_request_id}
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert record.exc_info


class TestStatusUrl:
    """A client that follows it reaches ``GET /orders/{orderId}``."""

    def _url(self, request: dict[str, Any]) -> str:
        document = _document(start_order.handler(request, None))
        url: str = document["statusUrl"]
        return url.replace(document["orderId"], "ID")

    def test_at_the_apis_own_domain_name(self, step_functions: FakeStepFunctions, event: MakeEvent) -> None:
        assert self._url(event()) == "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod/orders/ID"
        assert step_functions.executions

    @pytest.mark.parametrize(
        "host", ["127.0.0.1:4566", "[::1]:4566", "localhost:4566", "localhost.localstack.cloud:4566"]
    )
    def test_at_localstacks_one_endpoint(self, step_functions: FakeStepFunctions, event: MakeEvent, host: str) -> None:
        request = event("rest_api_proxy_localstack")
        request["requestContext"]["domainName"] = host

        assert self._url(request) == f"http://{host}/_aws/execute-api/aipmchivbq/prod/orders/ID"
        assert step_functions.executions

    def test_at_localstacks_domain_name_for_the_api(self, step_functions: FakeStepFunctions, event: MakeEvent) -> None:
        request = event("rest_api_proxy_localstack")
        host = "aipmchivbq.execute-api.localhost.localstack.cloud:4566"
        request["requestContext"]["domainName"] = host

        assert self._url(request) == f"http://{host}/prod/orders/ID"
        assert step_functions.executions

    def test_at_a_custom_domain_name(self, step_functions: FakeStepFunctions, event: MakeEvent) -> None:
        request = event()
        request["requestContext"]["domainName"] = "pizza.example.com"

        assert self._url(request) == "https://pizza.example.com/orders/ID"
        assert step_functions.executions

    def test_for_test_invoke_method_it_is_a_path_of_the_api(
        self, step_functions: FakeStepFunctions, event: MakeEvent
    ) -> None:
        assert self._url(event("test_invoke")) == "/orders/ID"
        assert step_functions.executions

    @pytest.mark.parametrize(
        "request_context",
        [
            None,
            {},
            {"domainName": "", "stage": None, "apiId": "a"},
            {"domainName": "evil.example/\r\nSet-Cookie: a=b", "stage": "prod"},
            {"domainName": "a.execute-api.x", "stage": "../.."},
            {"domainName": 7, "stage": ["prod"]},
        ],
    )
    def test_without_a_known_address_it_is_a_path_of_the_api(
        self, step_functions: FakeStepFunctions, event: MakeEvent, request_context: object
    ) -> None:
        assert self._url(event(requestContext=request_context)) == "/orders/ID"
        assert step_functions.executions
