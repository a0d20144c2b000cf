"""``./scripts/watch``: what is saved is live for the next request."""

from __future__ import annotations

import shutil
import subprocess
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from localdev.errors import LocaldevError
from localdev.processes import free_port
from localdev.project import ROOT, STATE
from localdev.verbs import watch as verb
from localdev.verbs.watch import Watch
from localdev.waiting import wait_until
from tests.integration.ordering import all_the_while

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from localdev.engines import Engine
    from tests.integration.conftest import Api

MESSAGE = "The Pizzeria is processing your order"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """The handlers, to be edited."""
    return shutil.copytree(ROOT / "lambdas", tmp_path / "lambdas")


@pytest.fixture
def watched(engine: Engine, api: Api, source: Path) -> Iterator[Watch]:
    """The deployed functions, running what is in ``source``."""
    if engine.name != "embedded":
        pytest.skip("the functions of this engine do not see this machine's files")
    assert api.order("pepperoni")["message"] == MESSAGE
    watch = Watch(engine, source)
    watch.begin()
    yield watch
    # the functions keep what they were given last, and other tests want them as they were
    shutil.rmtree(source)
    shutil.copytree(ROOT / "lambdas", source)
    watch.begin()
    watch.end()


def save(source: Path, message: str) -> None:
    """Edit what start_order answers."""
    handler = source / "start_order.py"
    text = handler.read_text().split('"message": "')
    handler.write_text(f'{text[0]}"message": "{message}"{text[1].partition('"')[2]}')


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
    handler.write_text("import words\n" + original.replace(f'"{MESSAGE}"', "words.MESSAGE"))
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


def test_code_that_cannot_run_is_not_begun_with(engine: Engine, source: Path, api: Api) -> None:
    (source / "problem.py").write_text("def (\n")
    with pytest.raises(LocaldevError, match="cannot run"):
        Watch(engine, source).begin()
    assert api.order("pepperoni")["message"]


def test_with_nothing_up_it_says_so() -> None:
    result = subprocess.run(
        [ROOT / "scripts" / "watch", "--port", str(free_port())], capture_output=True, text=True, check=False
    )
    assert result.returncode == 1
    assert "Nothing is up" in result.stderr


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An app of nothing, to be watched."""
    for name in ("lambdas", "infra"):
        (tmp_path / name).mkdir()
    for name in ("app.py", "cdk.json"):
        (tmp_path / name).touch()
    monkeypatch.setattr(verb, "ROOT", tmp_path)
    return tmp_path


@pytest.mark.timeout(60)
def test_once_saves_are_seen_what_was_saved_before_is_looked_for(app: Path) -> None:
    saves = verb.saves(app / "lambdas")
    assert next(saves) == set()
    (app / "lambdas" / "handler.py").touch()
    assert next(saves) == {app / "lambdas" / "handler.py"}


@pytest.mark.timeout(60)
def test_two_saves_in_a_moment_are_one_burst(app: Path) -> None:
    saves = verb.saves(app / "lambdas")
    next(saves)
    handler = app / "lambdas" / "handler.py"
    handler.write_text("one")
    handler.write_text("two")
    assert next(saves) == {handler}
    (app / "lambdas" / "other.py").touch()
    assert next(saves) == {app / "lambdas" / "other.py"}
