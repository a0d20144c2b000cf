"""The tool as a stranger gets it: the wheel in a fresh environment, an app of their own, an own cache folder."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from typing import TYPE_CHECKING

import pytest

from localdev.system.project import EMULATOR_PYTHON, NODE_MODULES, ROOT
from tests.examples.strangers import Stranger, install

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stranger]:
    stranger = install(tmp_path_factory.mktemp("stranger"))
    stranger.runs("localdev", "init", "--yes")
    stranger.localdev("up")
    yield stranger
    stranger.localdev("down")


def test_the_new_projects_workflow_runs_and_says_its_way(stranger: Stranger) -> None:
    ended = json.loads(stranger.localdev("start", "Greeting", "--input", '{"name": "Ünal"}', "--json"))

    assert (ended["status"], ended["output"]) == ("SUCCEEDED", {"greeting": "Hello, Ünal!"})
    assert ended["path"] == ["Is there a name?", "Greet somebody"]


def test_an_execution_that_fails_is_the_commands_status_and_in_the_list(stranger: Stranger) -> None:
    stranger.localdev("start", status=3)

    (failed, *_) = map(json.loads, stranger.localdev("executions", "--status", "failed", "--json").splitlines())
    assert failed["status"] == "FAILED"
    assert "NobodyToGreet" in stranger.localdev("history", failed["name"])


def test_a_function_is_invoked_by_its_construct_and_its_lines_are_read(stranger: Stranger) -> None:
    assert json.loads(stranger.localdev("invoke", "Greet", "--payload", '{"name": "Ada"}')) == {
        "greeting": "Hello, Ada!"
    }
    assert "greeting Ada" in stranger.localdev("logs", "Greet")
    assert "KeyError" in stranger.localdev("invoke", "Greet", status=3)


def test_the_outputs_are_printed(stranger: Stranger) -> None:
    assert stranger.localdev("outputs", "GreetingArn").startswith("arn:aws:states:us-east-1:000000000000:stateMachine:")


def test_what_the_page_for_an_own_app_types_works(stranger: Stranger) -> None:
    page = (ROOT / "docs" / "own-app.md").read_text()
    (block,) = re.findall(r"<!-- run -->\n```\n(.*?)```", page, re.DOTALL)

    for line in block.splitlines():
        _, name, *arguments = shlex.split(line)
        assert stranger.localdev(name, *arguments), line


def test_what_the_page_for_those_from_localstack_types_needs_no_name_server(stranger: Stranger, tmp_path: Path) -> None:
    page = (ROOT / "docs" / "from-localstack.md").read_text()
    (block,) = re.findall(r"<!-- run -->\n```\n(.*?)```", page, re.DOTALL)
    folders = [stranger.python.parent, NODE_MODULES / ".bin", EMULATOR_PYTHON.parent, os.environ["PATH"]]
    # plain cdk leaves its assembly in the project, where another test looks for what localdev leaves
    (tmp_path / ".cdk.json").write_text(json.dumps({"output": str(tmp_path / "cdk.out")}))

    said = subprocess.check_output(
        ["sh", "-ec", block.replace(":4566", f":{stranger.port}")],
        cwd=stranger.app,
        env={"HOME": str(tmp_path), "TMPDIR": str(tmp_path), "PATH": ":".join(map(str, folders))},
        stderr=subprocess.STDOUT,
        text=True,
    )

    name = stranger.localdev("outputs", "GreetingArn").strip().rpartition(":")[2]
    assert re.search(r"\.GreetingArn = arn:aws:states:", said), said
    assert f'"name": "{name}"' in said


def test_the_new_projects_tests_pass_without_a_conftest(stranger: Stranger) -> None:
    said = stranger.runs("python", "-m", "pytest", "-q", "-p", "no:cacheprovider")

    assert "3 passed" in said


@pytest.mark.parametrize("options", [[], ["-n", "2", "--share-emulator"]])
def test_stacks_that_were_there_before_the_tests_are_there_afterwards(stranger: Stranger, options: list[str]) -> None:
    endpoint = f"http://127.0.0.1:{stranger.port}"
    before = stranger.localdev("outputs")

    stranger.runs("python", "-m", "pytest", *options, "-p", "no:cacheprovider", "--engine", "external",
                  "--endpoint-url", endpoint)  # fmt: skip

    assert stranger.localdev("outputs") == before


def test_nothing_is_left_in_the_project_but_what_version_control_ignores(stranger: Stranger) -> None:
    made = {path.name for path in stranger.app.iterdir()}

    assert made == {".github", ".gitignore", ".localdev", ".venv", "README.md", "app.py", "cdk.json", "handlers",
                    "requirements-dev.txt", "requirements.txt", "tests"}  # fmt: skip
    assert (stranger.app / ".localdev" / ".gitignore").read_text() == "*\n"


def test_the_commands_say_what_a_person_types(stranger: Stranger) -> None:
    assert "usage: localdev up " in stranger.runs("localdev", "up", "--help")
    assert "./scripts" not in stranger.runs("localdev", "--help")
