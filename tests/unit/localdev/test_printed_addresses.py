"""Test what is printed of a deployment: its outputs, and the addresses that none of them has."""

from __future__ import annotations

import pytest

from localdev.commands.deploying import print_deployed
from localdev.deployment import addresses, deployed
from localdev.deployment.addresses import Address
from localdev.deployment.deployed import DeployedStack
from localdev.deployment.resources import Resource
from localdev.engines import EmbeddedEngine

_URL = "http://127.0.0.1:45999/_aws/execute-api/{}"


class _Engine(EmbeddedEngine):
    """An emulator with the stacks Shop and Other on it, each with one API."""

    stacks = ("Shop", "Other")


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> _Engine:
    """Provide the emulator; a stack's API has its name."""
    found = _Engine(45999)
    monkeypatch.setattr(deployed, "stacks_on", lambda each: [DeployedStack(name, None) for name in each.stacks])  # type: ignore[arg-type]
    monkeypatch.setattr(deployed, "resources_in", lambda stacks: [_api(each.name) for each in stacks])
    monkeypatch.setattr(
        addresses,
        "addresses",
        lambda _, there: [Address(each, _URL.format(each.physical_id)) for each in there],
    )
    return found


def _api(name: str) -> Resource:
    return Resource(name, f"{name}Api", name.lower(), "AWS::ApiGatewayV2::Api")


def test_the_api_of_a_stack_without_outputs_is_printed(engine: _Engine, capsys: pytest.CaptureFixture[str]) -> None:
    print_deployed(engine, {"Shop": {}})

    assert capsys.readouterr().out == f"\nAddresses\n  ShopApi  {_URL.format('shop')}\n"


def test_an_address_that_is_an_output_is_printed_once(engine: _Engine, capsys: pytest.CaptureFixture[str]) -> None:
    print_deployed(engine, {"Shop": {"Url": _URL.format("shop")}})

    assert capsys.readouterr().out == f"\nShop\n  Url  {_URL.format('shop')}\n"


def test_of_another_apps_stack_its_name_alone_is_said(engine: _Engine, capsys: pytest.CaptureFixture[str]) -> None:
    print_deployed(engine, {"Shop": {}})

    said = capsys.readouterr()
    assert _URL.format("other") not in said.out
    assert said.err == "Also deployed here: Other\n"


def test_without_another_app_nothing_is_said_of_one(engine: _Engine, capsys: pytest.CaptureFixture[str]) -> None:
    print_deployed(engine, {"Shop": {}, "Other": {}})

    assert capsys.readouterr().err == ""


def test_where_there_is_nothing_to_say_no_empty_line_is_printed(
    engine: _Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(deployed, "resources_in", lambda _stacks: [])

    print_deployed(engine, {"Shop": {}})

    assert capsys.readouterr().out == ""
