"""Test at which addresses outputs are reached."""

from types import SimpleNamespace
from typing import cast

import pytest

from localdev.deployment.addresses import reachable
from localdev.engines import Engine


def engine(*, ends_with_us: bool = True, endpoint_url: str | None = "http://127.0.0.1:4566") -> Engine:
    return cast(Engine, SimpleNamespace(endpoint_url=endpoint_url, kind=SimpleNamespace(ends_with_us=ends_with_us)))


@pytest.mark.parametrize(
    ("value", "address"),
    [
        (
            "http://a1b2.lambda-url.us-east-1.localhost.localstack.cloud:4566/",
            "http://127.0.0.1:4566/_aws/lambda-url/a1b2",
        ),
        (
            "https://a1b2.execute-api.localhost.localstack.cloud:4566/prod/",
            "http://127.0.0.1:4566/_aws/execute-api/a1b2/prod",
        ),
        ("https://example.com/", "https://example.com/"),
        ("a text", "a text"),
    ],
)
def test_an_emulators_address_needs_no_look_up_of_a_name(value: str, address: str) -> None:
    assert reachable(engine(), value) == address


def test_a_functions_url_of_somebody_elses_emulator_keeps_its_host() -> None:
    url = "http://a1b2.lambda-url.us-east-1.localhost.localstack.cloud:4566"

    assert reachable(engine(ends_with_us=False), f"{url}/") == url


def test_a_functions_url_of_an_account_stays_as_it_is() -> None:
    url = "https://a1b2.lambda-url.us-east-1.on.aws"

    assert reachable(engine(endpoint_url=None, ends_with_us=False), f"{url}/") == url
