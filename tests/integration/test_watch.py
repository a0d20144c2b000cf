"""``./scripts/watch``: what is saved is live for the next request."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import time
import zipfile
from functools import partial
from typing import TYPE_CHECKING, Any
from unittest.mock import Mock

import pytest

from localdev.commands import watch as command
from localdev.commands.deploying import Selection
from localdev.commands.watch import Watch
from localdev.commands.watch_command import watch_until_interrupted
from localdev.deployment.checked import Shortfall, refuse
from localdev.deployment.handlers import FUNCTION, HandlerFolder
from localdev.deployment.hot_code import HotFunction, HotFunctions
from localdev.deployment.stack import resource_ids
from localdev.system.endpoints import endpoint_port
from localdev.system.errors import LocaldevError
from localdev.system.processes import free_port
from localdev.system.project import ROOT, STATE, hot_folder
from localdev.system.waiting import wait_until
from pizzeria.stack import stack_name
from tests.integration.ordering import all_the_while
from tests.source_edits import set_dict_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from localdev.engines import Engine
    from tests.integration.conftest import Api

MESSAGE = "The Pizzeria is processing your order"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Provide the handlers, to be edited."""
    return shutil.copytree(ROOT / "lambdas", tmp_path / "lambdas")


@pytest.fixture
def watched(engine: Engine, api: Api, source: Path) -> Iterator[Watch]:
    """Provide the deployed functions, running what is in ``source``."""
    if engine.kind.name != "embedded":
        pytest.skip("the functions of this engine do not see this machine's files")
    assert api.order("pepperoni")["message"] == MESSAGE
    watch = watch_of(engine, source)
    watch.begin()
    yield watch
    # the functions keep what they were given last, and other tests want them as they were
    shutil.rmtree(source)
    shutil.copytree(ROOT / "lambdas", source)
    watch.begin()
    watch.end()


def functions(engine: Engine) -> tuple[HotFunction, ...]:
    """Return the deployed functions."""
    clients = engine.clients()
    names = resource_ids(clients, stack_name(engine), FUNCTION).values()
    return tuple(HotFunction(name, clients.client("lambda")) for name in names)


def watch_of(engine: Engine, source: Path) -> Watch:
    """Return a watch of other sources than the checkout's."""
    return Watch(engine, lambda engine: [HandlerFolder(source, functions(engine))])


def save(source: Path, message: str) -> None:
    """Edit what start_order answers."""
    set_dict_value(source / "start_order.py", "message", repr(message))


def test_a_saved_handler_answers_the_next_request(watched: Watch, source: Path, api: Api) -> None:
    for message in ("first", "second"):
        save(source, message)
        watched.code_changed()
        assert api.order("pepperoni")["message"] == message


def test_a_half_written_handler_is_shown_and_the_old_one_goes_on(
    watched: Watch, source: Path, api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    save(source, "before")
    watched.code_changed()
    (source / "start_order.py").write_text("import json\n\ndef handler(:\n")
    watched.code_changed()
    assert "lambdas/start_order.py:3" in capsys.readouterr().out
    assert api.order("pepperoni")["message"] == "before"


def test_a_new_module_is_imported_and_a_removed_one_is_not(watched: Watch, source: Path, api: Api) -> None:
    (source / "words.py").write_text('MESSAGE = "from a new module"\n')
    handler = source / "start_order.py"
    original = handler.read_text()
    set_dict_value(handler, "message", "__import__('words').MESSAGE")
    watched.code_changed()
    assert api.order("pepperoni")["message"] == "from a new module"
    (source / "words.py").unlink()
    handler.write_text(original)
    watched.code_changed()
    assert api.order("pepperoni")["message"] == MESSAGE


def test_no_order_is_lost_while_code_is_saved(
    watched: Watch, source: Path, api: Api, outcome_of: Callable[[Any], dict[str, Any]]
) -> None:
    with all_the_while(lambda: api.order("pepperoni")) as orders:

        def at_least(number: int) -> bool | None:
            return len(orders) >= number or None

        for number in range(5):
            enough = len(orders) + 3
            save(source, f"number {number}")
            watched.code_changed()
            wait_until(partial(at_least, enough), what="more orders", seconds=30)
    assert {outcome_of(order)["status"] for order in orders} == {"SUCCEEDED"}
    assert orders[-1]["message"] == "number 4"


def test_afterwards_the_functions_run_packages_and_nothing_is_left(watched: Watch, source: Path, api: Api) -> None:
    save(source, "the last")
    watched.code_changed()
    watched.end()
    save(source, "not seen")
    assert api.order("pepperoni")["message"] == "the last"
    assert not any((STATE / "hot").glob(f"{api.base_url.split(':')[2].split('/')[0]}*"))


def test_functions_that_were_deployed_from_elsewhere_are_switched_again(
    watched: Watch, source: Path, api: Api, engine: Engine
) -> None:
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        for path in source.glob("*.py"):
            archive.write(path, path.name)
    HotFunctions(functions(engine)).run_package(package.getvalue())
    save(source, "after that")
    watched.code_changed()
    assert api.order("pepperoni")["message"] == "after that"


def test_with_nothing_up_any_more_a_save_is_an_error(
    watched: Watch, source: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(source, "to nobody")
    with monkeypatch.context() as gone:
        gone.setattr(engine, "is_up", lambda: False)
        with pytest.raises(LocaldevError, match="Nothing is up"):
            watched.code_changed()
        with pytest.raises(LocaldevError, match="Nothing is up"):
            watched.app_changed(["infra"], time.time())


def test_a_strict_watch_says_what_is_not_emulated_and_goes_on(
    engine: Engine, source: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    strict = Selection(strict=True)
    watch = Watch(engine, lambda _: [HandlerFolder(source, ())], strict)

    def deploy(_: Engine, selection: Selection) -> None:
        assert selection is strict
        refuse([Shortfall("Pool", "AWS::Cognito::UserPool", "is not emulated")])

    monkeypatch.setattr(command, "deploy", deploy)
    monkeypatch.setattr(command, "require_up", lambda _: None)
    monkeypatch.setattr(watch, "_switch", lambda: None)
    watch.app_changed(["infra"], time.time())
    said = capsys.readouterr().out
    assert "deployed, but: Not everything of the stack is emulated" in said
    assert "Pool (AWS::Cognito::UserPool): is not emulated" in said


def test_the_time_that_is_shown_is_from_the_save_on(
    watched: Watch, source: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    save(source, "noticed late")
    with monkeypatch.context() as later:
        later.setattr(command, "time", Mock(wraps=time, time=lambda: time.time() + 30))
        watched.code_changed()
    assert re.search(r"start_order\.py live \(3\d\.\d\d s\)", capsys.readouterr().out)


@pytest.mark.timeout(60)
def test_what_is_saved_from_the_beginning_on_is_seen_and_the_code_is_live_before_the_app_is_deployed(
    app: Path, watched: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[object] = []

    def deploy(names: list[str], _since: float) -> None:
        done.append(names)
        raise KeyboardInterrupt

    monkeypatch.setattr(watched, "code_changed", lambda: done.append("code"))
    monkeypatch.setattr(watched, "app_changed", deploy)
    (app / "infra" / "workflow.py").touch()
    with pytest.raises(KeyboardInterrupt):
        watched.follow()
    assert done == ["code", ["infra"]]


@pytest.mark.only_on("embedded")
def test_interrupted_at_the_start_it_leaves_packages(engine: Engine, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    run_from, folders = HotFunctions.run_from, []

    def interrupted(functions: HotFunctions, folder: Path) -> None:
        folders.append(folder)
        run_from(functions, folder)
        raise KeyboardInterrupt

    monkeypatch.setattr(HotFunctions, "run_from", interrupted)
    assert watch_until_interrupted(Watch(engine), "") == 0
    assert not HotFunctions(functions(engine)).all_run_from(folders[0])
    assert api.order("pepperoni")["message"] == MESSAGE


def test_interrupted_at_the_end_it_leaves_functions_that_run(
    watched: Watch, source: Path, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(source, "the last")
    watched.code_changed()
    with monkeypatch.context() as again:
        again.setattr(HotFunctions, "run_package", Mock(side_effect=KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            watched.end()
    assert api.order("pepperoni")["message"] == "the last"


def test_code_that_cannot_run_is_not_begun_with(engine: Engine, source: Path, api: Api) -> None:
    (source / "problem.py").write_text("def (\n")
    with pytest.raises(LocaldevError, match="cannot run"):
        watch_of(engine, source).begin()
    assert api.order("pepperoni")["message"]


@pytest.mark.only_on("embedded")
def test_two_folders_of_one_name_do_not_share_their_copies(engine: Engine, tmp_path: Path) -> None:
    folders = [tmp_path / "orders" / "lambdas", tmp_path / "payments" / "lambdas"]
    for folder in folders:
        folder.mkdir(parents=True)
        (folder / f"{folder.parent.name}.py").touch()
    watch = Watch(engine, lambda _engine: [HandlerFolder(folder, ()) for folder in folders])
    watch.begin()
    try:
        copies = hot_folder(endpoint_port(str(engine.endpoint_url)))
        assert sorted([path.name for path in folder.iterdir()] for folder in copies.iterdir()) == [
            ["orders.py"],
            ["payments.py"],
        ]
    finally:
        watch.end()


def test_with_nothing_up_it_says_so() -> None:
    result = subprocess.run(
        [ROOT / "scripts" / "watch", "--port", str(free_port())], capture_output=True, text=True, check=False
    )
    assert result.returncode == 1
    assert "Nothing is up" in result.stderr


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Provide an app of nothing, to be watched."""
    app = tmp_path / "app"
    for name in ("lambdas", "infra"):
        (app / name).mkdir(parents=True)
    (app / "app.py").touch()
    (app / "cdk.json").write_text('{"watch": {"include": ["app.py", "infra/**", "lambdas/**"]}}')
    monkeypatch.setattr(command, "ROOT", app)
    return app


@pytest.mark.timeout(60)
def test_a_file_that_an_editor_has_replaced_is_seen_again_and_again(app: Path) -> None:
    saves = command.saves([app / "lambdas"])
    assert next(saves) == set()
    for path in (app / "app.py", app / "lambdas" / "handler.py"):
        for number in range(2):
            new = path.with_suffix(".new")
            new.write_text(str(number))
            new.replace(path)
            assert next(saves) == {path}


@pytest.mark.timeout(60)
def test_two_saves_in_a_moment_are_one_burst(app: Path) -> None:
    saves = command.saves([app / "lambdas"])
    next(saves)
    handler = app / "lambdas" / "handler.py"
    handler.write_text("one")
    handler.write_text("two")
    assert next(saves) == {handler}
    (app / "lambdas" / "other.py").touch()
    assert next(saves) == {app / "lambdas" / "other.py"}


@pytest.mark.timeout(60)
def test_a_module_that_is_written_and_then_removed_in_a_moment_is_seen(app: Path) -> None:
    handler = app / "lambdas" / "handler.py"
    handler.touch()
    saves = command.saves([app / "lambdas"])
    next(saves)
    handler.write_text("one")
    handler.unlink()
    assert next(saves) == {handler}


@pytest.mark.timeout(60)
def test_of_the_files_that_no_app_is_written_in_those_that_are_needed_are_seen(app: Path) -> None:
    (app / "infra" / "layer").mkdir()
    saves = command.saves([app / "lambdas"], is_needed=lambda path: path.name in {"prices.csv", ".stock.csv"})
    next(saves)
    (app / "infra" / "layer" / "notes.csv").touch()
    (app / "infra" / "layer" / "prices.csv").touch()
    assert next(saves) == {app / "infra" / "layer" / "prices.csv"}
    (app / "lambdas" / ".stock.csv").touch()
    assert next(saves) == {app / "lambdas" / ".stock.csv"}


@pytest.mark.only_on("embedded")
@pytest.mark.timeout(60)
def test_it_ends_with_a_sentence_soon_after_its_emulator(
    app: Path, watched: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert app
    died: list[float] = []

    def is_up() -> bool:
        died.append(time.monotonic())
        return len(died) == 1

    monkeypatch.setattr(watched._engine, "is_up", is_up)
    with pytest.raises(LocaldevError, match=r"The emulator at .* has ended, and this watch with it\."):
        watched.follow()
    monkeypatch.undo()
    assert died[-1] - died[0] < 2
