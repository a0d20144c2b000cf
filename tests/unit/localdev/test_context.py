"""Context values that are remembered for an engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from localdev.commands.cli import main
from localdev.deployment import context
from localdev.engines import EmbeddedEngine
from localdev.system import project

if TYPE_CHECKING:
    from pathlib import Path

ENGINE, OTHER = EmbeddedEngine(4577), EmbeddedEngine(4578)


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Provide a checkout in which nothing is remembered."""
    monkeypatch.setattr(project, "STATE", tmp_path)


def test_a_value_is_remembered_for_its_engine_alone() -> None:
    assert context.remember(ENGINE, ["stage=dev"]) == ("stage=dev",)

    assert context.remembered(ENGINE) == ("stage=dev",)
    assert context.remembered(OTHER) == ()


def test_another_value_of_a_key_replaces_the_first_and_others_stay() -> None:
    context.remember(ENGINE, ["stage=dev", "size=1"])

    assert context.remember(ENGINE, ["stage=a=b"]) == ("size=1", "stage=a=b")


def test_what_is_forgotten_is_not_remembered() -> None:
    context.remember(ENGINE, ["stage=dev"])
    context.forget(ENGINE)

    assert context.remembered(ENGINE) == ()


@pytest.mark.parametrize("value", ["stage", "=dev", ""])
@pytest.mark.parametrize("command", ["up", "deploy", "watch"])
def test_what_is_no_value_is_refused(command: str, value: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "-c", value])

    assert ended.value.code == 2
    assert f"expected KEY=VALUE, found {value!r}" in capsys.readouterr().err
