"""Test which of a person's variables the emulator gets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from localdev.commands.doctor import _settings
from localdev.engines.embedded import EmbeddedEngine
from localdev.engines.emulator_settings import PASSED_ON, PASSED_ON_PREFIXES, left_out, passed_on
from localdev.system.project import ROOT

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("name", ["LAMBDA_RUNTIME_EXECUTOR", "LAMBDA_PROCESS_NAMESPACES", "LS_LOG", "TUNING_LOOKUPS"])
def test_a_documented_setting_reaches_the_emulator(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "as set")
    engine = EmbeddedEngine(4599)
    engine.folder = tmp_path

    assert engine._environment()[name] == "as set"
    assert name in passed_on()


@pytest.mark.parametrize("name", ["GATEWAY_LISTEN", "LOCALSTACK_AUTH_TOKEN", "PERSISTENCE", "DNS_ADDRESS"])
def test_one_that_would_open_it_or_lead_off_the_machine_is_left_out_and_named_by_doctor(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "0.0.0.0:4566")

    assert name not in passed_on()
    assert name in left_out()
    assert f"not passed on: {name}" in _settings().found


def test_a_variable_that_is_nobodys_setting_is_not_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", "vi")

    assert "EDITOR" not in {*passed_on(), *left_out()}


def test_the_documentation_lists_exactly_what_is_passed_on() -> None:
    part = (ROOT / "docs" / "engines.md").read_text().split("<!-- settings -->")[1]
    documented = set(re.findall(r"`([A-Z][A-Z0-9_]+\*?)`", part))

    assert documented == PASSED_ON | {f"{prefix}*" for prefix in PASSED_ON_PREFIXES}
