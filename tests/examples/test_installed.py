"""The tool as a stranger gets it: the wheel in a fresh environment, an app of their own, an own cache folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from localdev.setup import places
from localdev.system import project
from localdev.system.processes import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_TAKE_OVER = """
import os, pathlib, sys
from localdev.setup import environments, places
assert places.IS_INSTALLED
for part, made in zip(environments.parts(), sys.argv[1:], strict=True):
    part.folder.mkdir(parents=True)
    for path in pathlib.Path(made).iterdir():
        (part.folder / path.name).symlink_to(path)
    stamp = part.folder / environments.STAMP
    stamp.unlink(missing_ok=True)
    stamp.write_text(part.fingerprint)
"""
"""Use what this checkout has made from the same locks: to make it anew takes minutes."""


class Stranger:
    """Somebody with the wheel installed in the environment of their project, which is not activated."""

    def __init__(self, folder: Path) -> None:
        self.app = folder / "Jürgen's own app"
        self.python = self.app / ".venv" / "bin" / "python"
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTHON", "VIRTUAL_"))
        }
        self.environment = kept | {"LOCALDEV_CACHE": str(folder / "cache"), "PYTHONDONTWRITEBYTECODE": "1"}
        self.port = free_port()

    def runs(self, *command: str | Path, status: int = 0) -> str:
        """Return what a command of their environment prints; it ends with ``status``."""
        done = subprocess.run(
            [self.python.with_name(str(command[0])), *command[1:]],
            cwd=self.app,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout

    def localdev(self, *command: str, status: int = 0) -> str:
        """Return what a command of the tool prints, on their emulator."""
        return self.runs("localdev", *command, "--port", str(self.port), status=status)


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stranger]:
    folder = tmp_path_factory.mktemp("stranger")
    stranger = Stranger(folder)
    build: list[str | Path] = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder]
    subprocess.run(build, cwd=project.ROOT, check=True, capture_output=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", stranger.python.parents[1]], check=True)
    (ours,) = project.APP_PYTHON.parents[1].glob("lib/python*/site-packages")
    (theirs,) = stranger.python.parents[1].glob("lib/python*/site-packages")
    # what the wheel depends on, as this checkout has it locked; the tool itself is not in there
    (theirs / "dependencies.pth").write_text(f"{ours}\n")
    (wheel,) = folder.glob("*.whl")
    pip: list[str | Path] = [sys.executable, "-m", "pip", "--python", stranger.python, "--quiet"]
    subprocess.run(
        [*pip, "install", "--no-index", "--no-deps", "--disable-pip-version-check", wheel], check=True, cwd=folder
    )
    stranger.runs("python", "-c", _TAKE_OVER, places.EMULATOR, places.NODE_MODULES)
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


def test_the_new_projects_tests_pass_without_a_conftest(stranger: Stranger) -> None:
    said = stranger.runs("python", "-m", "pytest", "-q", "-p", "no:cacheprovider")

    assert "3 passed" in said


def test_nothing_is_left_in_the_project_but_what_version_control_ignores(stranger: Stranger) -> None:
    made = {path.name for path in stranger.app.iterdir()}

    assert made == {".github", ".gitignore", ".localdev", ".venv", "README.md", "app.py", "cdk.json", "handlers",
                    "requirements-dev.txt", "requirements.txt", "tests"}  # fmt: skip
    assert (stranger.app / ".localdev" / ".gitignore").read_text() == "*\n"


def test_the_commands_say_what_a_person_types(stranger: Stranger) -> None:
    assert "usage: localdev up " in stranger.runs("localdev", "up", "--help")
    assert "./scripts" not in stranger.runs("localdev", "--help")
