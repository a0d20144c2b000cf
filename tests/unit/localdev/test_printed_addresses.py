"""Test what is printed of a deployment: its outputs, and the addresses that none of them has."""

from __future__ import annotations

import pytest

from localdev.commands.deploying import print_deployed
from localdev.deployment import addresses, deployed
from localdev.deployment.addresses import Address
from localdev.deployment.resources import Resource
from localdev.engines import EmbeddedEngine

_URL = "http://127.0.0.1:45999/_aws/execute-api/a1b2"
_API = Resource("Shop", "Api", "a1b2", "AWS::ApiGatewayV2::Api")


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> EmbeddedEngine:
    """An engine with one API on it, in a stack that has no outputs."""
    monkeypatch.setattr(deployed, "resources", lambda _engine: [_API])
    monkeypatch.setattr(addresses, "addresses", lambda _engine, there: [Address(each, _URL) for each in there])
    return EmbeddedEngine(45999)


def test_the_api_of_a_stack_without_outputs_is_printed(
    engine: EmbeddedEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    print_deployed(engine, {})

    assert capsys.readouterr().out == f"\nAddresses\n  {_API.label()}  {_URL}\n"


def test_an_address_that_is_an_output_is_printed_once(
    engine: EmbeddedEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    print_deployed(engine, {"Shop": {"Url": _URL}})

    assert capsys.readouterr().out == f"\nShop\n  Url  {_URL}\n"


def test_where_there_is_nothing_to_say_no_empty_line_is_printed(
    engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(deployed, "resources", lambda _engine: [])

    print_deployed(engine, {})

    assert capsys.readouterr().out == ""
