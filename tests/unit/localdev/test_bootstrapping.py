"""Accounts and regions that an app names are made ready in an emulator, and only those that are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from localdev.deployment import bootstrapping, cdk
from localdev.deployment.bootstrapping import ensure_bootstrapped_for
from localdev.deployment.manifest import Stack
from localdev.engines import EmbeddedEngine
from localdev.engines.aws import AwsEngine


def _stack(account: str | None, region: str | None) -> Stack:
    return Stack("Oven", "oven", Path("oven.template.json"), account, region)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """Provide what was bootstrapped; nothing had been before."""
    made: list[tuple[object, ...]] = []
    monkeypatch.setattr(cdk, "bootstrap", lambda _engine, *place: made.append(place))
    monkeypatch.setattr(bootstrapping, "is_bootstrapped", lambda _clients: False)
    return made


def test_each_other_account_and_region_is_bootstrapped_once(made: list[tuple[object, ...]]) -> None:
    stacks = [_stack("111111111111", "eu-west-1"), _stack("111111111111", "eu-west-1"), _stack(None, "eu-west-1")]

    ensure_bootstrapped_for(EmbeddedEngine(4999), stacks)

    assert made == [("000000000000", "eu-west-1"), ("111111111111", "eu-west-1")]


def test_the_emulators_own_account_and_region_need_nothing(made: list[tuple[object, ...]]) -> None:
    ensure_bootstrapped_for(EmbeddedEngine(4999), [_stack(None, None), _stack("000000000000", "us-east-1")])

    assert made == []


def test_a_real_account_is_never_bootstrapped_unasked(made: list[tuple[object, ...]]) -> None:
    ensure_bootstrapped_for(AwsEngine("oven"), [_stack("111111111111", "eu-west-1")])

    assert made == []
