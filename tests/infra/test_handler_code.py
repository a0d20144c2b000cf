"""A handler that Python cannot compile is said before it is deployed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from aws_cdk import App
from aws_cdk.assertions import Annotations, Match

from infra import handler_code, the_state_machine_stack

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Provide one module without a mistake."""
    folder = tmp_path / "lambdas"
    folder.mkdir()
    (folder / "right.py").write_text("def handler(event, context): ...\n")
    return folder


def test_code_without_a_mistake_has_nothing_said_of_it(folder: Path) -> None:
    assert handler_code.mistakes(folder) == []


def test_a_syntax_error_is_said_with_its_file_and_line(folder: Path) -> None:
    (folder / "part").mkdir()
    (folder / "part/half.py").write_text("import json\ndef handler(event\n")

    assert handler_code.mistakes(folder) == ["lambdas/part/half.py, line 2: '(' was never closed."]


def test_a_file_that_is_no_text_is_said_with_its_name(folder: Path) -> None:
    (folder / "picture.py").write_bytes(b"\0\0")

    (mistake,) = handler_code.mistakes(folder)

    assert mistake.startswith("lambdas/picture.py")
    assert "null bytes" in mistake


def test_the_app_is_not_deployed_with_a_mistake_in_a_handler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(the_state_machine_stack, "mistakes", lambda: ["lambdas/half.py, line 2: '(' was never closed."])

    stack = the_state_machine_stack.TheStateMachineStack(App(), "broken")

    # the CLI deploys nothing that has such an error
    Annotations.from_stack(stack).has_error("/broken", Match.string_like_regexp("half.py, line 2.*Hint"))
