"""Test what a command is about: this project's stacks win over others on the same emulator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from localdev.commands import deploying
from localdev.commands.choosing import choose, of_own_stacks
from localdev.commands.logs import functions_named
from localdev.deployment import deployed, own_stacks
from localdev.deployment.checked import Shortfall
from localdev.deployment.deployed import DeployedStack
from localdev.deployment.resources import FUNCTION, STATE_MACHINE, Resource
from localdev.engines import EmbeddedEngine
from localdev.system.errors import LocaldevError

if TYPE_CHECKING:
    from collections.abc import Sequence


def _function(stack: str, name: str, path: str | None = None) -> Resource:
    return Resource(stack, f"{name}0A1B2C3D", f"{stack}-{name}-9f", FUNCTION, path or f"{stack}/{name}/Resource")


OURS = _function("Mine", "Greet")
THEIRS = _function("Theirs", "Greet")
ALONE = _function("Theirs", "Pay")
OF_A_TEMPLATE = Resource("sam", "Greet", "sam-Greet-1", FUNCTION)
MACHINE = Resource("Theirs", "Flow", "arn:aws:states:us-east-1:000000000000:stateMachine:Flow", STATE_MACHINE)
_THERE = (OURS, THEIRS, ALONE, OF_A_TEMPLATE, MACHINE)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> EmbeddedEngine:
    """Provide an emulator with this project's stack Mine and two others."""
    names = list(dict.fromkeys(each.stack for each in _THERE))

    def stacks(_engine: object, wanted: Sequence[str]) -> list[DeployedStack]:
        return [DeployedStack(name, None) for name in wanted or names]  # type: ignore[arg-type]

    monkeypatch.setattr(deployed, "deployed_stacks", stacks)
    monkeypatch.setattr(own_stacks, "own_stacks", lambda there: [each for each in there if each.name == "Mine"])
    monkeypatch.setattr(
        deployed, "resources_in", lambda there: [each for each in _THERE if each.stack in {of.name for of in there}]
    )
    return EmbeddedEngine(4999)


def _chosen(engine: EmbeddedEngine, name: str | None, *stacks: str, type_: str = FUNCTION) -> Resource:
    return choose(engine, stacks, name, (type_,), what="function")


def test_this_projects_wins_and_a_line_says_what_the_others_are_called(
    engine: EmbeddedEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _chosen(engine, "Greet") is OURS
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "Greet is this project's; another's is Theirs/Greet or sam/Greet\n"


@pytest.mark.parametrize(
    ("name", "found"),
    [("Theirs/Greet", THEIRS), ("sam/Greet", OF_A_TEMPLATE), (THEIRS.physical_id, THEIRS), ("Pay", ALONE)],
)
def test_anothers_is_reached_by_the_name_that_the_line_has(
    engine: EmbeddedEngine, capsys: pytest.CaptureFixture[str], name: str, found: Resource
) -> None:
    assert _chosen(engine, name) is found
    assert capsys.readouterr().err == ""


def test_a_stack_that_is_named_has_what_is_meant(engine: EmbeddedEngine) -> None:
    assert _chosen(engine, "Greet", "Theirs") is THEIRS


def test_without_a_name_it_is_the_only_one_of_this_project(engine: EmbeddedEngine) -> None:
    assert _chosen(engine, None) is OURS


def test_without_any_of_this_project_it_is_the_only_one_there(engine: EmbeddedEngine) -> None:
    assert _chosen(engine, None, type_=STATE_MACHINE) is MACHINE


def test_what_nothing_is_called_is_refused_with_all_there_is(engine: EmbeddedEngine) -> None:
    with pytest.raises(LocaldevError, match="no function 'Gret'") as caught:
        _chosen(engine, "Gret")
    assert caught.value.hint is not None
    assert "'Mine/Greet', 'Theirs/Greet', 'Pay', 'sam/Greet'" in caught.value.hint


def test_logs_are_those_of_this_project_and_the_others_are_named(
    engine: EmbeddedEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert of_own_stacks(engine, (), lambda there: functions_named(there, "greet")) == [OURS]
    assert capsys.readouterr().err == "Also deployed here: Theirs, sam\n"


def test_logs_of_what_another_project_alone_has_are_found(engine: EmbeddedEngine) -> None:
    assert of_own_stacks(engine, (), lambda there: functions_named(there, "pay")) == [ALONE]


def test_what_the_cdk_passes_between_stacks_is_no_output_to_show(
    engine: EmbeddedEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    made = {"ExportsOutputRefSharedDACC02AAC9763D33": "arn", "ExportsOutputFnGetAttOrders12345678ArnABCDEF01": "arn"}

    deploying.print_outputs(engine, {"Data": {**made, "ExportsOutput": "mine"}, "Shared": made})

    assert capsys.readouterr().out == "Data\n  ExportsOutput  mine\n"


def test_what_two_stages_have_alike_and_is_not_emulated_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    chat = Shortfall("Chat", "AWS::ApiGatewayV2::Api", "not supported")

    deploying.print_shortfalls([chat, Shortfall("Pool", "AWS::Cognito::UserPool", "not supported"), chat])

    assert [line.split()[0] for line in capsys.readouterr().err.splitlines()] == ["!", "Chat", "Pool"]
