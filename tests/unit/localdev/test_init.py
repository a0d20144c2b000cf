"""A new project, and tests for one that is there."""

from __future__ import annotations

import ast
import io
import json
from typing import TYPE_CHECKING

import pytest
import yaml

from localdev import __version__
from localdev.commands.cli import main
from localdev.commands.init import files_for_project, files_for_tests
from localdev.system.errors import LocaldevError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Provide the working folder, with a name that is no stack's."""
    folder = tmp_path / "1 shop ü"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    return folder


def test_an_empty_folder_becomes_a_project_whose_files_can_be_read(folder: Path) -> None:
    (folder / ".git").mkdir()

    assert main(["init", "--yes"]) == 0

    assert json.loads((folder / "cdk.json").read_text())["app"] == "python3 app.py"
    for module in folder.rglob("*.py"):
        ast.parse(module.read_text())
    assert 'cdk.Stack(app, "shop-u")' in (folder / "app.py").read_text()
    workflow = yaml.safe_load((folder / ".github/workflows/test.yml").read_text())
    steps = workflow["jobs"]["test"]["steps"]
    assert [step["run"] for step in steps if "run" in step] == [
        "pip install -r requirements.txt -r requirements-dev.txt",
        "pytest",
    ]


@pytest.mark.parametrize("left", [".idea", ".vscode", ".pytest_cache", ".venv"])
def test_what_editors_and_tools_leave_in_a_folder_is_in_nobodys_way(folder: Path, left: str) -> None:
    (folder / left).mkdir()

    assert "app.py" in files_for_project(folder)


@pytest.mark.parametrize(
    ("named", "stack"),
    [("Jürgen's Café", "Jurgen-s-Cafe"), ("2 + shops_", "shops"), ("日本", "app"), ("ﬁne.app", "fine-app")],
)
def test_the_stack_is_called_as_the_folder_in_letters_that_a_stack_may_have(
    tmp_path: Path, named: str, stack: str
) -> None:
    (folder := tmp_path / named).mkdir()

    assert f'cdk.Stack(app, "{stack}")' in files_for_project(folder)["app.py"]


def test_a_folder_with_something_in_it_is_left_as_it_is(folder: Path) -> None:
    (folder / "app.py").write_text("mine")

    with pytest.raises(LocaldevError, match=r"is not empty: it has app.py.\nHint: "):
        files_for_project(folder)

    assert main(["init", "--yes"]) == 1
    assert [path.name for path in folder.iterdir()] == ["app.py"]


def test_a_name_that_no_stack_can_have_is_refused(folder: Path) -> None:
    with pytest.raises(LocaldevError, match="'my shop' is no name of a stack"):
        files_for_project(folder, "my shop")


def test_where_nobody_can_be_asked_nothing_is_written(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init"]) == 1

    said = capsys.readouterr()
    assert "  + app.py\n" in said.out
    assert "Hint: say so with --yes." in said.err
    assert list(folder.iterdir()) == []


def test_tests_are_added_to_an_app_without_touching_what_is_there(folder: Path) -> None:
    (folder / "cdk.json").write_text("{}")
    (folder / "package-lock.json").write_text("{}")
    (folder / "requirements-dev.txt").write_text("mine\n")

    assert main(["init", "--tests", "--yes"]) == 0

    assert (folder / "requirements-dev.txt").read_text() == "mine\n"
    assert (folder / "tests/test_deployment.py").exists()
    assert "npm ci" in (folder / ".github/workflows/test.yml").read_text()
    assert "-r requirements.txt" not in (folder / ".github/workflows/test.yml").read_text()


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


_COMPLETE = {
    "cdk.json": "{}",
    "requirements-dev.txt": "cdk-localdev\n",
    "tests/unit/test_mine.py": "def test_orders(stack,\n    queue): ...\n",
    ".github/workflows/ci.yaml": "jobs: {test: {steps: [{run: pytest}]}}\n",
}


def test_a_project_that_has_tests_and_workflows_gets_no_more_of_them(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _write(folder, _COMPLETE)

    assert files_for_tests(folder) == {}
    assert main(["init", "--tests"]) == 0
    assert capsys.readouterr().out == "Nothing is missing.\n"


@pytest.mark.parametrize(
    "tests",
    [
        {"tests/test_price.py": "def test_price(mine): ...\n"},
        {"tests/conftest.py": "def stack(): ...\n", "tests/test_price.py": "def test_price(stack): ...\n"},
    ],
    ids=["no fixture of ours", "a fixture of their own"],
)
def test_a_project_whose_tests_do_not_need_its_app_deployed_gets_one_that_does(
    folder: Path, tests: Mapping[str, str]
) -> None:
    _write(folder, {**_COMPLETE, "tests/unit/test_mine.py": "", **tests})

    assert files_for_tests(folder).keys() == {"tests/test_deployment.py"}


def test_what_files_of_the_projects_own_lack_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _write(folder, {**_COMPLETE, "requirements-dev.txt": "pytest\n", ".github/workflows/ci.yaml": "jobs:\n"})

    assert main(["init", "--tests"]) == 0

    assert capsys.readouterr().out.splitlines() == [
        f"  ! requirements-dev.txt is yours: it lacks the line cdk-localdev>={__version__}",
        "  ! .github/workflows is yours: no workflow in it runs pytest",
    ]


@pytest.mark.parametrize("kind", ["a file where a folder belongs", "a link to nothing", "a link to no folder"])
def test_what_is_in_the_way_is_named_and_nothing_is_written(
    folder: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    (folder / "cdk.json").write_text("{}")
    obstacle = folder / ("requirements-dev.txt" if kind == "a link to nothing" else "tests")
    if kind == "a file where a folder belongs":
        obstacle.touch()
    else:
        obstacle.symlink_to(folder / "nowhere")

    assert main(["init", "--tests", "--yes"]) == 1

    assert f"{obstacle} is in the way: File exists. Nothing was written.\nHint: " in capsys.readouterr().err
    assert sorted(path.name for path in folder.iterdir()) == sorted(["cdk.json", obstacle.name])


def test_without_an_app_there_is_nothing_to_test(folder: Path) -> None:
    with pytest.raises(LocaldevError, match=r"There is no cdk.json in .*\nHint: "):
        files_for_tests(folder)
