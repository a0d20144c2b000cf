"""No event, however odd, makes a handler raise or leak a trace; each answer is a valid proxy response."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import order_status
import pytest
import start_order
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable

    from hypothesis.strategies import SearchStrategy
    from proxy_response import ProxyResponse

    from tests.unit.lambdas.conftest import FakeStepFunctions

    type Handler = Callable[[object, object], ProxyResponse]

NAMES = [
    "resource",
    "path",
    "httpMethod",
    "headers",
    "multiValueHeaders",
    "queryStringParameters",
    "multiValueQueryStringParameters",
    "pathParameters",
    "stageVariables",
    "requestContext",
    "body",
    "isBase64Encoded",
]
ERRORS = [ValueError, KeyError, RecursionError, MemoryError, OSError]
KEYS = ["flavour", "Idempotency-Key", "orderId", "domainName", "stage", "apiId", "X-Forwarded-Proto", "requestId"]

# also lone surrogates, which text() leaves out
texts = st.text(st.characters(codec=None, exclude_categories=()), max_size=80)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS) | texts, inner, max_size=3),
    max_leaves=8,
)
bodies = st.one_of(
    values,
    values.map(json.dumps),
    st.builds(lambda flavour: json.dumps({"flavour": flavour}), values),
    st.binary(max_size=40).map(lambda body: base64.b64encode(body).decode()),
)
events = st.fixed_dictionaries(
    {}, optional={name: bodies if name == "body" else values for name in NAMES}
) | st.fixed_dictionaries(
    {
        "queryStringParameters": st.dictionaries(st.just("flavour"), texts),
        "headers": st.dictionaries(st.sampled_from(["Idempotency-Key", "idempotency-key"]), texts),
        "pathParameters": st.dictionaries(st.just("orderId"), texts),
        "requestContext": st.dictionaries(st.sampled_from(KEYS), texts),
        "body": bodies,
        "isBase64Encoded": st.booleans(),
    }
)
any_event: SearchStrategy[object] = events | values

each_handler = pytest.mark.parametrize("handler", [start_order.handler, order_status.handler], ids=["start", "status"])
# the fake Step Functions may be full of earlier examples' orders, as the real one is
many_orders = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _assert_valid(response: ProxyResponse) -> None:
    assert set(response) == {"statusCode", "headers", "body"}
    assert type(response["statusCode"]) is int
    assert 200 <= response["statusCode"] < 600
    for name, value in response["headers"].items():
        assert type(name) is type(value) is str
        assert value.isprintable()
        assert value.isascii()
    assert type(response["body"]) is str
    assert response["body"].isascii()
    assert isinstance(json.loads(response["body"]), dict)
    json.dumps(response).encode()


@each_handler
@many_orders
@given(event=any_event)
@example(event=None)
@example(event=[])
@example(event={"body": "AA", "isBase64Encoded": True})
@example(event={"body": "\ud800", "isBase64Encoded": True})
@example(event={"multiValueQueryStringParameters": {"flavour": []}, "multiValueHeaders": {"Idempotency-Key": []}})
def test_any_event_is_answered(step_functions: FakeStepFunctions, handler: Handler, event: object) -> None:
    response = handler(event, None)

    _assert_valid(response)
    assert response["statusCode"] in {200, 202, 400, 404, 409}
    assert step_functions.raises == []


@each_handler
@pytest.mark.parametrize("name", NAMES)
def test_an_event_may_be_nested_deeper_than_python_recurses(
    step_functions: FakeStepFunctions, handler: Handler, name: str
) -> None:
    member: object = "deep"
    for _ in range(5000):
        member = {"flavour": [member]}

    _assert_valid(handler({name: member}, None))
    assert step_functions.raises == []


@each_handler
@many_orders
@given(event=any_event, error=st.sampled_from(ERRORS), secret=texts)
def test_no_answer_leaks_a_trace(
    step_functions: FakeStepFunctions, handler: Handler, event: object, error: type[Exception], secret: str
) -> None:
    step_functions.raises = [error(f"secret {secret}")]

    response = handler(event, None)

    _assert_valid(response)
    assert response["statusCode"] in {400, 404, 500}
    if response["statusCode"] == 500:
        assert json.loads(response["body"]) == {"message": "There was an error", "requestId": None}
