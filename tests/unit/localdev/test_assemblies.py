"""The app is synthesised when something has changed that it is made from, and only then."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from localdev.deployment import assemblies, cdk
from localdev.engines import EmbeddedEngine, ExternalEngine
from localdev.engines.aws import Account, AwsEngine

if TYPE_CHECKING:
    from pathlib import Path


APP = (
    '{"app": "python3 app.py", "watch": {"include": ["app.py", "infra/**", "lambdas/**"], "exclude": "**/__pycache__"}}'
)


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Provide a checkout with an app, and a CDK that writes down how often it was asked."""
    for name in ("app.py", "cdk.json", "requirements.txt", "package-lock.json", "infra/stack.py", "lambdas/handler.py"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(APP if name == "cdk.json" else name)
    monkeypatch.setattr(assemblies, "ROOT", tmp_path)
    monkeypatch.setattr(assemblies, "FOLDER", tmp_path / "assemblies")

    def synthesize(*, output: Path, **_options: Any) -> Path:
        output.mkdir()
        (output / "manifest.json").write_text("{}")
        with (tmp_path / "asked").open("a") as file:
            file.write("x")
        return output

    monkeypatch.setattr(cdk, "synthesize", synthesize)
    return tmp_path


def asked(checkout: Path) -> int:
    return len((checkout / "asked").read_text())


def test_with_nothing_changed_it_is_synthesised_once(checkout: Path) -> None:
    assert assemblies.assembly() == assemblies.assembly()
    assert asked(checkout) == 1


@pytest.mark.parametrize("name", ["app.py", "cdk.json", "infra/stack.py", "lambdas/handler.py", "requirements.txt"])
def test_a_change_is_synthesised(checkout: Path, name: str) -> None:
    before = assemblies.assembly()
    path = checkout / name
    path.write_text(path.read_text() + " ")
    assert assemblies.assembly() != before
    assert asked(checkout) == 2


def test_a_new_a_renamed_and_a_removed_module_are_changes(checkout: Path) -> None:
    seen = {assemblies.fingerprint()}
    module = checkout / "lambdas" / "new.py"
    module.write_text("x")
    seen.add(assemblies.fingerprint())
    module = module.rename(checkout / "lambdas" / "other.py")
    seen.add(assemblies.fingerprint())
    assert len(seen) == 3
    module.unlink()
    assert assemblies.fingerprint() in seen


def test_what_is_not_part_of_the_app_is_no_change(checkout: Path) -> None:
    before = assemblies.fingerprint()
    (checkout / "README.md").write_text("x")
    (checkout / "lambdas" / "__pycache__").mkdir()
    (checkout / "lambdas" / "__pycache__" / "handler.cpython-313.pyc").write_bytes(b"x")
    assert assemblies.fingerprint() == before


@pytest.mark.parametrize(("name", "matters"), [("V", True), ("_", False)])
def test_a_variable_that_the_app_names_is_a_part_of_it(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, name: str, matters: bool
) -> None:
    (checkout / "app.py").write_text(f'os.environ["{name}"]')
    monkeypatch.setenv(name, "1")
    before = assemblies.fingerprint()
    monkeypatch.setenv(name, "2")
    assert (assemblies.fingerprint() != before) == matters


@pytest.mark.usefixtures("checkout")
def test_another_name_of_the_stack_and_each_account_and_region_have_assemblies_of_their_own() -> None:
    accounts = [("111122223333", "eu-west-1"), ("111122223333", "us-east-1"), ("444455556666", "us-east-1")]
    engines = [AwsEngine("shop") for _ in accounts]
    for engine, (account, region) in zip(engines, accounts, strict=True):
        engine._account = Account(account, region, "arn:aws:iam::111122223333:user/owner")

    made = [assemblies.assembly(), assemblies.assembly(ExternalEngine(stack_name="another"))]
    made += [assemblies.assembly(engine) for engine in engines]

    assert len(set(made)) == 5


@pytest.mark.usefixtures("checkout")
def test_the_newest_assembly_is_made_for_the_account_that_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    engine, made_for = AwsEngine("shop"), list[Any]()
    engine._account = Account("111122223333", "eu-west-1", "arn:aws:iam::111122223333:user/owner")
    synthesize = cdk.synthesize

    def note(**options: Any) -> Path:
        made_for.append(options["engine"])
        return synthesize(**options)

    monkeypatch.setattr(cdk, "synthesize", note)
    assemblies.latest(engine)

    assert made_for == [engine]


@pytest.mark.usefixtures("checkout")
def test_emulators_share_an_assembly() -> None:
    assert assemblies.assembly(EmbeddedEngine(4999)) == assemblies.assembly()


def test_a_file_saved_during_the_synthesis_is_not_missed(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synthesize = cdk.synthesize

    def save_meanwhile(*, output: Path, **options: Any) -> Path:
        if not (checkout / "asked").exists():
            (checkout / "app.py").write_text("saved meanwhile")
        return synthesize(output=output, **options)

    monkeypatch.setattr(cdk, "synthesize", save_meanwhile)
    assert assemblies.assembly().name == assemblies.fingerprint()
    assert asked(checkout) == 2


def test_only_the_last_few_are_kept(checkout: Path) -> None:
    for number in range(10):
        (checkout / "app.py").write_text(str(number))
        os.utime(assemblies.assembly(), (number, number))
    assert len(list((checkout / "assemblies").iterdir())) == 6


@pytest.mark.usefixtures("checkout")
def test_the_files_of_the_newest_assemblys_assets_are_known() -> None:
    assert assemblies.asset_files() == frozenset()

    asset = assemblies.assembly() / "assembly-Prod" / "asset.abc" / "sub"
    asset.mkdir(parents=True)
    (asset / "prices.csv").touch()

    assert "prices.csv" in assemblies.asset_files()
