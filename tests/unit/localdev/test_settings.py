"""Test the app's settings, and what the tool finds by itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from localdev.commands import COMMANDS, load
from localdev.deployment.app import App
from localdev.system import settings
from localdev.system.errors import LocaldevError


def _app(folder: Path, table: str) -> Path:
    (folder / "pyproject.toml").write_text(table)
    return folder


def test_without_a_table_everything_has_a_default(tmp_path: Path) -> None:
    folder = tmp_path / "my_app"
    folder.mkdir()

    found = settings.read(folder)

    assert found == settings.Settings(name="my-app")


def test_every_key_is_read(tmp_path: Path) -> None:
    found = settings.read(
        _app(
            tmp_path,
            """
            [tool.localdev]
            name = "orders"
            app = "node app.js"
            handlers = ["functions"]
            stack-name-context = "stackName"
            console-form = "shop.form:Form"
            next-steps = ["curl {Url}"]
            [tool.localdev.commands]
            order = "shop.commands:ORDER"
            """,
        )
    )

    assert found == settings.Settings(
        name="orders",
        app="node app.js",
        handlers=("functions",),
        stack_name_context="stackName",
        console_form="shop.form:Form",
        commands={"order": "shop.commands:ORDER"},
        next_steps=("curl {Url}",),
    )


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('[tool.localdev]\nhandler = "x"', r"unknown key 'handler'.\nHint: the keys are .*handlers"),
        ("[tool.localdev]\nhandlers = 3", r"handlers in .*: expected a list of strings, found 3"),
        ('[tool.localdev]\nhandlers = "x"', r"handlers in .*: expected a list of strings, found 'x'"),
        ("[tool.localdev]\napp = []", r"app in .*: expected a string, found \[\]"),
        ('[tool.localdev]\nname = "4 pizzas"', r"name in .*: expected letters, digits and hyphens"),
        ('[tool.localdev]\nconsole-form = "x"', r"console-form in .*: expected a reference"),
        ("[tool.localdev]\ncommands = 3", r"commands in .*: expected a table, found 3"),
        ("[tool.localdev.commands]\norder = 3", r"commands.order in .*: expected a reference .*found 3"),
        ("[tool]\nlocaldev = 3", r"\[tool.localdev\] .*: expected a table, found 3"),
        ("[tool.localdev", r"pyproject.toml cannot be read: .*\nHint: "),
    ],
)
def test_what_is_wrong_is_named_with_a_way_out(tmp_path: Path, table: str, said: str) -> None:
    with pytest.raises(LocaldevError, match=said) as caught:
        settings.read(_app(tmp_path, table))

    assert caught.value.hint


@pytest.mark.parametrize("place", ["nowhere.to.be.found:X", "localdev.system.errors:Missing"])
def test_a_reference_that_leads_nowhere_is_named(place: str) -> None:
    with pytest.raises(LocaldevError, match=rf"console-form .*{place}.* cannot be imported"):
        load(place, "console-form")


def test_a_command_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "current", lambda: settings.Settings(commands={"order": "os:sep"}))

    with pytest.raises(LocaldevError, match=r"commands.order in .* names no command, found '/'"):
        COMMANDS["order"]


def test_without_a_cdk_json_it_is_said_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(LocaldevError, match=r"There is no cdk.json in .*expected a CDK app.*\nHint: "):
        _ = App(tmp_path).command


@pytest.mark.parametrize(
    ("document", "said"),
    [("{", "holds no JSON"), ("[]", "expected an object"), ("{}", "there is no 'app'"), ('{"app": 5}', "'app' is 5")],
)
def test_a_cdk_json_that_is_none_is_named(tmp_path: Path, document: str, said: str) -> None:
    (tmp_path / "cdk.json").write_text(document)

    with pytest.raises(LocaldevError, match=rf"(?s)cdk.json.*{said}.*\nHint: "):
        _ = App(tmp_path).command


def test_the_apps_files_are_those_that_watch_includes_also_what_it_excludes(tmp_path: Path) -> None:
    (tmp_path / "cdk.json").write_text('{"watch": {"include": ["src/**", "app.ts"], "exclude": ["**/*.md"]}}')
    for name in ("app.ts", "src/a.ts", "src/deep/b.ts", "src/README.md", "src/node_modules/x/index.js", "test/a.ts"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()

    found = [path.relative_to(tmp_path).as_posix() for path in App(tmp_path).files()]

    assert found == ["src/README.md", "src/a.ts", "src/deep/b.ts", "app.ts", "cdk.json"]
    assert App(tmp_path).is_excluded(Path("src/README.md"))
    assert not App(tmp_path).is_excluded(Path("src/a.ts"))


def test_without_a_list_the_whole_folder_is_the_app(tmp_path: Path) -> None:
    (tmp_path / "cdk.json").write_text("{}")
    for name in ("stack.py", ".git/config", "cdk.out/manifest.json", "env/pyvenv.cfg", "handlers/a.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()

    found = {path.relative_to(tmp_path).as_posix() for path in App(tmp_path).files()}

    assert found == {"stack.py", "handlers/a.py", "cdk.json"}


def test_a_module_of_the_app_is_found_by_the_installed_command_and_hides_no_library(tmp_path: Path) -> None:
    (tmp_path / "shop_of_a_stranger.py").write_text("ORDER = 1\n")
    (tmp_path / "json.py").write_text("raise AssertionError\n")
    (tmp_path / "cdk.json").write_text('{"app": "none"}')
    # as an installed command: the current folder is not where Python looks for modules
    code = """
import sys; sys.path.append(sys.argv[1])
from localdev.commands import load
print(load("shop_of_a_stranger:ORDER", "commands.order"))
"""
    command = [sys.executable, "-P", "-c", code, str(Path(__file__).parents[3])]

    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.stdout == "1\n", done.stderr
